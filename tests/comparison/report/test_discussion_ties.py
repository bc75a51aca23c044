"""What a report says about frameworks that are equal, and of runs that do not count."""

from dataclasses import replace

import msgspec

from mnist_studio.comparison.messages import ViewOptions
from mnist_studio.comparison.report.discussion import discussion
from mnist_studio.comparison.run_data import RunData
from mnist_studio.spec.run import FrameworkName
from tests.comparison.uncounted import repeated, stopped


def sentences(run_data: RunData) -> dict[str, tuple[str, ...]]:
    return {one.title: one.sentences for one in discussion(run_data, ViewOptions())}


def in_frameworks(run_data: RunData, **latencies: tuple[float, float]) -> RunData:
    """The runs as of several frameworks with these latencies, of the two recipes."""
    names: dict[str, FrameworkName] = {"numpy": "numpy", "pytorch": "pytorch", "keras": "keras"}
    runs, epochs = [], {}
    for text, of_recipes in latencies.items():
        for run in run_data.runs:
            assert run.finished
            assert run.finished.measures
            latency = of_recipes[run.spec.recipe == "mlp-128"]
            measures = msgspec.structs.replace(run.finished.measures, peak_memory_bytes=10**8)
            end = msgspec.structs.replace(
                run.finished, framework=text, latency_ms=latency, measures=measures
            )
            spec = msgspec.structs.replace(run.spec, framework=names[text])
            runs.append(replace(run, id=f"{run.id}-{text}", spec=spec, terminal=end))
            epochs[runs[-1].id] = run_data.epochs(run)
    return RunData(replace(run_data.selection, runs=tuple(runs), epochs=epochs))


def test_equal_frameworks_have_no_winner(run_data: RunData) -> None:
    found = sentences(in_frameworks(run_data, numpy=(1.0, 1.0), keras=(1.001, 1.0)))
    assert (
        "The frameworks have the same latency in all four settings that were trained in several "
        "frameworks." in found["Strengths"]
    )
    assert any("the same peak memory in all four settings" in one for one in found["Strengths"])
    assert not any("latency" in one or "memory" in one for one in found.get("Weaknesses", ()))


def test_frameworks_that_share_the_first_place_are_all_named(run_data: RunData) -> None:
    found = sentences(
        in_frameworks(run_data, numpy=(1.0, 1.0), pytorch=(1.0, 1.0), keras=(2.0, 2.0))
    )
    (latency,) = (one for one in found["Strengths"] if "latency" in one)
    assert latency.startswith(
        "NumPy and PyTorch in the shared loop each have the lowest latency in all four settings"
    )
    assert "the value is 1.00 ms for NumPy and PyTorch, compared with 2.00 ms for Keras" in latency
    (weakness,) = found["Weaknesses"]
    assert weakness.startswith("Keras in the shared loop has its largest deficit")
    assert "where NumPy and PyTorch have the lowest latency" in weakness


def test_frameworks_that_win_equally_often_are_all_named(run_data: RunData) -> None:
    found = sentences(in_frameworks(run_data, numpy=(1.0, 3.0), keras=(3.0, 1.0)))
    (latency,) = (one for one in found["Strengths"] if "latency" in one)
    assert latency.startswith(
        "NumPy and Keras in the shared loop each have the lowest latency in two of four settings"
    )


def test_frameworks_that_share_the_last_place_are_all_named(run_data: RunData) -> None:
    found = sentences(
        in_frameworks(run_data, numpy=(1.0, 1.0), pytorch=(4.0, 4.0), keras=(4.0, 4.0))
    )
    assert [one.partition(" has")[0] for one in found["Weaknesses"]] == [
        "PyTorch in the shared loop, like Keras,", "Keras in the shared loop, like PyTorch,",
    ]  # fmt: skip


def test_runs_that_do_not_count_change_nothing(run_data: RunData) -> None:
    plain = in_frameworks(run_data, numpy=(1.0, 3.0), keras=(3.0, 1.5))
    more = repeated(stopped(plain, plain.runs[0], 9), plain.runs[1])
    paragraphs, wanted = sentences(more), sentences(plain)
    for title in ("Framework overhead", "Strengths", "Weaknesses", "Accuracy"):
        assert paragraphs[title] == wanted[title]
