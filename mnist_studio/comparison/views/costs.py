"""The views of what networks cost: parameters, memory, latency."""

from collections.abc import Iterator, Mapping, Sequence

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
    View,
    cell_text,
)
from mnist_studio.comparison import measures
from mnist_studio.comparison.measures import Measured
from mnist_studio.comparison.options import ViewOptions
from mnist_studio.comparison.run_data import NotComparable, RunData
from mnist_studio.comparison.views import notes
from mnist_studio.comparison.views.catalog import title_of
from mnist_studio.formatting import count
from mnist_studio.spec.model import ModelSpec, describe, parameter_count


def parameters(run_data: RunData, options: ViewOptions) -> View:
    """How many numbers each network learns, how that comes about, and what accuracy they give."""
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
    axis = AxisSpec("Parameters", "count", log=True)
    charts = (Bars(AxisSpec("Parameters", "count"), bars),)
    columns = (
        Column("Network"), Column("Layer"), Column("Output"), Column("Arithmetic"),
        Column("Parameters", "count"), Column("Test accuracy", "fraction"),
    )  # fmt: skip
    rows = (*(row for name, of in networks.items() for row in _layers(name, of[0])),
            *(Row(p.key, (p.title, "all", "", "", int(p.x), p.y)) for p in points))  # fmt: skip
    return View(
        "parameters", title_of("parameters"), _parameters_sentence(networks),
        charts
        if not points
        else (*charts, Points(axis, AxisSpec("Test accuracy", "fraction"), points)),
        Table(columns, rows), notes.of_all(run_data),
    )  # fmt: skip


def _networks(run_data: RunData) -> dict[str, list[Group]]:
    """Groups by their network, under the names of the recipes."""
    found: dict[ModelSpec, list[Group]] = {}
    for group in run_data.groups:
        found.setdefault(group.spec.model, []).append(group)
    return {" = ".join(dict.fromkeys(one.recipe for one in of)): of for of in found.values()}


def _layers(name: str, group: Group) -> Iterator[Row]:
    reports = describe(group.spec.model)
    for layer in reports:
        output = "×".join(map(str, layer.output))
        yield Row(group.key, (name, layer.title, output, layer.arithmetic, layer.parameters, None))
    total = [layer for layer in reports if layer.parameters]
    sums = " + ".join(f"{layer.parameters:,}" for layer in total)
    whole = sum(layer.parameters for layer in total)
    yield Row(group.key, (name, "all layers", "", sums, whole, None))


def _parameters_sentence(networks: Mapping[str, list[Group]]) -> str:
    known = {name: parameter_count(of[0].spec.model) for name, of in networks.items()}
    least, most = min(known, key=known.__getitem__), max(known, key=known.__getitem__)
    if least == most:
        return f"{least} learns {count(known[least])} numbers."
    return (
        f"{most} learns {count(known[most])} numbers, {least} {count(known[least])}: "
        f"{known[most] / known[least]:.1f} times as many."
    )


def memory(run_data: RunData, options: ViewOptions) -> View:
    """The most memory that each run's process held at once."""
    values = measures.of_all(run_data, measures.peak_memory)
    if not values:
        raise NotComparable("No run has measured its memory.", _AGAIN)
    peak = Measured(AxisSpec("Peak memory of the process", "bytes"), values)
    chart = peak.chart(run_data.groups)
    rows = tuple(
        Row(group.key, (group.title, *peak.cells(group), len(measures.of_group(group, values))))
        for group in run_data.groups
    )
    return View(
        "memory", title_of("memory"), extremes("Peak memory", chart.bars, "bytes"), (chart,),
        Table((Column("Model"), *peak.columns(), Column("Runs", "count")), rows),
        ("Of the whole process: interpreter, framework, digits and network; a GPU's left out.",
         *notes.of_all(run_data)),
    )  # fmt: skip


def latency(run_data: RunData, options: ViewOptions) -> View:
    """How long one image takes, and how many are answered a second in batches."""
    alone = measures.of_all(run_data, measures.latency_ms)
    if not alone:
        raise NotComparable("No run has measured its latency.", "Wait until one has finished.")
    one = Measured(AxisSpec("One image", "milliseconds"), alone)
    batched = measures.of_all(run_data, measures.throughput)
    many = Measured(AxisSpec("Images answered in batches", "per second"), batched)
    charts = [measured.chart(run_data.groups) for measured in (one, many) if measured.values]
    columns = (
        Column("Model"), *one.columns(), *many.columns(), Column("Images a batch", "count"),
        Column("Runs", "count"),
    )  # fmt: skip
    rows = tuple(
        Row(
            group.key,
            (group.title, *one.cells(group), *many.cells(group), _batch(run_data, group),
             len(group.runs)),
        )
        for group in run_data.groups
    )  # fmt: skip
    return View(
        "latency", title_of("latency"), extremes("One image", charts[0].bars, "milliseconds"),
        tuple(charts), Table(columns, rows),
        ("Medians on the device that trained the run, each answer waited for.",
         *notes.of_all(run_data), *notes.of_clocks(run_data)),
    )  # fmt: skip


_AGAIN = "Train again: earlier versions did not measure it."


def extremes(what: str, bars: Sequence[Bar], unit: Unit) -> str:
    """The least and the most of some figures in words."""
    known = {bar.title: bar.value for bar in bars if bar.value is not None}
    if not known:
        return ""
    least, most = min(known, key=known.__getitem__), max(known, key=known.__getitem__)
    low, high = known[least], known[most]
    if least == most:
        return f"{what}: {cell_text(low, unit)} of {least}."
    times = f", {high / low:.1f} times as much" if low > 0 else ""
    least_cost, most_cost = cell_text(low, unit), cell_text(high, unit)
    return f"{what}: from {least_cost} ({least}) to {most_cost} ({most}){times}."


def _batch(run_data: RunData, group: Group) -> int | None:
    """Images in each of the batches that were answered."""
    ended = (run_data.by_id[run].ended for run in group.runs)
    known = (end.measures.throughput_batch for end in ended if end and end.measures)
    return next((size for size in known if size), None)
