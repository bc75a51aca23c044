"""The comparisons with other programs are fair on paper: same work, same clock, a spread."""

import pytest

from benchmarks import peers
from benchmarks.figures import PairedRatio


def test_every_figure_has_a_spread() -> None:
    assert all(match.pairs >= 3 for match in peers.MATCHES)
    assert peers.text(PairedRatio(0.5, 0.4, 0.625, 1.0, 2.0, 3)) == (
        "0.500 (0.400 to 0.625, 3 pairs; 1.00 / 2.00 s)"
    )
    with pytest.raises(SystemExit):
        peers.main(["keras-mlp", "--pairs", "2"])


def test_both_sides_evaluate_or_neither_does() -> None:
    evaluate = {"train_and_evaluate", "official_example"}
    for match in peers.MATCHES:
        mine, theirs = match.mine.words[1], match.theirs.words[1]
        assert (mine in evaluate) == (theirs in evaluate), match.name


def test_keras_has_one_fit_for_all_epochs_and_a_row_with_32_steps_per_execution() -> None:
    keras = {m.name: m.theirs.words for m in peers.MATCHES if m.theirs.words[0] == "keras_fit"}
    for name, words in keras.items():
        assert int(words[2]) > 1, name
        if not name.endswith("-32"):
            assert keras[f"{name}-32"] == (*words, "32")


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(SystemExit):
        peers.main(["nope"])
