"""What a recipe is and where it comes from, in words. No Qt."""

from collections.abc import Iterator
from dataclasses import dataclass

from mnist_studio.spec import recipes
from mnist_studio.spec import summary as words
from mnist_studio.spec.model import parameter_count
from mnist_studio.spec.run import RunSpec


def offered(opened: str = "") -> tuple[tuple[str, str, str], ...]:
    """The recipes under headings for their sources: key (empty for a heading), text, detail.

    Args:
        opened: name of a run from a file, if it stands with none of them.
    """
    entries: list[tuple[str, str, str]] = []
    if opened:
        entries += [("", "From a file", ""), (opened, opened, "")]
    source = ""
    for name, recipe in recipes.RECIPES.items():
        if recipe.source.name != source:
            source = recipe.source.name
            entries.append(("", source, ""))
        entries.append((name, recipe.title, f"{parameter_count(recipe.model):,} parameters"))
    return tuple(entries)


@dataclass(frozen=True)
class Origin:
    """Where a run comes from, in words; parts that there is nothing to say of are empty.

    Attributes:
        summary: of the network.
        reported: the figure of the source.
        source: its name and what it has.
        inferred: what it does not give.
    """

    summary: str
    reported: str = ""
    source: str = ""
    inferred: str = ""


def origin(run: RunSpec) -> Origin:
    """A recipe's summary, figure, provenance and what was inferred."""
    recipe = recipes.RECIPES.get(run.recipe)
    if recipe is None:
        return Origin(f"“{run.recipe}”, from a file.")
    # A number and its per cent stay on one line.
    reported = recipe.reported.replace(" %", "\N{NO-BREAK SPACE}%")
    same = run.model == recipe.model
    summary = recipe.summary if same else f"Not the network of {run.recipe}: as in the file."
    # Names of files and functions are marked for documents; a window has no such marks.
    source = f"{recipe.source.name}. {recipe.provenance}".replace("`", "")
    return Origin(summary, reported, source, recipe.assumptions)


def method(run: RunSpec) -> str:
    """How it is trained, as far as no number tells, such as its optimizer and its augmentation."""
    return " ".join((*_style(run), *words.method(run)))


def unusual(run: RunSpec) -> str:
    """What of it most runs do not have; empty if nothing."""
    return " ".join((*_style(run), *words.special_settings(run.training)))


def _style(run: RunSpec) -> Iterator[str]:
    if run.style == "native":
        yield "As written in its framework, not through the studio's own loop."
