"""``mnist-studio explain --ablate`` and ``--activating``: questions on a whole network."""

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from dataclasses import dataclass

from mnist_studio.cli import output
from mnist_studio.errors import UsageError
from mnist_studio.explanation.messages import Options, Part
from mnist_studio.explanation.understanding import Ablation, UnitImages
from mnist_studio.explanation.understanding_sentences import ablation_sentence, unit_sentence
from mnist_studio.formatting import count, listed
from mnist_studio.spec.known_bugs import effective
from mnist_studio.spec.model import describe
from mnist_studio.spec.run import DIGITS, RunSpec

HIGHEST_NOISE = 10.0
"""More noise leaves nothing of the weights."""

IMAGE = "the image"


@dataclass(frozen=True)
class AblationLine:
    """An ablation in JSON."""

    run: str
    layer: str
    unit: int | None
    noise: float
    images: int
    accuracy_before: float
    accuracy_after: float
    probabilities_before: tuple[float, ...]
    probabilities_after: tuple[float, ...]


@dataclass(frozen=True)
class UnitLine:
    """The images of a unit in JSON; they are test images by their number."""

    run: str
    layer: str
    unit: int
    images: int
    activation: float
    mean: float
    strongest: tuple[int, ...]
    labels: tuple[int, ...]
    activations: tuple[float, ...]


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the arguments of these questions."""
    parser.add_argument(
        "--ablate",
        metavar="LAYER",
        help="set the output of a layer to 0, such as conv1, and measure the accuracy",
    )
    parser.add_argument(
        "--noise",
        type=float,
        metavar="X",
        help="add noise to all kernels, as a fraction of the deviation of their weights",
    )
    parser.add_argument(
        "--activating", metavar="LAYER", help="the test images that activate a unit most"
    )
    parser.add_argument(
        "--unit",
        type=int,
        metavar="N",
        help="unit or channel, from 1 (default: all for --ablate, 1 for --activating)",
    )


def part_of(arguments: Namespace) -> Part | None:
    """The part of the explanation that answers; None if no such question was put."""
    if arguments.activating is not None:
        return "unit"
    changes = changes_network(arguments) or arguments.unit is not None
    return "ablation" if changes else None


def options_of(arguments: Namespace, spec: RunSpec) -> Options:
    """The question.

    Raises:
        UsageError: the network has no such layer or unit, or the options contradict each other.
    """
    if arguments.activating is not None and changes_network(arguments):
        raise UsageError("--activating cannot be combined with --ablate or --noise.", "Omit one.")
    noise = arguments.noise or 0.0
    if not 0 <= noise <= HIGHEST_NOISE:
        raise UsageError(f"--noise must be 0 to {HIGHEST_NOISE:g}, got {noise:g}.")
    layer = arguments.activating or arguments.ablate or ""
    _check_unit(arguments, spec, layer)
    unit = -1 if arguments.unit is None else arguments.unit - 1
    return Options(layer=layer, unit=unit, noise=noise)


def changes_network(arguments: Namespace) -> bool:
    """Whether the network is to be changed."""
    return arguments.ablate is not None or arguments.noise is not None


def _check_unit(arguments: Namespace, spec: RunSpec, layer: str) -> None:
    reports = describe(effective(spec).model)
    if arguments.activating is None:
        reports = tuple(report for report in reports if report.arrays)
    units = {report.name: report.output[-1] for report in reports}
    if layer and layer not in units:
        raise UsageError(
            f"The network has no layer “{layer}” for this.", f"Choose {listed(tuple(units), 'or')}."
        )
    if arguments.unit is not None and not layer:
        raise UsageError("--unit needs a layer.", "Add --ablate LAYER or --activating LAYER.")
    if arguments.unit is not None and not 1 <= arguments.unit <= units[layer]:
        raise UsageError(f"--unit must be 1 to {units[layer]:,} of {layer}, got {arguments.unit}.")


def write(value: object, class_names: Sequence[str] = DIGITS) -> None:
    """Prints the answer of a model with these classes."""
    if isinstance(value, Ablation):
        output.line(ablation_sentence(value, IMAGE, class_names))
    if isinstance(value, UnitImages):
        output.line(unit_sentence(value, IMAGE))
        rows = zip(
            value.indices.tolist(), value.labels.tolist(), value.activations.tolist(), strict=True
        )
        output.table(
            ("Test image", "Label", "Activation"),
            [
                (count(index), class_names[label], f"{activation:.4g}")
                for index, label, activation in rows
            ],
            right=range(3),
        )


def line(run: str, value: object) -> AblationLine | UnitLine:
    """The answer in JSON."""
    if isinstance(value, UnitImages):
        return UnitLine(
            run, value.layer, value.unit + 1, value.count, value.drawing, value.mean,
            tuple(value.indices.tolist()), tuple(value.labels.tolist()),
            tuple(value.activations.tolist()),
        )  # fmt: skip
    assert isinstance(value, Ablation)
    return AblationLine(
        run, value.layer, value.unit + 1 if value.unit >= 0 else None, value.noise, value.count,
        value.before, value.after, tuple(value.drawing_before.tolist()),
        tuple(value.drawing_after.tolist()),
    )  # fmt: skip
