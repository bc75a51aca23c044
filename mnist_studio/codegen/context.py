"""The values that the templates of all frameworks use."""

import json
from dataclasses import dataclass
from math import prod, sqrt
from textwrap import fill

from mnist_studio.codegen.wrapping import WIDTH
from mnist_studio.spec import datasets
from mnist_studio.spec.augmentation import Augmentation
from mnist_studio.spec.known_bugs import KNOWN_BUGS
from mnist_studio.spec.layers import Conv, Dense, Initializer, Layer, Shape, Uniform
from mnist_studio.spec.model import RAW, UNIT, LayerReport, Scaling, describe, kind_of
from mnist_studio.spec.optimizers import Optimizer, WeightDecay, effective_decay, without_decay
from mnist_studio.spec.recipes import RECIPES
from mnist_studio.spec.run import (
    FULL_BATCH,
    ClipNorm,
    ClipValue,
    RunSpec,
    TrainingSpec,
    answers_digits,
)
from mnist_studio.spec.schedules import Cosine, Exponential, OneCycle, Schedule, StepDecay

_LOADED_AS_MNIST = ("mnist", "builtin")
"""The datasets of a run whose script loads MNIST, or what has its classes in its place."""


@dataclass(frozen=True)
class Draw:
    """How the initial values of one array are drawn.

    Attributes:
        rule: such as ``glorot_uniform``, ``zeros``, ``ones``; ``uniform`` has a limit of its own.
        limit: a uniform draw is from -limit to limit; 0 for other draws.
        deviation: the standard deviation of a normal draw; 0 for other draws.
    """

    rule: str
    limit: float = 0.0
    deviation: float = 0.0


@dataclass(frozen=True)
class LayerValues:
    """One layer.

    Attributes:
        name: unique in the network, such as ``conv1``.
        kind: such as ``conv``.
        title: for a comment, such as ``conv 3x3, 32 same``.
        position: in the network, from 0.
        settings: the layer in the ModelSpec.
        input_shape: without the batch axis.
        output_shape: without the batch axis.
        kernel: how its kernel is drawn, if it has one.
        bias: how its bias is drawn, if it has one.
    """

    name: str
    kind: str
    title: str
    position: int
    settings: Layer
    input_shape: Shape
    output_shape: Shape
    kernel: Draw | None
    bias: Draw | None

    @property
    def inputs(self) -> int:
        """Input units or channels."""
        return self.input_shape[-1]

    @property
    def outputs(self) -> int:
        """Output units or channels."""
        return self.output_shape[-1]

    @property
    def is_map(self) -> bool:
        """Whether the layer works on feature maps and not on vectors."""
        return len(self.input_shape) == 3

    @property
    def before(self) -> int:
        """Rows and columns of zeros that a convolution adds above and on the left."""
        return (self._padded_size - 1) // 2

    @property
    def after(self) -> int:
        """Rows and columns of zeros that a convolution adds below and on the right."""
        return self._padded_size // 2

    @property
    def default_initialization(self) -> bool:
        """Whether the recipe asks for nothing special, so that a framework uses its own rule."""
        if self.kernel is None:
            return True
        return self.kernel.rule == "glorot_uniform" and self.bias in (None, Draw("zeros"))

    @property
    def _padded_size(self) -> int:
        if isinstance(self.settings, Conv) and self.settings.padding == "same":
            return self.settings.size
        return 1


@dataclass(frozen=True)
class ScriptValues:
    """What the templates of all frameworks use, by the names that they use.

    Attributes:
        notebook: whether a notebook is made, which has no command line.
        recipe: its name.
        about: paragraphs that say what the script is and where its recipe comes from.
        layers: of the network.
        parameters: how many numbers the network learns, such as ``109,386``.
        classes: how many there are.
        class_names: as a list of Python; empty for the digits.
        is_mnist: whether the framework's own loader has the dataset.
        scaling: how gray levels become inputs; ``unit`` and ``raw`` are two common ones.
        training: all other settings.
        optimizer: of the training.
        schedule: of the learning rate.
        clip: how large gradients are clipped, if at all.
        augmentation: how training images are changed, if at all.
        seed: of all random numbers.
        device: the name of a device, or ``auto``.
        full_batch: whether every step takes all training images.
        continues_passes: whether an epoch is a number of steps that need not fill a pass through
            the training images, so that the next epoch goes on in the same pass.
        rate_changes_every_step: whether the learning rate changes after every batch.
        rate_changes_every_epoch: whether it changes at the end of epochs, by their number alone.
        rate_function: whether the script has a function for the factor of the learning rate.
        needs_steps: whether the learning rate depends on the number of all steps.
        counts_epochs: whether that function needs the number of steps in an epoch.
        decay: weight decay of the kernels, that of AdamW included. ``optimizer`` is Adam then.
        score: the validation score as an expression, where more is better.
    """

    notebook: bool
    recipe: str
    about: str
    layers: tuple[LayerValues, ...]
    parameters: str
    classes: int
    class_names: str
    is_mnist: bool
    scaling: Scaling
    unit: Scaling
    raw: Scaling
    training: TrainingSpec
    optimizer: Optimizer
    schedule: Schedule
    clip: ClipNorm | ClipValue | None
    augmentation: Augmentation | None
    seed: int
    device: str
    full_batch: bool
    continues_passes: bool
    rate_changes_every_step: bool
    rate_changes_every_epoch: bool
    rate_function: bool
    needs_steps: bool
    counts_epochs: bool
    decay: WeightDecay | None
    score: str


