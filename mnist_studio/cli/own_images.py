"""``mnist-studio own-images``: the user's own images, and how well models classify them."""

import time
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from mnist_studio.cli import options, output
from mnist_studio.data.own_images import OwnImage, of_picture
from mnist_studio.data.pictures.files import open_picture
from mnist_studio.errors import DataError, UnknownName
from mnist_studio.formatting import NOTHING, count, counted, moment, percent
from mnist_studio.prediction.own_images import OwnImageScore, scores
from mnist_studio.running.run_request import own_images_fingerprint
from mnist_studio.spec.run import DIGITS
from mnist_studio.store import own_image_files, own_images
from mnist_studio.store.runs import RunStore

SHOWN = 8
"""Characters of an id that are shown; its first characters are enough everywhere."""


@dataclass(frozen=True)
class OwnImageLine:
    """One image in JSON."""

    id: str
    label: int
    created: float
    kind: Literal["strokes", "picture"]
    points: int


@dataclass(frozen=True)
class OwnImageScoreLine:
    """One model's score in JSON.

    Attributes:
        run: id of the model.
        recipe: of the model.
        framework: of the model.
        accuracy: None if all images were in the model's training set.
        low: lower end of the 95 % CI.
        high: upper end of the 95 % CI.
        images: that were counted.
        trained_on: images that are left out, since they were in the model's training set.
        confusion: a row for each true label, a column for each prediction.
    """

    run: str
    recipe: str
    framework: str
    accuracy: float | None
    low: float | None
    high: float | None
    images: int
    trained_on: int
    confusion: tuple[tuple[int, ...], ...]


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the arguments of this command and its actions."""
    options.add_json(parser, "one image per line")
    actions = parser.add_subparsers(dest="action", metavar="ACTION")
    list_ = actions.add_parser("list", help="list your images (the default)")
    options.add_action_json(list_, "one image per line")
    _add_changes(actions)
    export = actions.add_parser("export", help="save all images to one file, with their strokes")
    export.add_argument("file", type=options.path, metavar="FILE", help="file to write")
    import_ = actions.add_parser("import", help="import images from an exported file")
    import_.add_argument("file", type=options.path, metavar="FILE", help="file to read")
    evaluate = actions.add_parser("evaluate", help="evaluate trained models on your images")
    options.add_run_filter(evaluate)
    options.add_action_json(evaluate, "one model per line")


def _add_changes(actions: "options.Actions[ArgumentParser]") -> None:
    add = actions.add_parser("add", help="add images of one digit")
    add.add_argument("label", type=int, metavar="D", help="their true label, 0 to 9")
    add.add_argument(
        "images", nargs="+", type=options.path, metavar="IMAGE", help="image of one digit"
    )
    relabel = actions.add_parser("relabel", help="change the true label of an image")
    relabel.add_argument("id", metavar="ID", help="ID of the image, or its first characters")
    relabel.add_argument(
        "label",
        type=int,
        choices=range(len(DIGITS)),
        metavar="D",
        help="the new true label, 0 to 9",
    )
    delete = actions.add_parser("delete", help="delete images")
    delete.add_argument(
        "id", nargs="+", metavar="ID", help="ID of an image, or its first characters"
    )


def run(arguments: Namespace) -> int:
    """Runs the action; 1 if a picture could not be read or a model not be evaluated."""
    match arguments.action:
        case "evaluate":
            return _evaluate(arguments)
        case "add":
            return _add(arguments)
        case "import":
            _save(own_image_files.read(arguments.file))
        case "export":
            _export(arguments)
        case "relabel":
            _relabel(arguments)
        case "delete":
            _delete(arguments)
        case _:
            _list(arguments)
    return 0


def chosen_fingerprint(arguments: Namespace) -> str:
    """Fingerprint of a stored copy of all own images; empty without ``--own-images``.

    Raises:
        DataError: there are none.
    """
    return own_images_fingerprint() if arguments.own_images else ""


def _all() -> tuple[OwnImage, ...]:
    with RunStore() as store:
        return store.own_images.all()


def _list(arguments: Namespace) -> None:
    images = _all()
    if arguments.json:
        for image in images:
            output.json_line(_json(image))
        return
    rows = [
        (image.key[:SHOWN], str(image.label), moment(image.created), _kind(image))
        for image in images
    ]
    if rows:
        output.table(("ID", "True label", "Created", "Stored as"), rows, (1,))
    output.line(_summary(images))


def _summary(images: Sequence[OwnImage]) -> str:
    if not images:
        return "You have no labeled images yet. Draw digits on the Draw page and label them."
    counts = Counter(image.label for image in images)
    labels = ", ".join(f"{counts[label]}× {label}" for label in range(len(DIGITS)) if counts[label])
    return f"You have {counted(len(images), 'labeled image')}: {labels}."


def _counted(images: int) -> str:
    return counted(images, "image")


def _json(image: OwnImage) -> OwnImageLine:
    points = sum(map(len, image.ink))
    kind: Literal["strokes", "picture"] = "strokes" if points else "picture"
    return OwnImageLine(image.key, image.label, image.created, kind, points)


def _kind(image: OwnImage) -> str:
    return f"strokes, {count(sum(map(len, image.ink)))} points" if image.ink else "picture"


def _add(arguments: Namespace) -> int:
    found = []
    for path in arguments.images:
        try:
            found.append(of_picture(open_picture(path), arguments.label, time.time()))
        except DataError as error:
            output.error(str(error))
    _save(found)
    return 0 if len(found) == len(arguments.images) else 1


def _save(images: Sequence[OwnImage]) -> None:
    with RunStore() as store:
        added = store.own_images.add(images)
    known = len(images) - added
    note = f"{_counted(added).capitalize()} added."
    output.note(f"{note} {_counted(known).capitalize()} already existed." if known else note)


def _export(arguments: Namespace) -> None:
    images = _all()
    own_image_files.write(images, arguments.file)
    output.note(f"{_counted(len(images)).capitalize()} saved to {arguments.file}.")


def _relabel(arguments: Namespace) -> None:
    with RunStore() as store:
        store.own_images.relabel(_key(store, arguments.id), arguments.label)


def _delete(arguments: Namespace) -> None:
    with RunStore() as store:
        store.own_images.delete([_key(store, start) for start in arguments.id])


def _key(store: RunStore, start: str) -> str:
    """The key that starts so."""
    found = [key for key, _ in store.own_images.summary() if key.startswith(start)]
    if len(found) != 1 or not start:
        problem = f"{len(found)} image IDs start" if found else "No image ID starts"
        raise UnknownName(f"{problem} with “{start}”.", "See: mnist-studio own-images")
    return found[0]


def _evaluate(arguments: Namespace) -> int:
    runs, images = options.trained(arguments.run, arguments.filter), _all()
    if not images:
        raise DataError(_summary(()), "Or import a file: mnist-studio own-images import FILE")
    succeeded = True
    for score in scores(runs, own_images.of(images)):
        if score.problem:
            output.error(f"{score.run.name}: {score.problem}")
            succeeded = False
        elif arguments.json:
            output.json_line(_score_json(score))
        else:
            output.line(_score_line(score))
            if len(runs) == 1:
                _write_confusion(score)
    return 0 if succeeded else 1


def _score_line(score: OwnImageScore) -> str:
    title = f"{score.run.name}  {score.run.id}"
    if score.accuracy is None:
        return f"{NOTHING:>8}  {title}: all of these images were in its training set"
    estimate, interval = score.accuracy, score.accuracy.interval
    within = f" (95 % CI {percent(interval.low)} to {percent(interval.high)})" if interval else ""
    left_out = (
        f", without {_counted(score.trained_on)} from its training set" if score.trained_on else ""
    )
    figure = f"{percent(estimate.value):>8}{within} of {_counted(estimate.count)}"
    return f"{figure}{left_out}  {title}"


def _write_confusion(score: OwnImageScore) -> None:
    columns = ("True label", *DIGITS)
    rows = [(str(label), *map(str, row)) for label, row in enumerate(score.confusion.tolist())]
    output.table(columns, rows, tuple(range(1, len(DIGITS) + 1)))


def _score_json(score: OwnImageScore) -> OwnImageScoreLine:
    estimate = score.accuracy
    interval = estimate.interval if estimate else None
    return OwnImageScoreLine(
        run=score.run.id,
        recipe=score.run.spec.recipe,
        framework=score.run.spec.framework,
        accuracy=estimate.value if estimate else None,
        low=interval.low if interval else None,
        high=interval.high if interval else None,
        images=estimate.count if estimate else 0,
        trained_on=score.trained_on,
        confusion=tuple(tuple(row) for row in score.confusion.tolist()),
    )
