"""What a recipe is and where it comes from, in words. No Qt."""

from collections.abc import Iterator
from dataclasses import dataclass

from mnist_studio.spec import recipes
from mnist_studio.spec.model import parameter_count
from mnist_studio.spec.run import FULL_BATCH, ClipNorm, RunSpec, TrainingSpec


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
        if recipe.source != source:
            source = recipe.source
            entries.append(("", source, ""))
        entries.append((name, name, f"{parameter_count(recipe.model):,} parameters"))
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
    source = f"{recipe.source}. {recipe.provenance}".replace("`", "")
    return Origin(summary, reported, source, recipe.inferred)


def unusual(run: RunSpec) -> str:
    """How it is trained, as far as that is not seen at first, such as its augmentation."""
    return " ".join(_sentences(run))


def _sentences(run: RunSpec) -> Iterator[str]:
    training = run.training
    if run.style == "idiomatic":
        yield "As written in its framework, not through the studio's own loop."
    schedule = str(training.schedule.__struct_config__.tag).replace("_", "-")
    yield f"{_optimiser(training)}, {schedule} rate."
    if training.batch_size == FULL_BATCH:
        yield "Every step sees all digits."
    if training.sampling == "with_replacement":
        yield "Batches are drawn with replacement."
    if training.sampling == "stored":
        yield "Digits come in the order of the file."
    if training.epoch_steps:
        yield f"An epoch is {training.epoch_steps:,} steps."
    if training.precision != "float32":
        yield f"Computed in {training.precision}."
    if training.clip:
        how = "norm" if isinstance(training.clip, ClipNorm) else "value"
        yield f"Gradients are clipped by {how} at {training.clip.limit:g}."
    yield from _augmentation(training)


def _optimiser(training: TrainingSpec) -> str:
    names = {"sgd": "SGD", "adam": "Adam", "adadelta": "Adadelta", "rmsprop": "RMSprop"}
    return names[str(training.optimiser.__struct_config__.tag)]


def _augmentation(training: TrainingSpec) -> Iterator[str]:
    drawn = training.augmentation
    if drawn is None:
        return
    parts = [
        (drawn.rotation, f"turned by {drawn.rotation:g}°"),
        (drawn.zoom, f"zoomed by {100 * drawn.zoom:g}\N{NO-BREAK SPACE}%"),
        (drawn.shift, f"shifted by {drawn.shift:g} pixels"),
        (drawn.shear, f"sheared by {drawn.shear:g}°"),
        (drawn.elastic, f"bent by {drawn.elastic:g} pixels"),
    ]
    if told := ", ".join(text for amount, text in parts if amount):
        yield f"Digits are {told} at most."
