"""Some inputs of ``python -m benchmarks fuzz``, which goes on for hours on demand."""

import random
from itertools import islice
from pathlib import Path

import pytest

from benchmarks.fuzz import attack, failure_of, main, mutations
from benchmarks.fuzz_readers import READERS, Reader
from mnist_studio.errors import DataError

COUNT = 150
SECONDS = 2.0


@pytest.mark.parametrize("reader", READERS.values(), ids=lambda reader: reader.name)
def test_damaged_inputs_raise_nothing_but_our_errors(reader: Reader) -> None:
    count, failure = attack(reader, seed=1, count=COUNT, seconds=SECONDS)
    assert failure is None, f"{failure.why}\n{failure.content!r}"
    assert count > len(reader.seeds())


@pytest.mark.parametrize("reader", READERS.values(), ids=lambda reader: reader.name)
def test_most_good_inputs_are_read(reader: Reader, tmp_path: Path) -> None:
    good = 0
    for number, seed in enumerate(reader.seeds()):
        folder = tmp_path / str(number)
        folder.mkdir()
        try:
            reader.read(seed, folder)
        except DataError:
            continue  # Small npz files and pictures in a mode without contrast.
        good += 1
    assert good or reader.name in ("npz", "download")


def test_what_fails_is_found_and_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def read(content: bytes, folder: Path) -> None:
        if b"7" not in content:
            raise KeyError(7)

    monkeypatch.setitem(READERS, "idx", Reader("idx", lambda: [b"abc7"], read))
    assert main(["idx", "--seconds", "5", "--corpus", str(tmp_path)]) == 1
    assert "KeyError: 7" in capsys.readouterr().out
    content = (tmp_path / "idx-failed").read_bytes()
    assert failure_of(READERS["idx"], content, tmp_path) is not None
    assert main(["idx", "--input", str(tmp_path / "idx-failed")]) == 1


def test_the_same_seed_gives_the_same_inputs() -> None:
    reader = READERS["pen-strokes"]
    first, second = (list(islice(mutations(reader, random.Random(3)), 300)) for _ in range(2))
    assert first == second
    assert len(set(first)) > 200


def test_the_readers_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    assert capsys.readouterr().out.split() == list(READERS)
