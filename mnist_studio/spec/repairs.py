"""What is wrong with a network, layer by layer, and the nearest changes that mend it.

``spec.model.describe`` stops at the first problem. Here the walk continues behind a layer that is
not valid with the shape that its nearest repair would have. Therefore the first repair of every
layer always removes exactly its own problem, and every other one is checked before it is offered.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import Any, Literal

import msgspec

from mnist_studio.errors import SpecError
from mnist_studio.formatting import counted
from mnist_studio.spec import layers as kinds
from mnist_studio.spec import meanings
from mnist_studio.spec.layers import Dense, Flatten, GlobalAvgPool, Layer, Relu, Shape
from mnist_studio.spec.model import (
    IMAGE_SHAPE,
    STANDARDIZED,
    LayerReport,
    ModelSpec,
    check_scaling,
    layer_report,
    named,
)
from mnist_studio.spec.run import DIGITS, MOST_PARAMETERS, RunSpec, TrainingSpec
from mnist_studio.spec.run_checks import check

Subject = Literal["layer", "output", "size", "scaling"]


@dataclass(frozen=True)
class Problem:
    """Something in a network that cannot work.

    Attributes:
        subject: a layer, what the network ends in, its number of parameters, or its input.
        place: index of the layer where it shows; -1 without any layer.
        sentence: what is wrong.
    """

    subject: Subject
    place: int
    sentence: str


@dataclass(frozen=True)
class Repair:
    """A change that mends a problem.

    Attributes:
        sentence: what changes, such as “Insert a flatten layer before it”.
        model: the network after the change; it has fewer problems.
    """

    sentence: str
    model: ModelSpec


@dataclass(frozen=True)
class Diagnosis:
    """A network as far as it works.

    Attributes:
        reports: of every layer; None for a layer that is not valid.
        problems: in the order of the layers; none if the network is valid.
        parameters: of the network, as if each layer that is not valid were repaired.
    """

    reports: tuple[LayerReport | None, ...]
    problems: tuple[Problem, ...]
    parameters: int


HELD_OUT = 5_000
"""Images of a usual validation set."""

_Local = tuple[str, tuple[Layer, ...]]
"""A repair within one layer: the sentence, and the layers that replace it."""

_WIDTHS = ("units", "filters")
"""Fields that say how many numbers a layer outputs."""


def simple_layers(classes: int = len(DIGITS)) -> tuple[Layer, ...]:
    """The layers of a small network that is always valid."""
    return (Flatten(), Dense(128, initial="he_normal"), Relu(), Dense(classes))


def diagnose(model: ModelSpec, classes: int = len(DIGITS)) -> Diagnosis:
    """Every layer that works with its shapes, and everything that does not work.

    Args:
        model: the network.
        classes: number of logits that it must end in.
    """
    reports: list[LayerReport | None] = []
    problems = list(_scaling_problem(model))
    shape, parameters = IMAGE_SHAPE, 0
    for place, (name, layer) in enumerate(named(model)):
        try:
            report = layer_report(place + 1, name, layer, shape)
        except SpecError as error:
            reports.append(None)
            problems.append(Problem("layer", place, _sentence(error)))
            _, replacement = next(_local_repairs(layer, shape))
            shape, added = _through(replacement, shape)
            parameters += added
        else:
            reports.append(report)
            shape = report.output
            parameters += report.parameters
    last = len(model.layers) - 1
    if shape != (classes,):
        problems.append(Problem("output", last, _output_sentence(model, shape, classes)))
    if parameters > MOST_PARAMETERS:
        problems.append(Problem("size", _largest(reports), _size_sentence(parameters)))
    return Diagnosis(tuple(reports), tuple(problems), parameters)


def repairs(
    model: ModelSpec, problem: Problem, most: int = 3, classes: int = len(DIGITS)
) -> tuple[Repair, ...]:
    """The nearest changes that mend a problem of a network, at least one.

    Those that mend other problems too come first.

    Args:
        model: with this problem.
        problem: one of those that ``diagnose`` finds in it.
        most: how many changes to offer.
        classes: number of logits that the network must end in.
    """
    before = len(diagnose(model, classes).problems)
    found: list[tuple[int, Repair]] = []
    for sentence, repaired in _candidates(model, problem, classes):
        left = len(diagnose(repaired, classes).problems)
        if left < before and all(one.model != repaired for _, one in found):
            found.append((left, Repair(sentence, repaired)))
    found.sort(key=lambda one: one[0])  # Of equal ones, the nearest stays first.
    return tuple(repair for _, repair in found[:most])


def training_repair(run: RunSpec) -> tuple[str, TrainingSpec] | None:
    """The nearest change after which a run can be trained; None if its training needs none.

    Args:
        run: with a valid network.

    Returns:
        What changes, such as “Hold out 5,000 validation images”, and the training after it.
    """
    path = _wrong_setting(run)
    if path[:1] != ("training",):
        return None
    field = str(path[1])
    parameter = meanings.parameter(TrainingSpec, field)
    usual = getattr(TrainingSpec(meanings.usual(type(run.training.optimizer))), field)
    sentence, value = f"Reset: {parameter.title.lower()}", usual
    if field == "validation" and not run.training.validation:
        sentence, value = f"Hold out {HELD_OUT:,} validation images", HELD_OUT
    repaired = msgspec.structs.replace(run.training, **{field: value})
    mended = not _wrong_setting(msgspec.structs.replace(run, training=repaired))
    return (sentence, repaired) if mended else None


def _wrong_setting(run: RunSpec) -> tuple[str | int, ...]:
    """The path of the first setting that is not valid; empty if all are."""
    try:
        check(run)
    except SpecError as error:
        return error.path or ("run",)
    return ()


def _candidates(
    model: ModelSpec, problem: Problem, classes: int
) -> Iterator[tuple[str, ModelSpec]]:
    """Changes that may mend a problem; the last one always does."""
    match problem.subject:
        case "layer":
            yield from _layer_candidates(model, problem.place)
        case "output":
            yield from _output_candidates(model, classes)
        case "size":
            yield from _size_candidates(model)
        case "scaling":
            yield "Standardize the input", msgspec.structs.replace(model, scaling=STANDARDIZED)
            return
    if problem.subject != "layer":
        yield "Replace all layers by a small network", ModelSpec(simple_layers(classes))


def _layer_candidates(model: ModelSpec, place: int) -> Iterator[tuple[str, ModelSpec]]:
    layer, shape = model.layers[place], _input_shape(model, place)
    *kept, removed = (
        (sentence, _spliced(model, place, 1, replacement))
        for sentence, replacement in _local_repairs(layer, shape)
    )
    yield from kept
    yield from _moved_before_flatten(model, place, shape)
    # Removing a layer loses what the user wanted with it, so it comes last.
    yield removed


def _local_repairs(layer: Layer, shape: Shape) -> Iterator[_Local]:
    """Layers that may replace one that does not accept ``shape``, the nearest first."""
    if len(shape) == 3:
        for sentence, before in (
            ("Insert a flatten layer before it", Flatten()),
            ("Insert global average pooling before it", GlobalAvgPool()),
        ):
            if _accepts(layer, kinds.output_shape(before, shape)):
                yield sentence, (before, layer)
    for sentence, changed in _changed_fields(layer, shape):
        if _accepts(changed, shape):
            yield sentence, (changed,)
    yield "Remove this layer", ()


def _changed_fields(layer: Layer, shape: Shape) -> Iterator[tuple[str, Layer]]:
    """The layer with one other field, or with the defaults of all fields."""
    usual = meanings.usual(type(layer))
    for name in layer.__struct_fields__:
        present, other = getattr(layer, name), getattr(usual, name)
        if name == "size":
            largest = min((*shape[:2], max(1, present - 1)))
            word = "kernel" if hasattr(layer, "filters") else "window"
            if largest == 1 and word == "window":
                continue  # It would do nothing.
            verb = "Reduce" if largest < present else "Set"
            yield f"{verb} its {word} to {largest}×{largest}", _with(layer, "size", largest)
        elif name == "padding":
            yield "Pad its input with zeros (same)", _with(layer, "padding", "same")
        elif isinstance(present, int | float | msgspec.Struct) and present != other:
            title, shown = name.replace("_", " "), str(other).replace("_", " ")
            yield f"Set its {title} to {shown}", _with(layer, name, other)
    yield "Set all its values to the defaults", usual


def _moved_before_flatten(
    model: ModelSpec, place: int, shape: Shape
) -> Iterator[tuple[str, ModelSpec]]:
    """The layer before the flatten layer in front of it, if it needs the feature map there."""
    earlier = [at for at in range(place) if isinstance(model.layers[at], Flatten)]
    if len(shape) == 1 and earlier:
        layers = list(model.layers)
        layers.insert(earlier[-1], layers.pop(place))
        yield (
            "Move it before the flatten layer",
            msgspec.structs.replace(model, layers=tuple(layers)),
        )


def _output_candidates(model: ModelSpec, classes: int) -> Iterator[tuple[str, ModelSpec]]:
    shape = _input_shape(model, len(model.layers))
    end = len(model.layers)
    dense = [at for at, layer in enumerate(model.layers) if isinstance(layer, Dense)]
    if dense:
        resized = _with(model.layers[dense[-1]], "units", classes)
        yield (
            f"Set the units of the last dense layer to {classes}",
            _spliced(model, dense[-1], 1, (resized,)),
        )
    last = Dense(classes)
    if len(shape) == 1:
        yield f"Add a dense layer of {classes} units", _spliced(model, end, 0, (last,))
        return
    yield (
        f"Add a flatten layer and a dense layer of {classes} units",
        _spliced(model, end, 0, (Flatten(), last)),
    )
    yield (
        f"Add global average pooling and a dense layer of {classes} units",
        _spliced(model, end, 0, (GlobalAvgPool(), last)),
    )


def _size_candidates(model: ModelSpec) -> Iterator[tuple[str, ModelSpec]]:
    """The widest layers, made narrower one after the other until the network fits."""
    changed, place = model, 0
    while diagnose(changed).parameters > MOST_PARAMETERS:
        sized = [
            (report.parameters, at)
            for at, report in enumerate(diagnose(changed).reports)
            if report and _width(report.layer) > 16
        ]
        if not sized:
            return
        place = max(sized)[1]
        field = _width_field(changed.layers[place])
        half = _width(changed.layers[place]) // 2
        changed = _spliced(changed, place, 1, (_with(changed.layers[place], field, half),))
    width = _width(changed.layers[place])
    noun = _width_field(changed.layers[place]).removesuffix("s")
    yield f"Reduce the largest layers, such as this one to {counted(width, noun)}", changed


def _width_field(layer: Layer) -> str:
    return next((name for name in _WIDTHS if hasattr(layer, name)), "")


def _width(layer: Layer) -> int:
    """Units or filters of a layer; 0 without any."""
    field = _width_field(layer)
    return int(getattr(layer, field)) if field else 0


def _input_shape(model: ModelSpec, place: int) -> Shape:
    """The shape that the layer at ``place`` gets, if the layers before it were repaired."""
    shape = IMAGE_SHAPE
    for layer in model.layers[:place]:
        if not _accepts(layer, shape):
            _, replacement = next(_local_repairs(layer, shape))
            shape, _ = _through(replacement, shape)
        else:
            shape = kinds.output_shape(layer, shape)
    return shape


def _through(layers: tuple[Layer, ...], shape: Shape) -> tuple[Shape, int]:
    """The shape behind valid layers, and the number of their parameters."""
    parameters = 0
    for layer in layers:
        parameters += sum(map(prod, kinds.parameter_shapes(layer, shape).values()))
        shape = kinds.output_shape(layer, shape)
    return shape, parameters


def _accepts(layer: Layer, shape: Shape) -> bool:
    try:
        kinds.output_shape(layer, shape)
    except SpecError:
        return False
    return True


def _with(layer: Layer, field: str, value: Any) -> Layer:
    return msgspec.structs.replace(layer, **{field: value})


def _spliced(model: ModelSpec, at: int, count: int, layers: tuple[Layer, ...]) -> ModelSpec:
    """The network with ``layers`` instead of ``count`` layers from ``at``."""
    changed = (*model.layers[:at], *layers, *model.layers[at + count :])
    return msgspec.structs.replace(model, layers=changed)


def _largest(reports: list[LayerReport | None]) -> int:
    sizes = [report.parameters if report else 0 for report in reports]
    return sizes.index(max(sizes))


def _sentence(error: SpecError) -> str:
    """The reason of a layer as a sentence that is shown at this layer."""
    cause = error.__cause__
    reason = cause.problem if isinstance(cause, SpecError) else error.problem
    return f"{reason[:1].upper()}{reason[1:]}.".replace("..", ".")


def _scaling_problem(model: ModelSpec) -> Iterator[Problem]:
    try:
        check_scaling(model.scaling)
    except SpecError as error:
        yield Problem("scaling", -1, error.problem)


def _output_sentence(model: ModelSpec, shape: Shape, classes: int) -> str:
    if not model.layers:
        return "The network has no layers yet."
    return f"The network must end in {classes} numbers, one per class. It ends in " + (
        f"{shape[0]:,}." if len(shape) == 1 else f"a feature map of {kinds.text(shape)}."
    )


def _size_sentence(parameters: int) -> str:
    return (
        f"The network has {parameters:,} parameters. At most {MOST_PARAMETERS:,} fit into memory "
        "together with the state of the optimizer."
    )
