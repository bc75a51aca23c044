import io
from pathlib import Path

import pytest

from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.store.runs import RunStore
from tests.cli.conftest import Main
from tests.store.example_events import epoch, finished


@pytest.fixture
def runs(home: Path) -> list[str]:
    """Three finished runs: of two recipes."""
    made = []
    with RunStore(home) as store:
        for recipe in ("compact-cnn", "tiny-gd", "tiny-10"):
            run = store.create(run_spec(RECIPES[recipe]))
            store.record(epoch(run.id, 1, 0.93))
            store.record(finished(run.id))
            (run.folder / "weights.safetensors").write_bytes(bytes(1_000_000))
            made.append(run.id)
    return made


def listed(here: Main, *words: str) -> list[str]:
    return sorted(line["run"] for line in here("runs", *words, "--json").json)


def test_runs_are_listed_and_compared_by_a_filter(runs: list[str], here: Main) -> None:
    assert listed(here, "--filter", "recipe:cnn lr<0.01") == runs[:1]
    assert listed(here, "list", "--filter", "recipe:tiny acc>92.9") == sorted(runs[1:])
    assert here("runs", "--filter", "acc>99").errors == "No run matches the filter “acc>99”.\n"
    wrong = here("runs", "--filter", "recipe:cnn lrr<0.01")
    assert wrong.code == 2
    assert "“lrr” (character 12). Did you mean “lr”?" in wrong.errors
    compared = here("compare", "--filter", "recipe:tiny", "--view", "parameters")
    assert compared.code == 0
    assert "compact" not in compared.output
    assert here("compare", "--filter", "acc>99").code == 2
    assert here("compare", runs[0], "--filter", "acc>99").code == 2


def test_models_that_predict_are_chosen_by_a_filter(runs: list[str], here: Main) -> None:
    for words, problem in (
        (("--filter", "acc>99"), "No trained model matches the filter “acc>99”."),
        (("--filter", "acc>99", "--run", runs[0]), "Name a run or give a filter, but not both."),
        (("--filter", "acc>0.9"), "Write 99 instead of 0.99"),
    ):
        said = here("evaluate", "--idx", ".", *words)
        assert said.code
        assert problem in said.errors


def test_tags_notes_and_archive(runs: list[str], here: Main) -> None:
    assert here("runs", "tag", *runs[:2], "--add", "homework", "--add", "best").code == 0
    assert here("runs", "tag", "--filter", "recipe:gd", "--remove", "best").code == 0
    assert listed(here, "--filter", "tag:homework -tag:best") == [runs[1]]
    assert here("runs", "note", runs[0], "For the talk").code == 0
    shown = here("runs", "show", runs[0]).output
    assert "best, homework" in shown
    assert "For the talk" in shown
    archived = here("runs", "archive", "--filter", "#best")
    assert "Archived one run." in archived.errors
    assert runs[0] not in listed(here)
    assert "One archived run not listed" in here("runs").errors
    assert listed(here, "--filter", "is:archived") == [runs[0]]
    assert here("runs", "unarchive", "--filter", "tag:best").code == 0
    assert runs[0] in listed(here)
    assert here("runs", "tag", runs[0], "--add", "two words").code == 1


def test_the_trash_gives_runs_back_until_it_is_emptied(
    runs: list[str], here: Main, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "runs restore ID" in here("runs", "trash", *runs[:2]).errors
    assert listed(here) == runs[2:]
    assert listed(here, "--trash") == sorted(runs[:2])
    gone = here("runs", "show", runs[0])
    assert (gone.code, "is in the trash. Restore it" in gone.errors) == (2, True)
    assert here("runs", "restore", runs[0]).code == 0
    assert here("runs", "trash", "--filter", "recipe:cnn").code == 0
    assert here("runs", "restore", "--all").code == 0
    assert listed(here) == sorted(runs)
    here("runs", "trash", *runs[:2])
    refused = here("runs", "empty-trash")
    assert (refused.code, "Delete two runs (2.0 MB) for good?" in refused.errors) == (2, True)
    for answer in ("\n", "y\n"):
        monkeypatch.setattr("sys.stdin", _Terminal(answer))
        assert here("runs", "empty-trash").code == 0
        assert (home / "runs" / runs[0]).exists() == (answer == "\n")
    assert here("runs", "empty-trash", "--yes").errors == "The trash is empty.\n"
    assert listed(here) == runs[2:]


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_what_names_no_run_or_two_ways_is_refused(runs: list[str], here: Main) -> None:
    for words in (
        ("trash",), ("trash", runs[0], "--filter", "acc>1"), ("trash", "--filter", "acc>99"),
        ("tag", runs[0]), ("restore",), ("restore", runs[0], "--all"), ("restore", runs[0]),
        ("delete",), ("archive", "nothing"), ("--trash", "--filter", "acc>1"),
    ):  # fmt: skip
        said = here("runs", *words)
        assert (said.code, bool(said.errors)) == (2, True), words
    assert listed(here) == sorted(runs)


def test_delete_needs_no_trash(runs: list[str], here: Main, home: Path) -> None:
    here("runs", "trash", runs[0])
    assert here("runs", "delete", runs[0], runs[1]).code == 0
    assert here("runs", "delete", "--filter", "recipe:tiny").code == 0
    assert list((home / "runs").iterdir()) == []
