"""``mnist-studio explain``: why a trained model answers a digit as it does."""

from argparse import Namespace
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_studio.analysis.attribution import Attribution
from mnist_studio.analysis.counterfactual import Counterfactual
from mnist_studio.analysis.nearest import Neighbor
from mnist_studio.cli import models, output
from mnist_studio.data.datasets import sources
from mnist_studio.data.datasets.examples import from_test
from mnist_studio.data.pictures.files import open_picture
from mnist_studio.errors import UsageError
from mnist_studio.explanation import trace_files
from mnist_studio.explanation.explainer import Explainer, PartResult
from mnist_studio.explanation.messages import Options, Part, PartUnavailable
from mnist_studio.explanation.parts import Layers, Nearest, Value
from mnist_studio.explanation.trace import Trace
from mnist_studio.frameworks.registry import framework_title
from mnist_studio.prediction.evaluation import engine_for
from mnist_studio.spec.layers import text
from mnist_studio.store.rows import Run

PARTS: tuple[Part, ...] = ("attribution", "layers", "nearest", "change")
INKS = " .:-=+*#%@"
"""From nothing to all, for terminals."""

Grid = tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class CounterfactualLine:
    """What would make it another digit, as JSON tells it."""

    target: int
    found: bool
    changed: float
    after: Grid


@dataclass(frozen=True)
class ExplanationLine:
    """An explanation, as JSON tells it."""

    run: str
    recipe: str
    framework: str
    engine: str
    digit: int
    logit: float
    blank: float
    explained: float
    missed: float
    integrated: Grid
    saliency: Grid
    nearest: tuple[Neighbor, ...]
    change: CounterfactualLine


def run(arguments: Namespace) -> int:
    """Explains; 1 if something of it could not be had."""
    _check(arguments)
    (model,) = models.trained(arguments.run)
    image = _image(arguments, model)
    engine = engine_for(model.spec.framework)
    if engine != model.spec.framework:
        output.note(
            f"{framework_title(model.spec.framework)} is not installed. "
            "NumPy computes its predictions."
        )
    walked = arguments.steps or arguments.export is not None
    options = Options(
        target=arguments.target, manner=arguments.manner, metric=arguments.metric,
        train=walked, teach=arguments.teach, rate=arguments.rate,
    )  # fmt: skip
    with Explainer(arguments.data) as explainer:
        replies = list(explainer.explain(model, image, ("walk",) if walked else PARTS, options))
    refused = [reply for reply in replies if isinstance(reply, PartUnavailable)]
    for reply in refused:
        output.complain(f"{reply.part}: {reply.problem} {reply.remedy}".strip())
    values = [reply.value for reply in replies if isinstance(reply, PartResult)]
    if arguments.json and not refused:
        output.json_line(_told(model, engine, values))
    elif not arguments.json:
        for value in values:
            _show(value, arguments)
    return 1 if refused else 0


def _check(arguments: Namespace) -> None:
    walked = arguments.steps or arguments.export is not None
    if arguments.json and walked:
        raise UsageError("A training step has no JSON.", "Use --export, which writes CSV files.")
    for name in ("teach", "target"):
        digit = getattr(arguments, name)
        if digit is not None and not 0 <= digit <= 9:
            raise UsageError(f"--{name} is {digit}.", "Choose a digit from 0 to 9.")
    if arguments.rate is not None and not 0 < arguments.rate <= 1000:
        raise UsageError(f"The rate is {arguments.rate:g}.", "Choose one above 0, at most 1000.")


def _image(arguments: Namespace, model: Run) -> NDArray[np.uint8]:
    """The picture, or the test digit of that number."""
    if arguments.picture is not None:
        return open_picture(arguments.picture)
    name = model.spec.dataset
    if name == "mnist":
        name = sources.default_dataset(arguments.data)
    one = from_test(sources.load_test(name, arguments.data), name, arguments.index)
    output.note(f"{one.told}.")
    return one.image


def _show(value: Value, arguments: Namespace) -> None:
    match value:
        case Attribution():
            _show_attribution(value)
        case Layers():
            _show_layers(value)
        case Nearest():
            _show_nearest(value)
        case Counterfactual():
            _show_change(value)
        case Trace():
            _show_walk(value, arguments)


def _show_attribution(found: Attribution) -> None:
    output.line(f"Answer: {found.digit}, with a logit of {found.logit:.3f}")
    output.line(
        f"Integrated gradients explain {found.explained:+.3f} of the difference of "
        f"{found.logit - found.blank:+.3f} to the blank image: complete but for "
        f"{found.missed:.2g}, in {found.steps} steps. What speaks for it:"
    )
    _draw(np.maximum(found.integrated, 0))


def _show_layers(found: Layers) -> None:
    output.table(
        ("Layer", "", "Output", "least", "most", "above 0"),
        [
            (
                layer.name, layer.title, text(layer.output.shape), f"{layer.output.min():.3g}",
                f"{layer.output.max():.3g}", output.percent(float(np.mean(layer.output > 0))),
            )
            for layer in found.layers
        ],
        right=range(2, 6),
    )  # fmt: skip


def _show_nearest(found: Nearest) -> None:
    told = ", ".join(f"{one.label} ({one.distance:.3g})" for one in found.neighbors)
    output.line(
        f"Nearest of {found.count:,} training digits of {found.digits}, in {found.layer}: {told}"
    )


def _show_change(found: Counterfactual) -> None:
    if not found.found:
        output.line(f"No change was found that makes it a {found.target}.")
        return
    output.line(
        f"With {100 * found.changed:.2g} % of its ink added and taken away it is answered as "
        f"{found.target}:"
    )
    _draw(found.after.astype(np.float64))


def _show_walk(found: Trace, arguments: Namespace) -> None:
    if arguments.steps:
        output.line(trace_files.text(found).rstrip())
    if arguments.export is not None:
        files = trace_files.export(found, arguments.export)
        output.line(f"{len(files)} files were written into {arguments.export}.")


def _draw(values: NDArray[np.float64]) -> None:
    """(28, 28) numbers from 0 on, as letters that are twice as high as wide."""
    levels = (values / max(float(values.max()), 1e-12) * (len(INKS) - 1)).round().astype(int)
    for line in levels:
        drawn = "".join(INKS[level] * 2 for level in line.tolist()).rstrip()
        if drawn:
            output.line(f"  {drawn}")


def _told(model: Run, engine: str, values: list[Value]) -> ExplanationLine:
    attribution = next(one for one in values if isinstance(one, Attribution))
    nearest = next(one for one in values if isinstance(one, Nearest))
    change = next(one for one in values if isinstance(one, Counterfactual))
    return ExplanationLine(
        run=model.id,
        recipe=model.spec.recipe,
        framework=model.spec.framework,
        engine=engine,
        digit=attribution.digit,
        logit=attribution.logit,
        blank=attribution.blank,
        explained=attribution.explained,
        missed=attribution.missed,
        integrated=_grid(attribution.integrated),
        saliency=_grid(attribution.saliency),
        nearest=nearest.neighbors,
        change=CounterfactualLine(change.target, change.found, change.changed, _grid(change.after)),
    )


def _grid(values: NDArray[np.float64] | NDArray[np.uint8]) -> Grid:
    return tuple(map(tuple, values.tolist()))
