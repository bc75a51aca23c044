"""Marks of runs: all different, for many settings and their repetitions."""

from mnist_studio.palette import MOST_REPEATS, SHADES, SYMBOLS, run_shade, run_symbol

DISTINCT = len(SHADES) * len(SYMBOLS)


def test_settings_and_their_repetitions_look_different() -> None:
    first = [(run_shade(rank, 0), run_symbol(rank, 0)) for rank in range(DISTINCT)]
    assert len(set(first)) == DISTINCT
    every = [
        (run_shade(rank, repeat), run_symbol(rank, repeat))
        for rank in range(DISTINCT)
        for repeat in range(MOST_REPEATS)
    ]
    assert len(set(every)) == len(every)
    assert max(shade for shade, _ in every) < 0.9


def test_the_first_settings_have_a_symbol_each() -> None:
    assert [run_symbol(rank, 0) for rank in range(len(SYMBOLS))] == list(SYMBOLS)
