"""Views of what networks cost: parameters, memory, latency."""

from collections.abc import Iterator, Mapping, Sequence

from mnist_studio.analysis import ranking
from mnist_studio.analysis.groups import Group
from mnist_studio.analysis.view import (
    AxisSpec,
    Bar,
    Bars,
    Column,
    Points,
    Row,
    Table,
    Unit,
    ValuePoint,
    ViewContent,
)
from mnist_studio.analysis.view_text import cell_text
from mnist_studio.comparison import measures
from mnist_studio.comparison.measures import Measured
from mnist_studio.comparison.messages import ViewOptions
from mnist_studio.comparison.run_data import NotComparable, RunData
from mnist_studio.comparison.views import notes
from mnist_studio.formatting import count
from mnist_studio.spec.labels import network_names
from mnist_studio.spec.model import ModelSpec, describe, parameter_count


def parameters(run_data: RunData, options: ViewOptions) -> ViewContent:
    """The parameters of each network, layer by layer, and its accuracy."""
    networks = _networks(run_data)
    bars = tuple(
        Bar(of[0].key, name, float(parameter_count(of[0].spec.model)))
        for name, of in networks.items()
    )
    values = measures.of_all(run_data, measures.accuracy)
    points = tuple(
        ValuePoint(group.key, group.title, float(parameter_count(group.spec.model)), found.value)
        for group in run_data.groups
        if (found := measures.estimate(group, values))
    )
    axis, accuracy = (
        AxisSpec("Parameters", "count", log=True),
        AxisSpec("Test accuracy", "fraction"),
    )
    bar_chart = Bars(AxisSpec("Parameters", "count"), bars)
    columns = (
        Column("Network"), Column("Layer"), Column("Output shape"), Column("Calculation"),
        Column("Parameters", "count"), Column("Test accuracy", "fraction"),
    )  # fmt: skip
    rows = (*(row for name, of in networks.items() for row in _layers(name, of[0])),
            *(Row(p.key, (p.title, "all", "", "", int(p.x), p.y)) for p in points))  # fmt: skip
    return ViewContent(
        _parameters_sentence(networks),
        (bar_chart, Points(axis, accuracy, points)) if points else (bar_chart,),
        Table(columns, rows), notes.of_all(run_data),
    )  # fmt: skip


def _networks(run_data: RunData) -> dict[str, list[Group]]:
    """Groups by their network, which is named by the recipes that use it."""
    found: dict[ModelSpec, list[Group]] = {}
    for group in run_data.all_groups:
        found.setdefault(group.spec.model, []).append(group)
    every = [group for of in found.values() for group in of]
    names = dict(
        zip((one.key for one in every), network_names([one.spec for one in every]), strict=True)
    )
    return {" = ".join(dict.fromkeys(names[one.key] for one in of)): of for of in found.values()}


def _layers(name: str, group: Group) -> Iterator[Row]:
    reports = describe(group.spec.model)
    for layer in reports:
        output = "×".join(map(str, layer.output))
        yield Row(group.key, (name, layer.title, output, layer.arithmetic, layer.parameters, None))
    learned = [layer.parameters for layer in reports if layer.parameters]
    terms = " + ".join(map(count, learned))
    yield Row(group.key, (name, "all layers", "", terms, sum(learned), None))


def _parameters_sentence(networks: Mapping[str, list[Group]]) -> str:
    known = {name: parameter_count(of[0].spec.model) for name, of in networks.items()}
    least, most = (ranking.best(known, "count", highest) for highest in (False, True))
    low, high = known[least[0]], known[most[0]]
    subject = ranking.sentence_start(ranking.names(most, len(known), "network"))
    verb = "has" if len(most) == 1 else "have"
    if low == high:
        return f"{subject} {verb} {count(high)} parameters."
    return (
        f"{subject} {verb} {count(high)} parameters, {high / low:.1f} times as "
        f"many as {ranking.names(least, len(known), 'network')} with {count(low)}."
    )


def memory(run_data: RunData, options: ViewOptions) -> ViewContent:
    """The peak memory of each run's process."""
    values = measures.of_all(run_data, measures.peak_memory)
    if not values:
        raise NotComparable(
            "None of these runs has a memory measurement.",
            "Train again. Earlier versions did not measure memory.",
        )
    peak = Measured(AxisSpec("Peak memory", "bytes"), values)
    chart = peak.chart(run_data.groups)
    rows = tuple(
        Row(group.key, (group.title, *peak.cells(group), len(measures.of_group(group, values))))
        for group in run_data.groups
    )
    return ViewContent(
        extremes_sentence("Peak memory", chart.bars, "bytes"), (chart,),
        Table((Column("Model"), *peak.columns(), Column("Seeds", "count")), rows),
        ("The memory of the whole process: Python, framework, dataset, and network. GPU memory is "
         "not included.", *notes.of_all(run_data)),
    )  # fmt: skip


def latency(run_data: RunData, options: ViewOptions) -> ViewContent:
    """The time to classify one image, and the number of images per second in batches."""
    single = measures.of_all(run_data, measures.latency_ms)
    if not single:
        raise NotComparable(
            "None of these runs has a latency measurement.", "Wait until a run has finished."
        )
    latency = Measured(AxisSpec("Latency of one image", "milliseconds"), single)
    batched = measures.of_all(run_data, measures.throughput)
    throughput = Measured(AxisSpec("Throughput in batches", "per second"), batched)
    both = (latency, throughput)
    charts = [measured.chart(run_data.groups) for measured in both if measured.values]
    columns = (
        Column("Model"), *latency.columns(), *throughput.columns(),
        Column("Images per batch", "count"), Column("Seeds", "count"),
    )  # fmt: skip
    rows = tuple(
        Row(
            group.key,
            (group.title, *latency.cells(group), *throughput.cells(group),
             _batch_size(run_data, group), len(group.runs)),
        )
        for group in run_data.groups
    )  # fmt: skip
    return ViewContent(
        extremes_sentence("Latency of one image", charts[0].bars, "milliseconds"),
        tuple(charts), Table(columns, rows),
        ("Medians on the device used for training. Each prediction finishes before the next one "
         "starts.", *notes.of_all(run_data), *notes.of_timing(run_data)),
    )  # fmt: skip


def extremes_sentence(quantity: str, bars: Sequence[Bar], unit: Unit) -> str:
    """The smallest and the largest of some values."""
    known = {bar.title: bar.value for bar in bars if bar.value is not None}
    if not known:
        return ""
    least, most = (ranking.best(known, unit, highest) for highest in (False, True))
    low, high = known[least[0]], known[most[0]]
    lowest, highest = (ranking.names(names, len(known), "model") for names in (least, most))
    if len(least) == len(known):
        return f"{quantity}: {cell_text(low, unit)} for {lowest}."
    factor = f", a factor of {high / low:.1f}" if low > 0 else ""
    return (
        f"{quantity}: from {cell_text(low, unit)} ({lowest}) to {cell_text(high, unit)} "
        f"({highest}){factor}."
    )


def _batch_size(run_data: RunData, group: Group) -> int | None:
    """Batch size of the throughput measurement."""
    ended = (run_data.by_id[run].ended for run in group.runs)
    known = (end.measures.throughput_batch for end in ended if end and end.measures)
    return next((size for size in known if size), None)
