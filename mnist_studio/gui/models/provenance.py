"""What a recipe is and where it comes from, in words. No Qt."""

from collections.abc import Iterator

from mnist_studio.spec import recipes
from mnist_studio.spec.model import parameter_count
from mnist_studio.spec.run import FULL_BATCH, ClipNorm, RunSpec, TrainingSpec


def offered() -> tuple[tuple[str, str, str], ...]:
    """The recipes under headings for their sources: key (empty for a heading), text, detail."""
    entries: list[tuple[str, str, str]] = []
    source = ""
    for name, recipe in recipes.RECIPES.items():
        if recipe.source != source:
            source = recipe.source
            entries.append(("", source, ""))
        entries.append((name, name, f"{parameter_count(recipe.model):,} parameters"))
    return tuple(entries)


def words(run: RunSpec) -> str:
    """A recipe's summary, figure, provenance and what was inferred."""
    recipe = recipes.RECIPES.get(run.recipe)
    if recipe is None:
        return "From a file."
    parts = [recipe.summary]
    if recipe.reported:
        # A number and its per cent stay on one line.
        parts.append(f"Reported: {recipe.reported}.".replace(" %", "\N{NO-BREAK SPACE}%"))
    parts.append(recipe.provenance)
    if recipe.inferred:
        parts.append(f"Inferred: {recipe.inferred}")
    return " ".join(parts)


def unusual(training: TrainingSpec) -> str:
    """What of a training no control shows, such as its augmentation; empty without any."""
    return " ".join(_sentences(training))


def _sentences(training: TrainingSpec) -> Iterator[str]:
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
    yield f"Digits are {', '.join(text for amount, text in parts if amount)} at most."
