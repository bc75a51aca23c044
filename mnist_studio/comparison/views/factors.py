"""Views that separate causes: network or framework, shared loop or native script."""

from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from mnist_studio.analysis.groups import Group, TwoWay, two_way
from mnist_studio.analysis.time_breakdown import EXCLUDED, TRAINING_TIME
from mnist_studio.analysis.view import Bar, Bars, Column, Matrix, Row, Table, Unit, ViewContent
from mnist_studio.comparison import measures
from mnist_studio.comparison.measures import MeanSeconds, Measured
from mnist_studio.comparison.messages import ViewOptions
from mnist_studio.comparison.run_data import NotComparable, RunData
from mnist_studio.comparison.views import notes
from mnist_studio.comparison.views.catalog import title_of
from mnist_studio.formatting import duration, percentage_points
from mnist_studio.frameworks.registry import framework_title
from mnist_studio.spec.recipes import recipe_title
from mnist_studio.spec.run import RunSpec


def networks_and_frameworks(run_data: RunData, options: ViewOptions) -> ViewContent:
    """Recipes by frameworks: along a row only the framework changes, down a column the recipe."""
    run_data.require_finished()
    alike = _alike(run_data.groups)
    accuracy = two_way(alike, measures.of_all(run_data, measures.accuracy))
    seconds = two_way(alike, measures.of_all(run_data, measures.training_time))
    if len(accuracy.recipes) * len(accuracy.frameworks) < 2:
        raise NotComparable(
            "These runs have only one recipe in one framework with the same dataset, known bugs, "
            "and training loop.",
            "Select runs of several recipes or frameworks.",
        )
    parts = measures.training_parts(run_data)
    each = (accuracy, seconds, *(two_way(alike, part.values) for part in parts))
    charts = (
        _matrix("Test accuracy", accuracy, "fraction"),
        _matrix(TRAINING_TIME, seconds, "seconds"),
    )
    columns = (
        Column("Recipe"), Column("Framework"), Column("Test accuracy", "fraction"),
        Column(TRAINING_TIME, "seconds"), *(part.column for part in parts),
    )  # fmt: skip
    return ViewContent(
        _with_pointer(effects_sentence(accuracy, seconds)), charts,
        Table(columns, _rows(each)),
        ("Each value is the mean over the runs of a recipe and framework. If other settings also "
         "vary, it is the mean of their means.",
         *_left_out(run_data, alike), *notes.of_all(run_data), *notes.of_timing(run_data)),
    )  # fmt: skip


def _alike(groups: Sequence[Group]) -> tuple[Group, ...]:
    """The groups with the same dataset, known bugs and loop that fill most of the table.

    With others, network and framework would not be the only differences.
    """
    kinds: dict[RunSpec, list[Group]] = {}
    for group in groups:
        spec = group.spec
        kind = replace(
            groups[0].spec, dataset=spec.dataset, own_images=spec.own_images, style=spec.style,
            known_bugs=tuple(sorted(spec.known_bugs)),
        )  # fmt: skip
        kinds.setdefault(kind, []).append(group)
    return tuple(max(kinds.values(), key=lambda of: len({(g.recipe, g.framework) for g in of})))


def _left_out(run_data: RunData, alike: Sequence[Group]) -> Iterator[str]:
    shown = {run for group in alike for run in group.runs}
    if out := [run for run in run_data.counted if run.id not in shown]:
        names = notes.names(run_data, out)
        yield f"Left out because of a different dataset, known bugs, or training loop: {names}."


def effects_sentence(accuracy: TwoWay, seconds: TwoWay) -> str:
    """How much the network and the framework change accuracy and training time."""
    effects = (
        ("The network alone changes", accuracy.recipe_effect, seconds.recipe_effect),
        ("The framework alone changes", accuracy.framework_effect, seconds.framework_effect),
    )
    found = [
        f"{subject} the accuracy by up to {percentage_points(points)} and the training time by up "
        f"to {duration(time)}."
        for subject, points, time in effects
        if points is not None and time is not None
    ]
    return " ".join([*found, EXCLUDED] if found else [])


