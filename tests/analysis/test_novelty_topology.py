"""Pieces and holes, by hand."""

import numpy as np
import pytest

from mnist_studio.analysis.novelty import components_and_holes

PICTURES = {
    "nothing": (("....", "...."), (0, 0)),
    "a stroke": ((".##.", "..##"), (1, 0)),
    "two strokes that touch by a corner": (("##..", "..##"), (1, 0)),
    "two strokes": (("###.....", "........", "....####"), (2, 0)),
    "a speck beside a stroke": (("####....", "......##"), (1, 0)),
    "a ring": (("#####", "#...#", "#####"), (1, 1)),
    "a ring whose hole reaches its corner": ((".###.", "#...#", ".###."), (1, 1)),
    "an open ring": (("#####", "#...#", "##.##"), (1, 0)),
    "two holes": (("#######", "#..#..#", "#######"), (1, 2)),
    "a ring with a stroke in it": (
        ("#########", "#.......#", "#..###..#", "#.......#", "#########"), (2, 1)),
    "a spiral": (
        ("#######", "......#", "#####.#", "#...#.#", "#.###.#", "#.....#", "#######"), (1, 0)),
}  # fmt: skip


def image(rows: tuple[str, ...]) -> np.ndarray:
    return np.array([[255 * (one == "#") for one in row] for row in rows], np.uint8)


@pytest.mark.parametrize("name", PICTURES)
def test_components_and_holes_are_counted(name: str) -> None:
    rows, expected = PICTURES[name]
    assert components_and_holes(image(rows)[None]).tolist() == [list(expected)]


def test_images_do_not_touch_each_other() -> None:
    wide = [np.pad(image(rows), ((0, 9 - len(rows)), (0, 9 - len(rows[0])))) for rows, _ in
            PICTURES.values()]  # fmt: skip
    found = components_and_holes(np.stack(wide))
    assert found.tolist() == [list(expected) for _, expected in PICTURES.values()]


def test_faint_paper_is_no_ink() -> None:
    assert components_and_holes(np.full((1, 5, 5), 40, np.uint8)).tolist() == [[0, 0]]
