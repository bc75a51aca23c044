"""``mnist-studio digits``: the user's own digits, kept, labeled, shared, and models scored on."""

import time
from argparse import Namespace
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from mnist_studio.analysis.known_bugs import titled
from mnist_studio.cli import models, output
from mnist_studio.data.images import CLASSES
from mnist_studio.data.own_images import OwnImage, of_picture
from mnist_studio.data.pictures.files import open_picture
from mnist_studio.errors import DataError, UnknownName
from mnist_studio.formatting import moment, percent
from mnist_studio.prediction.own_images import OwnImageScore, scores
from mnist_studio.store import own_image_files, own_image_sets
from mnist_studio.store.runs import RunStore

SHOWN = 8
"""Figures of a digit's id; the start of it is enough everywhere."""


@dataclass(frozen=True)
class OwnImageLine:
    """One digit, as JSON tells it."""

    id: str
    label: int
    created: float
    kind: Literal["strokes", "picture"]
    points: int


@dataclass(frozen=True)
class OwnImageScoreLine:
    """One model's score, as JSON tells it."""

    run: str
    recipe: str
    framework: str
    accuracy: float | None
    low: float | None
    high: float | None
    digits: int
    learnt: int
    confusion: tuple[tuple[int, ...], ...]


def run(arguments: Namespace) -> int:
    """Does what is asked; 1 if a model could not be scored."""
    match arguments.action:
        case "evaluate":
            return _evaluate(arguments)
        case "add":
            return _add(arguments)
        case "import":
            _import(arguments)
        case "export":
            _export(arguments)
        case "relabel":
            _relabel(arguments)
        case "delete":
            _delete(arguments)
        case _:
            _list(arguments)
    return 0


def own(arguments: Namespace) -> str:
    """Fingerprint of the user's own digits as they are now, kept; empty where none are asked for.

    Raises:
        DataError: there are none.
    """
    if not arguments.own_digits:
        return ""
    return own_image_sets.freeze(_all()).fingerprint


def _all() -> tuple[OwnImage, ...]:
    with RunStore() as store:
        return store.own_images.all()


def _list(arguments: Namespace) -> None:
    digits = _all()
    if arguments.json:
        for digit in digits:
            output.json_line(_told(digit))
        return
    rows = [(d.key[:SHOWN], str(d.label), moment(d.created), _kind(d)) for d in digits]
    if rows:
        output.table(("Id", "Label", "Written", "Kept as"), rows, (1,))
    output.line(_sentence(digits))


def _sentence(digits: Sequence[OwnImage]) -> str:
    if not digits:
        return "You have no digits of your own yet. Draw and label some on the Draw page."
    counts = Counter(digit.label for digit in digits)
    each = ", ".join(f"{counts[label]}x {label}" for label in range(CLASSES) if counts[label])
    return f"{len(digits):,} of your own: {each}."


def _told(digit: OwnImage) -> OwnImageLine:
    points = sum(map(len, digit.ink))
    return OwnImageLine(
        digit.key, digit.label, digit.created, "strokes" if points else "picture", points
    )


def _kind(digit: OwnImage) -> str:
    return f"{sum(map(len, digit.ink)):,} points" if digit.ink else "picture"


def _add(arguments: Namespace) -> int:
    found = []
    for path in arguments.images:
        try:
            found.append(of_picture(open_picture(path), arguments.label, time.time()))
        except DataError as error:
            output.complain(f"{path}: {error}")
    _keep(found)
    return 0 if len(found) == len(arguments.images) else 1


def _import(arguments: Namespace) -> None:
    _keep(own_image_files.read(arguments.file))


def _keep(digits: Sequence[OwnImage]) -> None:
    with RunStore() as store:
        new = store.own_images.keep(digits)
    known = len(digits) - new
    output.note(f"{new:,} kept" + (f", {known:,} were here already." if known else "."))


def _export(arguments: Namespace) -> None:
    digits = _all()
    own_image_files.write(digits, arguments.file)
    output.note(f"{len(digits):,} written to {arguments.file}.")


def _relabel(arguments: Namespace) -> None:
    with RunStore() as store:
        digit = _named(store, arguments.id)
        store.own_images.relabel(digit, arguments.label)


def _delete(arguments: Namespace) -> None:
    with RunStore() as store:
        store.own_images.delete([_named(store, name) for name in arguments.id])


def _named(store: RunStore, name: str) -> str:
    """The key that begins so."""
    found = [key for key, _ in store.own_images.summary() if key.startswith(name)]
    if len(found) != 1 or not name:
        how = f"{len(found)} digits begin" if found else "No digit begins"
        raise UnknownName(f"{how} with “{name}”.", "See: mnist-studio digits")
    return found[0]


def _evaluate(arguments: Namespace) -> int:
    runs, digits = models.trained(arguments.run), _all()
    if not digits:
        raise DataError(_sentence(()), "Or import a file: mnist-studio digits import FILE")
    good = True
    for score in scores(runs, own_image_sets.of(digits)):
        if score.problem:
            output.complain(f"{score.run.title}: {score.problem}")
            good = False
        elif arguments.json:
            output.json_line(_told_score(score))
        else:
            output.line(_line(score))
            if len(runs) == 1:
                _confusion(score)
    return 0 if good else 1


def _line(score: OwnImageScore) -> str:
    title = titled(score.run.title, score.run.spec)
    apart = f", {score.learnt:,} that it learnt from left out" if score.learnt else ""
    if score.accuracy is None:
        return f"{'–':>8}  {title}  {score.run.id}: it learnt from all of them"
    estimate, interval = score.accuracy, score.accuracy.interval
    within = f" ({percent(interval.low)} to {percent(interval.high)})" if interval else ""
    figure = f"{output.percent(estimate.value):>8}{within}"
    return f"{figure} of {estimate.count:,} digits{apart}  {title}  {score.run.id}"


def _confusion(score: OwnImageScore) -> None:
    columns = ("It is", *map(str, range(CLASSES)))
    rows = [(str(label), *map(str, line)) for label, line in enumerate(score.confusion.tolist())]
    output.table(columns, rows, tuple(range(1, CLASSES + 1)))


def _told_score(score: OwnImageScore) -> OwnImageScoreLine:
    estimate = score.accuracy
    interval = estimate.interval if estimate else None
    return OwnImageScoreLine(
        run=score.run.id,
        recipe=score.run.spec.recipe,
        framework=score.run.spec.framework,
        accuracy=estimate.value if estimate else None,
        low=interval.low if interval else None,
        high=interval.high if interval else None,
        digits=estimate.count if estimate else 0,
        learnt=score.learnt,
        confusion=tuple(tuple(line) for line in score.confusion.tolist()),
    )
