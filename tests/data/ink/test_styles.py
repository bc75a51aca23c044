"""The shapes of the handwriting styles."""

from mnist_studio.data.ink import styles


def test_every_digit_has_styles_with_names_of_their_own() -> None:
    assert {style.label for style in styles.STYLES} == set(range(10))
    names = [style.name for style in styles.STYLES]
    assert len(set(names)) == len(names)
    assert [style.label for style in styles.STYLES] == [int(name[0]) for name in names]


def test_all_extremes_of_a_style_have_the_same_strokes_lines_and_points() -> None:
    for style in styles.STYLES:
        counts = {
            tuple(tuple(len(line) for line in stroke) for stroke in shape) for shape in style.shapes
        }
        assert len(style.shapes) >= 2, style.name
        assert len(counts) == 1, style.name