def script_values(run: RunSpec, trained: RunSpec, notebook: bool) -> ScriptValues:
    """The values of a run.

    Args:
        run: as it is described, with the names of its known bugs.
        trained: the run with the effects of these bugs.
        notebook: whether a notebook is made.
    """
    training = trained.training
    with_replacement = training.sampling == "with_replacement"
    reports = describe(trained.model)
    return ScriptValues(
        notebook=notebook,
        recipe=_quotable(" ".join(run.recipe.split())),
        about=_quotable(_about(run)),
        layers=layers(reports),
        parameters=f"{sum(report.parameters for report in reports):,}",
        classes=len(run.class_names),
        class_names="" if answers_digits(run) else _list_of(run.class_names),
        is_mnist=run.dataset in _LOADED_AS_MNIST,
        scaling=trained.model.scaling,
        unit=UNIT,
        raw=RAW,
        training=training,
        optimizer=without_decay(training.optimizer),
        schedule=training.schedule,
        clip=training.clip,
        augmentation=training.augmentation,
        # Keras takes seeds of 32 bits only.
        seed=training.seed % 2**32 if trained.framework == "keras" else training.seed,
        device=trained.device,
        full_batch=training.batch_size == FULL_BATCH and not with_replacement,
        continues_passes=bool(training.epoch_steps) and not with_replacement,
        rate_changes_every_step=_rate_changes_every_step(training),
        rate_changes_every_epoch=_by_epoch(training.schedule) and not training.warmup_steps,
        rate_function=bool(training.warmup_steps)
        or (trained.framework == "numpy" and isinstance(training.schedule, Cosine)),
        needs_steps=isinstance(training.schedule, Cosine | OneCycle),
        counts_epochs=_by_epoch(training.schedule),
        decay=effective_decay(training.optimizer, training.weight_decay),
        score="validated[1]" if training.monitor == "accuracy" else "-validated[0]",
    )


def layers(reports: tuple[LayerReport, ...]) -> tuple[LayerValues, ...]:
    """The values of every layer of a network."""
    return tuple(_layer(report, position) for position, report in enumerate(reports))


def _layer(report: LayerReport, position: int) -> LayerValues:
    kernel = bias = None
    if isinstance(report.layer, Dense | Conv):
        shape = report.arrays[f"{report.name}.kernel"]
        kernel = _draw(report.layer.initial, shape)
        bias = _draw(report.layer.initial_bias, shape) if report.layer.bias else None
    return LayerValues(
        name=report.name,
        kind=kind_of(report.layer),
        title=report.title.replace("×", "x"),
        position=position,
        settings=report.layer,
        input_shape=report.input,
        output_shape=report.output,
        kernel=kernel,
        bias=bias,
    )


def _draw(initializer: Initializer, kernel: Shape) -> Draw:
    """How an array is drawn; a bias has the fans of its layer's kernel."""
    window = prod(kernel[:-2])
    fan_in, fan_out = window * kernel[-2], window * kernel[-1]
    match initializer:
        case Uniform(limit=limit):
            return Draw("uniform", limit=limit)
        case "glorot_uniform":
            return Draw(initializer, limit=sqrt(6 / (fan_in + fan_out)))
        case "fan_in_uniform":
            return Draw(initializer, limit=sqrt(1 / fan_in))
        case "size_uniform":
            return Draw(initializer, limit=sqrt(1 / prod(kernel)))
        case "he_normal":
            return Draw(initializer, deviation=sqrt(2 / fan_in))
        case "glorot_normal":
            return Draw(initializer, deviation=sqrt(2 / (fan_in + fan_out)))
        case "lecun_normal":
            return Draw(initializer, deviation=sqrt(1 / fan_in))
        case "he_uniform":
            return Draw(initializer, limit=sqrt(6 / fan_in))
        case "zeros":
            return Draw(initializer)


def _rate_changes_every_step(training: TrainingSpec) -> bool:
    schedule = training.schedule
    by_period = isinstance(schedule, Exponential) and schedule.period > 0
    return by_period or isinstance(schedule, OneCycle | Cosine) or training.warmup_steps > 0


def _by_epoch(schedule: Schedule) -> bool:
    """Whether the learning rate is a function of the epoch."""
    return isinstance(schedule, StepDecay) or (
        isinstance(schedule, Exponential) and not schedule.period
    )


def _about(run: RunSpec) -> str:
    recipe = RECIPES.get(run.recipe)
    paragraphs = []
    if recipe:
        paragraphs += [recipe.summary, f"Source: {recipe.source.name}. {recipe.provenance}"]
        paragraphs += [f"Our assumptions: {recipe.assumptions}"] if recipe.assumptions else []
    for name in run.known_bugs:
        paragraphs.append(f"Known bug: {KNOWN_BUGS[name].title}. {KNOWN_BUGS[name].explanation}")
    if run.dataset not in _LOADED_AS_MNIST:
        paragraphs.append(
            f"Dataset: {datasets.title(run.dataset)}, stored in files with the names of MNIST's, "
            f"which --data must name."
        )
    paragraphs.append("Written by MNIST Studio.")
    return "\n\n".join(fill(paragraph, WIDTH) for paragraph in paragraphs)


def _list_of(names: tuple[str, ...]) -> str:
    """Names as a list of Python, with double quotes."""
    return f"[{', '.join(json.dumps(name, ensure_ascii=False) for name in names)}]"


def _quotable(text: str) -> str:
    """A text that neither ends the script's docstring nor begins a cell of a notebook."""
    return text.replace("\\", "\\\\").replace('"', "'").replace("# %%", "%%")
