"""``mnist-studio explain``: why a trained model predicts a class."""

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_studio.analysis.attribution import Attribution
from mnist_studio.analysis.counterfactual import Counterfactual
from mnist_studio.analysis.nearest import Neighbor
from mnist_studio.cli import network_questions, options, output
from mnist_studio.data.datasets import sources
from mnist_studio.data.datasets.examples import from_test
from mnist_studio.data.pictures.files import open_picture
from mnist_studio.errors import UsageError
from mnist_studio.explanation import trace_files
from mnist_studio.explanation.explainer import Explainer, ExplanationUpdate, PartResult
from mnist_studio.explanation.messages import Options, Part, PartUnavailable
from mnist_studio.explanation.parts import Layers, Nearest, Value
from mnist_studio.explanation.trace import Trace
from mnist_studio.formatting import class_noun, count, listed, number, percent, printable
from mnist_studio.spec.layers import text
from mnist_studio.spec.run import DIGITS
from mnist_studio.store.rows import Run

PARTS: tuple[Part, ...] = ("attribution", "layers", "nearest", "counterfactual")
SHADES = " .:-=+*#%@"
"""From black to white, for terminals."""

HIGHEST_LEARNING_RATE = 1000

Grid = tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class CounterfactualLine:
    """A change of the image that changes the prediction, in JSON."""

    target: int
    found: bool
    changed: float
    after: Grid