def _with_pointer(effects: str) -> str:
    """The largest of several differences needs a test, which another view has."""
    pointer = f"The view “{title_of('over-seeds')}” shows which differences in accuracy are real."
    return f"{effects} {pointer}" if effects else ""


def _matrix(title: str, of: TwoWay, unit: Unit) -> Matrix:
    frameworks = tuple(framework_title(one) for one in of.frameworks)
    return Matrix(
        "", "Recipe", title, tuple(map(recipe_title, of.recipes)), frameworks, of.means, unit
    )


def _rows(each: Sequence[TwoWay]) -> tuple[Row, ...]:
    """A row for every recipe and framework, with a cell of each table."""
    return tuple(
        Row(
            "", (recipe_title(recipe), framework_title(framework), *(of.means[r][f] for of in each))
        )
        for r, recipe in enumerate(each[0].recipes)
        for f, framework in enumerate(each[0].frameworks)
    )


LOOPS = ("shared loop", "native script")
Sides = tuple[Group, Group]
"""A group trained by the shared loop, and the same by the native script."""


def shared_native(run_data: RunData, options: ViewOptions) -> ViewContent:
    """The shared loop against the framework's native script."""
    run_data.require_finished()
    pairs = _pairs(run_data)
    if not pairs:
        raise NotComparable(
            "No recipe was trained both by the shared loop and by its native script.",
            "Train one again with --native, or with its native script on the Train page.",
        )
    every, parts = measures.training(run_data), measures.training_parts(run_data)
    charts = tuple(Bars(one.axis, tuple(_bars(pairs, one))) for one in every if one.values)
    columns = (
        Column("Model"), Column("Loop"), Column("Seeds", "count"),
        *(column for one in every for column in one.columns()), *(part.column for part in parts),
    )  # fmt: skip
    rows = tuple(
        Row(
            group.key,
            (name, loop, len(group.runs), *_cells(group, every), *(p.cell(group) for p in parts)),
        )
        for name, sides in pairs.items()
        for loop, group in zip(LOOPS, sides, strict=True)
    )
    ratios = [_ratio(name, sides, every[0], parts[-1]) for name, sides in pairs.items()]
    found = [ratio for ratio in ratios if ratio]
    return ViewContent(
        " ".join([*found, EXCLUDED] if found else []), charts, Table(columns, rows),
        (notes.SPEED, *notes.of_all(run_data), *notes.of_timing(run_data)),
    )  # fmt: skip


def _cells(group: Group, every: Sequence[Measured]) -> Iterator[float | None]:
    return (cell for one in every for cell in one.cells(group))


def _pairs(run_data: RunData) -> dict[str, Sides]:
    """Groups that differ only in their loop."""
    found: dict[RunSpec, dict[str, Group]] = {}
    for group in run_data.groups:
        common = replace(group.spec, style="shared", training=replace(group.spec.training, seed=0))
        found.setdefault(common, {})[group.spec.style] = group
    both = (of for of in found.values() if len(of) == 2)
    return {of["shared"].title: (of["shared"], of["native"]) for of in both}


def _bars(pairs: Mapping[str, Sides], measured: Measured) -> Iterator[Bar]:
    """The bars of one recipe and framework next to each other."""
    for name, sides in pairs.items():
        for loop, group in zip(LOOPS, sides, strict=True):
            yield measured.bar(group, name, loop)


def _ratio(name: str, sides: Sides, seconds: Measured, steps: MeanSeconds) -> str:
    """Training times and their ratio, and the steps alone, whose ratio is often another."""
    shared, native = (seconds.cells(group)[0] for group in sides)
    if not shared or not native:
        return ""
    alone = [duration(steps.cell(group)) for group in sides]
    return (
        f"{name}: the training time is {duration(shared)} in the shared loop and "
        f"{duration(native)} in the native script, {native / shared:.2f} times as long. "
        f"The training steps alone take {alone[0]} and {alone[1]}."
    )
