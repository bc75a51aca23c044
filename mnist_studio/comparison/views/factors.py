"""The views that tell causes apart: network and framework, the studio's loop and their own."""

from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from mnist_studio.analysis.groups import Group, TwoWay, two_way
from mnist_studio.analysis.view import Bar, Bars, Column, Matrix, Row, Table, Unit, View
from mnist_studio.comparison import measures
from mnist_studio.comparison.measures import Measured
from mnist_studio.comparison.options import ViewOptions
from mnist_studio.comparison.run_data import NotComparable, RunData
from mnist_studio.comparison.views import notes
from mnist_studio.comparison.views.catalog import title_of
from mnist_studio.formatting import duration, percentage_points
from mnist_studio.frameworks.registry import framework_title
from mnist_studio.spec.run import RunSpec


def networks_and_frameworks(run_data: RunData, options: ViewOptions) -> View:
    """Recipes by frameworks: along a row the framework changes alone, down a column the recipe."""
    alike = _alike(run_data.groups)
    accuracy = two_way(alike, measures.of_all(run_data, measures.accuracy))
    seconds = two_way(alike, measures.of_all(run_data, measures.train_seconds))
    if len(accuracy.recipes) * len(accuracy.frameworks) < 2:
        raise NotComparable(
            "With the same digits, faults and loop there is one recipe in one framework only.",
            "Choose several of either.",
        )
    charts = (
        _matrix("Test accuracy", accuracy, "fraction"),
        _matrix("Seconds of training", seconds, "seconds"),
    )
    columns = (
        Column("Recipe"), Column("Framework"), Column("Test accuracy", "fraction"),
        Column("Training", "seconds"),
    )  # fmt: skip
    return View(
        "networks-and-frameworks", title_of("networks-and-frameworks"),
        effects(accuracy, seconds), charts, Table(columns, _cells(accuracy, seconds)),
        ("Each figure is a mean over the runs of that recipe and framework; of several batch sizes "
         "or the like, over their means.", *_left_out(run_data, alike), *notes.of_all(run_data),
         *notes.of_clocks(run_data)),
    )  # fmt: skip


def _alike(groups: Sequence[Group]) -> tuple[Group, ...]:
    """The groups of the same digits, faults and loop, of those that fill the most of the table.

    Among others network and framework would not be all that changes.
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
    if out := [run for run in run_data.runs if run.id not in shown]:
        who = notes.who(run_data, out)
        yield f"Left out for other digits, other faults or another loop: {who}."


def effects(accuracy: TwoWay, seconds: TwoWay) -> str:
    """How much the network and the framework each change."""
    told = (
        ("The network alone changes", accuracy.recipe_effect, seconds.recipe_effect),
        ("The framework alone changes", accuracy.framework_effect, seconds.framework_effect),
    )
    return " ".join(
        f"{who} the accuracy by up to {percentage_points(score)} and the training by up to "
        f"{duration(time)}."
        for who, score, time in told
        if score is not None and time is not None
    )


def _matrix(title: str, of: TwoWay, unit: Unit) -> Matrix:
    frameworks = tuple(framework_title(one) for one in of.frameworks)
    return Matrix("", "Recipe", title, of.recipes, frameworks, of.means, unit)


def _cells(accuracy: TwoWay, seconds: TwoWay) -> tuple[Row, ...]:
    return tuple(
        Row(
            "",
            (recipe, framework_title(framework), accuracy.means[r][f], seconds.means[r][f]),
        )
        for r, recipe in enumerate(accuracy.recipes)
        for f, framework in enumerate(accuracy.frameworks)
    )


def shared_native(run_data: RunData, options: ViewOptions) -> View:
    """The studio's loop against the script that the framework's documentation would have."""
    pairs = _pairs(run_data)
    if not pairs:
        raise NotComparable(
            "No recipe was trained both by the studio's loop and as written.",
            "Train one again with --native, or in the window as its own script.",
        )
    every = measures.training(run_data)
    charts = tuple(Bars(one.axis, tuple(_sides(pairs, one))) for one in every if one.values)
    columns = (
        Column("Model"), Column("Loop"), Column("Runs", "count"),
        *(column for one in every for column in one.columns()),
    )  # fmt: skip
    rows = tuple(
        Row(group.key, (name, loop, len(group.runs), *_cells_of(group, every)))
        for name, sides in pairs.items()
        for loop, group in loops(sides)
    )
    sentence = " ".join(_ratio(name, sides, every[0]) for name, sides in pairs.items())
    return View(
        "shared-native", title_of("shared-native"), sentence, charts, Table(columns, rows),
        (*notes.of_all(run_data), *notes.of_clocks(run_data)),
    )  # fmt: skip


def _cells_of(group: Group, every: Sequence[Measured]) -> Iterator[float | None]:
    return (cell for one in every for cell in one.cells(group))


Sides = tuple[Group, Group]
"""Neutral and idiomatic."""


def loops(sides: Sides) -> Sequence[tuple[str, Group]]:
    """Each side with its name."""
    return tuple(zip(("the studio's", "as written"), sides, strict=True))


def _pairs(run_data: RunData) -> dict[str, Sides]:
    """Groups that differ in nothing but their style."""
    found: dict[RunSpec, dict[str, Group]] = {}
    for group in run_data.groups:
        common = replace(group.spec, style="shared", training=replace(group.spec.training, seed=0))
        found.setdefault(common, {})[group.spec.style] = group
    both = (of for of in found.values() if len(of) == 2)
    return {of["shared"].title: (of["shared"], of["native"]) for of in both}


def _sides(pairs: Mapping[str, Sides], measured: Measured) -> Iterator[Bar]:
    """Bars of one recipe and framework together."""
    for name, sides in pairs.items():
        for loop, group in loops(sides):
            yield measured.bar(group, name, loop)


def _ratio(name: str, sides: Sides, seconds: Measured) -> str:
    neutral, written = (seconds.cells(group)[0] for group in sides)
    if not neutral or not written:
        return ""
    return (
        f"{name}: the studio's loop trains in {duration(neutral)}, the script as written in "
        f"{duration(written)}, {written / neutral:.2f} times that."
    )
