"""``mnist-studio compare`` as users have it."""

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from mnist_studio.comparison.run_data import RunData
from mnist_studio.comparison.selection import Selection
from mnist_studio.events import Stopped
from mnist_studio.store import artifacts
from mnist_studio.store.runs import RunStore
from tests.cli.conftest import TRAIN, Main, studio


@pytest.fixture
def chosen(run_data: RunData) -> Selection:
    return run_data.selection


def test_an_experiment_is_compared_in_sentences_and_tables(chosen: Selection) -> None:
    said = studio("compare", "--experiment", "small")
    assert said.code == 0, said.errors
    for title in ("Final accuracy", "Time breakdown", "Paired comparison", "Comparison across"):
        assert title in said.output
    assert "No verdict on six pairs: fewer than five seeds in common." in said.output
    assert "Cochran's Q" in said.output


def test_json_has_the_figures_of_the_store(chosen: Selection, here: Main) -> None:
    runs = [run.id for run in chosen.runs[:2]]
    said = here("compare", *runs, "--view", "final-accuracy", "--json")
    assert said.code == 0
    (view,) = said.json
    assert [row["cells"][1] for row in view["table"]["rows"]] == [
        run.ended.test_accuracy for run in chosen.runs[:2] if run.ended
    ]
    assert json.dumps(view)


def test_a_report_and_files_are_written(chosen: Selection, tmp_path: Path) -> None:
    report, folder = tmp_path / "report.html", tmp_path / "out"
    said = studio(
        "compare", "--experiment", "small", "--view", "settings", "--view", "memory",
        "--report", report, "--export", folder,
    )  # fmt: skip
    assert said.code == 0, said.errors
    assert f"Report saved to {report}." in said.errors
    # The chart, and of each of the two networks a picture and a map of test images.
    assert report.read_text("utf-8").count("<svg") == 5
    assert sorted(file.name for file in folder.iterdir()) == [
        "memory.csv", "memory.png", "memory.svg", "settings.csv",
    ]  # fmt: skip


def test_the_threshold_and_the_target_are_the_users(chosen: Selection, here: Main) -> None:
    words = ("--view", "time-to-accuracy", "--view", "over-seeds")
    said = here("compare", "--experiment", "small", *words, "--target", 0.5, "--threshold", 0.02)
    assert "50.00 %" in said.output
    assert "Differences up to 2.00 pp are treated as negligible" in said.output


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ((), "Specify either runs or an experiment"),
        (("never",), "There is no run “never”"),
        (("--experiment", "never"), "No experiment begins with “never”"),
        (("--experiment", "from-scratch"), "Run: mnist-studio experiment from-scratch"),
        (("--experiment", "small", "--view", "latnecy"), "Did you mean latency?"),
        (("--experiment", "small", "--axis", "miles"), "“miles” is not a valid axis"),
        (("--experiment", "small", "--target", "97"), "Choose a fraction"),
        (("--experiment", "small", "--threshold", "0"), "Choose a fraction"),
        (("--experiment", "small", "--report", "report.doc"), "neither an HTML nor a PDF"),
    ],
)
def test_wrong_usage_is_explained(
    words: tuple[str, ...], complaint: str, chosen: Selection, here: Main
) -> None:
    said = here("compare", *words)
    assert said.code == 2
    assert complaint in said.errors
    assert not said.output


def test_a_folder_that_cannot_be_written(chosen: Selection, here: Main, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for words in (("--export", tmp_path / "file"), ("--report", tmp_path / "file" / "report.html")):
        said = here("compare", "--experiment", "small", "--view", "settings", *words)
        assert said.code == 1
        assert "could not be written" in said.errors


def test_runs_without_predictions_are_reported(chosen: Selection, here: Main) -> None:
    runs = chosen.runs[:2]
    for run in runs:
        (run.folder / artifacts.TEST_LOGITS).unlink()
    said = here("compare", *(run.id for run in runs), "--view", "significance")
    assert said.code == 1
    assert "None of these runs has predictions." in said.output
    # What nobody asked for by name may be missing.
    assert here("compare", *(run.id for run in runs)).code == 0


def test_the_effect_of_a_known_bug_is_written(here: Main) -> None:
    ids = [
        here(*TRAIN, *more, "--json").json[-1]["run"]
        for more in ((), ("--known-bug", "zero-initial"))
    ]
    said = here("compare", *ids)
    assert said.code == 0
    effect = "Effect of known bugs\nMLP 128 in NumPy, all weights start at zero: test accuracy"
    assert effect in said.output
    for one in ids:
        here("runs", "delete", one)


def test_a_stopped_run_is_named_and_not_counted(chosen: Selection, here: Main) -> None:
    run = chosen.runs[0]
    with RunStore() as store:
        training = replace(run.spec.training, seed=9)
        early = store.create(replace(run.spec, training=training))
        (first, _) = store.epochs(run.id)
        store.record(replace(first, run=early.id, test_accuracy=0.01))
        assert run.finished
        store.record(
            Stopped(
                run=early.id,
                framework="numpy",
                epochs=1,
                step=first.step,
                test_accuracy=0.01,
                test_loss=9.0,
                seconds=run.finished.seconds,
                device="CPU",
            )
        )
        store.release(early.id)
    plain = here("compare", *(one.id for one in chosen.runs), "--view", "final-accuracy", "--json")
    said = here(
        "compare", *(one.id for one in chosen.runs), early.id, "--view", "final-accuracy", "--json"
    )
    (before,), (view,) = plain.json, said.json
    assert view["table"]["rows"][:-1] == before["table"]["rows"]
    title, accuracy, *_ = view["table"]["rows"][-1]["cells"]
    assert title == f"{early.name} (stopped after 1 of 2 epochs)"
    assert accuracy == 0.01
    assert view["sentence"] == f"{before['sentence']} One unfinished run is not counted."
    assert any("did not finish. Means, intervals, and verdicts" in note for note in view["notes"])
