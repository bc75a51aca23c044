"""Texts on recipes: what they are and where they come from. No Qt."""

from collections.abc import Iterator
from dataclasses import dataclass

from mnist_studio.spec import recipes
from mnist_studio.spec import summary as words
from mnist_studio.spec.model import parameter_count
from mnist_studio.spec.run import RunSpec


def offered(opened: str = "") -> tuple[tuple[str, str, str], ...]:
    """The recipes below headings for their sources: key (empty for a heading), text, detail.

    Args:
        opened: name of a run from a file that is not one of the recipes.
    """
    entries: list[tuple[str, str, str]] = []
    if opened:
        entries += [("", "Not saved as a recipe", ""), (opened, opened, "")]
    source = ""
    for name, recipe in recipes.RECIPES.items():
        if recipe.source.name != source:
            source = recipe.source.name
            entries.append(("", source, ""))
        entries.append((name, recipe.title, f"{parameter_count(recipe.model):,} parameters"))
    return tuple(entries)


@dataclass(frozen=True)
class Origin:
    """Where a run comes from; unknown parts are empty.

    Attributes:
        summary: of the network.
        reported: the result that the source reports.
        source: its name and what it contains.
        inferred: what the source does not state.
    """

    summary: str
    reported: str = ""
    source: str = ""
    inferred: str = ""


def origin(run: RunSpec) -> Origin:
    """The summary, reported result, provenance and assumptions of a recipe."""
    recipe = recipes.RECIPES.get(run.recipe)
    if recipe is None:
        return Origin(f"“{run.recipe}”, which is not saved as a recipe.")
    # A number and its percent sign stay on one line.
    reported = recipe.reported.replace(" %", "\N{NO-BREAK SPACE}%")
    # Other classes need another output layer, which is no change of the network.
    same = run.model == recipes.run_spec(recipe, run.class_names).model
    summary = (
        recipe.summary if same else f"A changed network, which differs from that of {recipe.title}."
    )
    # Documents mark names of files and functions; a window has no such marks.
    source = f"{recipe.source.name}. {recipe.provenance}".replace("`", "")
    return Origin(summary, reported, source, recipe.assumptions)


def method(run: RunSpec) -> str:
    """The training method beyond the numeric settings, such as optimizer and augmentation."""
    return " ".join((*_style(run), *words.method(run)))


def unusual(run: RunSpec) -> str:
    """The settings that most runs do not have; empty if there are none."""
    return " ".join((*_style(run), *words.special_settings(run.training)))


def _style(run: RunSpec) -> Iterator[str]:
    if run.style == "native":
        yield "Trained by the native script of its framework, not by the shared loop."