@dataclass(frozen=True)
class ExplanationLine:
    """An explanation in JSON."""

    run: str
    recipe: str
    framework: str
    engine: str
    prediction: int
    class_names: tuple[str, ...]
    logit: float
    baseline_logit: float
    attributed: float
    completeness_error: float
    integrated_gradients: Grid
    saliency: Grid
    nearest: tuple[Neighbor, ...]
    counterfactual: CounterfactualLine


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the arguments of this command."""
    options.add_run(parser)
    image = parser.add_mutually_exclusive_group(required=True)
    image.add_argument(
        "image",
        nargs="?",
        type=options.path,
        metavar="IMAGE",
        help="image of a digit or another class",
    )
    options.add_index(image)
    parser.add_argument(
        "--target",
        metavar="CLASS",
        help="target class of the counterfactual, such as 7 (default: the second most likely)",
    )
    parser.add_argument(
        "--counterfactual",
        default="pen",
        choices=("pen", "smallest"),
        help="change pen strokes, or pixels as little as possible (default: pen)",
    )
    parser.add_argument(
        "--metric",
        default="euclidean",
        choices=("euclidean", "cosine"),
        help="distance measure for the nearest neighbors (default: euclidean)",
    )
    _add_trace(parser)
    network_questions.add_arguments(parser)
    options.add_data(parser)
    options.add_json(parser, "one line")


def _add_trace(parser: ArgumentParser) -> None:
    """Adds the arguments of the forward pass and the training step in NumPy."""
    parser.add_argument(
        "--trace",
        action="store_true",
        help="the forward pass and one training step in NumPy, with all equations",
    )
    parser.add_argument(
        "--export",
        type=options.path,
        metavar="FOLDER",
        help="folder to export every array of that step to, as CSV (default: none)",
    )
    parser.add_argument(
        "--label",
        metavar="CLASS",
        help="target label of the training step, such as 7 (default: the prediction)",
    )
    parser.add_argument(
        "--learning-rate",
        type=float,
        metavar="X",
        help="learning rate of the training step (default: the optimizer's)",
    )


def run(arguments: Namespace) -> int:
    """Explains; 1 if a part could not be computed."""
    _check(arguments)
    (model,) = options.trained(arguments.run)
    names = model.spec.class_names
    for option in ("target", "label"):
        _label_of(option, getattr(arguments, option), names)
    image = _image(arguments, model)
    if part := network_questions.part_of(arguments):
        return _answer(arguments, model, image, part)
    engine = options.note_fallback(model.spec.framework)
    traced = _traced(arguments)
    chosen = Options(
        target=_label_of("target", arguments.target, names),
        manner=arguments.counterfactual,
        metric=arguments.metric,
        train=traced,
        target_label=_label_of("label", arguments.label, names),
        learning_rate=arguments.learning_rate,
    )
    with Explainer(arguments.data) as explainer:
        replies = list(explainer.explain(model, image, ("trace",) if traced else PARTS, chosen))
    refused = _refused(replies)
    values = [reply.value for reply in replies if isinstance(reply, PartResult)]
    if arguments.json and not refused:
        output.json_line(_json(model, engine, values))
    elif not arguments.json:
        for value in values:
            _write(value, arguments, names)
    return 1 if refused else 0


def _answer(arguments: Namespace, model: Run, image: NDArray[np.uint8], part: Part) -> int:
    """Answers a question on the whole network; 1 if that is not possible."""
    chosen = network_questions.options_of(arguments, model.spec)
    options.note_fallback(model.spec.framework)
    with Explainer(arguments.data) as explainer:
        replies = list(explainer.explain(model, image, (part,), chosen))
    for reply in replies:
        if isinstance(reply, PartResult) and arguments.json:
            output.json_line(network_questions.line(model.id, reply.value))
        elif isinstance(reply, PartResult):
            network_questions.write(reply.value, model.spec.class_names)
    return 1 if _refused(replies) else 0


def _refused(replies: Sequence[ExplanationUpdate]) -> bool:
    """Whether a part could not be computed, which it prints."""
    refused = [reply for reply in replies if isinstance(reply, PartUnavailable)]
    for reply in refused:
        output.error(f"{reply.part}: {reply.problem} {reply.remedy}".strip())
    return bool(refused)


def _traced(arguments: Namespace) -> bool:
    return arguments.trace or arguments.export is not None


def _check(arguments: Namespace) -> None:
    if arguments.json and _traced(arguments):
        raise UsageError(
            "A training step cannot be printed as JSON.", "Use --export to save it as CSV."
        )
    rate = arguments.learning_rate
    if rate is not None and not 0 < rate <= HIGHEST_LEARNING_RATE:
        raise UsageError(
            f"--learning-rate must be above 0 and at most {HIGHEST_LEARNING_RATE}, got {rate:g}."
        )


def _label_of(option: str, name: str | None, class_names: Sequence[str]) -> int | None:
    """The number of a class that the user names; None if none is named."""
    if name is None:
        return None
    if name not in class_names:
        digits = tuple(class_names) == DIGITS
        kind = "a digit from 0 to 9" if digits else f"one of {listed(class_names, 'or')}"
        raise UsageError(f"--{option} must be {kind}, got {printable(name)}.")
    return class_names.index(name)


def _image(arguments: Namespace, model: Run) -> NDArray[np.uint8]:
    """The picture, or the test image with that number."""
    if arguments.image is not None:
        return open_picture(arguments.image)
    name = model.spec.dataset
    if name == "mnist":
        name = sources.default_dataset(arguments.data)
    example = from_test(sources.load_test(name, arguments.data), name, arguments.index)
    output.note(f"{example.caption}.")
    return example.image


def _write(value: Value, arguments: Namespace, names: Sequence[str]) -> None:
    match value:
        case Attribution():
            _write_attribution(value, names)
        case Layers():
            _write_layers(value)
        case Nearest():
            _write_nearest(value, names)
        case Counterfactual():
            _write_counterfactual(value, names)
        case Trace():
            _write_trace(value, arguments)


def _write_attribution(found: Attribution, names: Sequence[str]) -> None:
    output.line(f"Prediction: {names[found.digit]}, logit {found.logit:.3f}")
    output.line(
        f"Integrated gradients ({found.steps} steps) attribute {found.attributed:+.3f} of the "
        f"difference of {found.logit - found.baseline_logit:+.3f} from a blank image. "
        f"Completeness error: {number(found.completeness_error, 2)}. "
        "Pixels in favor of the prediction:"
    )
    _draw(np.maximum(found.integrated, 0))


def _write_layers(found: Layers) -> None:
    output.table(
        ("Layer", "Type", "Output", "Minimum", "Maximum", "Above 0"),
        [
            (
                layer.name, layer.title, text(layer.output.shape), f"{layer.output.min():.3g}",
                f"{layer.output.max():.3g}", percent(float(np.mean(layer.output > 0))),
            )
            for layer in found.layers
        ],
        right=range(2, 6),
    )  # fmt: skip


def _write_nearest(found: Nearest, names: Sequence[str]) -> None:
    neighbors = ", ".join(
        f"{names[one.label]} (distance {one.distance:.3g})" for one in found.neighbors
    )
    output.line(
        f"Nearest neighbors in the output of {found.layer}, among {count(found.count)} training "
        f"images of {found.dataset}: {neighbors}"
    )


def _write_counterfactual(found: Counterfactual, names: Sequence[str]) -> None:
    target = class_noun(names[found.target])
    if not found.found:
        output.line(f"Counterfactual: no change was found that makes the model predict {target}.")
        return
    output.line(
        f"Counterfactual: changing {percent(found.changed)} of the ink makes the model predict "
        f"{target}:"
    )
    _draw(found.after.astype(np.float64))


def _write_trace(found: Trace, arguments: Namespace) -> None:
    if arguments.trace:
        output.line(trace_files.text(found).rstrip())
    if arguments.export is not None:
        files = trace_files.export(found, arguments.export)
        output.line(f"{count(len(files))} files saved in {arguments.export}.")


def _draw(values: NDArray[np.float64]) -> None:
    """Draws (28, 28) numbers from 0 on as characters, which are twice as high as wide."""
    levels = (values / max(float(values.max()), 1e-12) * (len(SHADES) - 1)).round().astype(int)
    for row in levels:
        drawn = "".join(SHADES[level] * 2 for level in row.tolist()).rstrip()
        if drawn:
            output.line(f"  {drawn}")


def _json(model: Run, engine: str, values: list[Value]) -> ExplanationLine:
    attribution = next(value for value in values if isinstance(value, Attribution))
    nearest = next(value for value in values if isinstance(value, Nearest))
    change = next(value for value in values if isinstance(value, Counterfactual))
    return ExplanationLine(
        run=model.id,
        recipe=model.spec.recipe,
        framework=model.spec.framework,
        engine=engine,
        prediction=attribution.digit,
        class_names=model.spec.class_names,
        logit=attribution.logit,
        baseline_logit=attribution.baseline_logit,
        attributed=attribution.attributed,
        completeness_error=attribution.completeness_error,
        integrated_gradients=_grid(attribution.integrated),
        saliency=_grid(attribution.saliency),
        nearest=nearest.neighbors,
        counterfactual=CounterfactualLine(
            change.target, change.found, change.changed, _grid(change.after)
        ),
    )


def _grid(values: NDArray[np.float64] | NDArray[np.uint8]) -> Grid:
    return tuple(map(tuple, values.tolist()))
