"""A run as Keras' documentation would have one write it."""

from collections.abc import Iterator, Mapping
from math import radians, tan

from mnist_studio.idiomatic import common
from mnist_studio.idiomatic.program import (
    Cell,
    Program,
    block,
    call,
    exploded,
    number,
)
from mnist_studio.spec import layers as kinds
from mnist_studio.spec.augmentation import Augmentation
from mnist_studio.spec.layers import Conv, Dense, Initialiser
from mnist_studio.spec.model import LayerReport, Scaling, describe, parameter_count
from mnist_studio.spec.optimisers import Adadelta, Adam, Optimiser, RmsProp, Sgd
from mnist_studio.spec.run import ClipNorm, RunSpec, TrainingSpec
from mnist_studio.spec.schedules import Exponential, OneCycle, Plateau


def problems(run: RunSpec) -> tuple[str, ...]:
    """See ``idiomatic.problems``."""
    if run.training.bias_gradients == "exact":
        return ()
    return (
        "Keras' fit() cannot sum the gradients of biases; switch the fault “bias-gradients” off "
        "or choose PyTorch or NumPy.",
    )


def program(run: RunSpec) -> Program:
    """The program of a run, its faults' effects already in it."""
    training = run.training
    cells = (
        *_elastic(training.augmentation),
        Cell("Network", _model(run)),
        Cell("Digits", _DIGITS),
        *_batches(training),
        *_schedule(training),
        *([Cell("Loss", _DOUBLE_SOFTMAX)] if training.loss == "double_softmax" else []),
        Cell("All of it", _main(run)),
    )
    # Keras takes seeds of 32 bits.
    constants = common.constants(run, training.seed % 2**32)
    return Program(
        tuple(_imports(run)),
        (*constants, *common.one_cycle(training.schedule)),
        cells,
        "folder with mnist.npz; Keras' own if not given",
    )


def _imports(run: RunSpec) -> Iterator[str]:
    yield "from pathlib import Path"
    yield "\nimport keras\nimport numpy as np"
    if run.device == "cpu" or _is_dataset(run.training):
        yield "import tensorflow as tf"
    if run.training.augmentation and run.training.augmentation.elastic:
        yield "from keras import ops"


def _is_dataset(training: TrainingSpec) -> bool:
    """Whether the batches come from a tf.data.Dataset, which can go on from pass to pass."""
    return bool(training.epoch_steps) and training.sampling != "with_replacement"


_DIGITS = '''\
def load_digits(data=None):
    """Images (n, 28, 28, 1) of grey levels 0-255 and labels (n,), to train and to test."""
    if data is None:
        (x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
    else:
        with np.load(Path(data) / "mnist.npz") as archive:
            x_train, y_train = archive["x_train"], archive["y_train"]
            x_test, y_test = archive["x_test"], archive["y_test"]
    x_train, x_test = np.expand_dims(x_train, -1), np.expand_dims(x_test, -1)
    return (x_train, y_train), (x_test, y_test)'''

_DOUBLE_SOFTMAX = '''\
def double_softmax(labels, logits):
    """The fault: the loss applies a softmax to what has already been through one."""
    probabilities = keras.ops.softmax(logits)
    return keras.losses.sparse_categorical_crossentropy(
        labels, probabilities, from_logits=True
    )'''


def _model(run: RunSpec) -> str:
    rescaling = _rescaling(run.model.scaling)
    layers = ["keras.Input((28, 28, 1))"]
    layers += _augment(run.training.augmentation) if run.training.augmentation else []
    layers += [rescaling] if rescaling else []
    layers += [_layer(report) for report in describe(run.model)]
    if run.training.precision == "bfloat16":
        layers.append('keras.layers.Activation("linear", dtype="float32")')
    listed = exploded("[", layers, "]", indent=2)
    count = f"{parameter_count(run.model):,}"
    return (
        f'def build_model():\n    """A network of {count} parameters."""\n'
        f"    return keras.Sequential(\n        {listed}\n    )"
    )


def _rescaling(scaling: Scaling) -> str:
    """Grey levels to inputs, (level / 255 - mean) / deviation; empty where they stay."""
    if scaling.deviation == 1 / 255 and not scaling.mean:
        return ""
    if scaling == Scaling():
        return "keras.layers.Rescaling(1 / 255)"
    mean, deviation = number(scaling.mean), number(scaling.deviation)
    offset = (f"offset=-{mean} / {deviation}",) if scaling.mean > 0 else ()
    if scaling.mean < 0:
        offset = (f"offset={number(-scaling.mean)} / {deviation}",)
    factor = f"1 / (255 * {deviation})" if " " not in deviation else f"1 / (255 * ({deviation}))"
    return call("keras.layers.Rescaling", factor, *offset, indent=3)


def _augment(change: Augmentation) -> Iterator[str]:
    """Random layers, at work in training only; each draws within the limits."""
    dark = 'fill_mode="constant"'
    name = "keras.layers.Random"
    if change.rotation:
        yield call(f"{name}Rotation", f"{change.rotation:g} / 360", dark, indent=3)
    if change.shear:
        lean = common.rounded(tan(radians(change.shear)))
        yield call(f"{name}Shear", f"x_factor={lean}", dark, indent=3)
    if change.zoom:
        yield call(f"{name}Zoom", number(change.zoom), dark, indent=3)
    if change.shift:
        part = common.rounded(change.shift / 28)
        yield call(f"{name}Translation", part, part, dark, indent=3)
    if change.elastic:
        yield "Elastic()"


_ELASTIC = '''\
class Elastic(keras.layers.Layer):
    """Pixels displaced along smoothed noise (Simard et al. 2003), in training only."""

    def __init__(self):
        super().__init__(dtype="float32")
        self.seed = keras.random.SeedGenerator(SEED)
        distance = np.subtract.outer(np.arange(28.0), np.arange(28.0))
        kernel = np.exp(-((distance / {smoothness}) ** 2) / 2)
        self.smooth = kernel.astype("float32")

    def call(self, images, training=False):
        if not training:
            return images
        count = ops.shape(images)[0]
        noise = keras.random.uniform((2, count, 28, 28), -1, 1, seed=self.seed)
        field = ops.matmul(ops.matmul(self.smooth, noise), self.smooth)
        lengths = ops.sqrt(ops.sum(field**2, axis=0))
        moved = {elastic} * field / ops.max(lengths, axis=(1, 2), keepdims=True)
        # Bilinear levels at the displaced places, in images with a dark rim.
        padded = ops.pad(images[..., 0], ((0, 0), (1, 2), (1, 2)))
        row = ops.clip(moved[0] + np.arange(1, 29, dtype="float32")[:, None], 0, 29)
        column = ops.clip(moved[1] + np.arange(1, 29, dtype="float32"), 0, 29)
        i, j = ops.cast(row, "int32"), ops.cast(column, "int32")
        image = ops.reshape(ops.arange(count, dtype="int32"), (-1, 1, 1))
        corner = (image * 31 + i) * 31 + j
        levels = [ops.take(padded, corner + step) for step in (0, 1, 31, 32)]
        down, right = row - ops.floor(row), column - ops.floor(column)
        above = levels[0] * (1 - right) + levels[1] * right
        below = levels[2] * (1 - right) + levels[3] * right
        return (above * (1 - down) + below * down)[..., None]'''


def _elastic(change: Augmentation | None) -> Iterator[Cell]:
    """Keras' own elastic layer ties how far it displaces to how smoothly: it is written out."""
    if change and change.elastic:
        numbers = {"smoothness": number(change.smoothness), "elastic": number(change.elastic)}
        yield Cell("Elastic displacements", _ELASTIC.format(**numbers))


_PLAIN: Mapping[type[kinds.Layer], str] = {
    kinds.GlobalAvgPool: "keras.layers.GlobalAveragePooling2D()",
    kinds.Flatten: "keras.layers.Flatten()",
    kinds.Relu: "keras.layers.ReLU()",
    kinds.Sigmoid: 'keras.layers.Activation("sigmoid")',
}


def _layer(report: LayerReport) -> str:
    """One layer of Keras."""
    match report.layer:
        case kinds.Dense(units=units) as dense:
            return call("keras.layers.Dense", str(units), *_linear(dense, report), indent=3)
        case kinds.Conv(filters=filters, size=size, padding=padding) as conv:
            same = ('padding="same"',) if padding == "same" else ()
            arguments = (str(filters), f"kernel_size={size}", *same, *_linear(conv, report))
            return call("keras.layers.Conv2D", *arguments, indent=3)
        case kinds.MaxPool(size=size):
            return f"keras.layers.MaxPooling2D(pool_size={size})"
        case kinds.AvgPool(size=size):
            return f"keras.layers.AveragePooling2D(pool_size={size})"
        case kinds.BatchNorm(momentum=momentum, epsilon=epsilon):
            values = {"momentum": momentum, "epsilon": epsilon}
            options = common.given({"momentum": 0.99, "epsilon": 1e-3}, values)
            return call("keras.layers.BatchNormalization", *options, indent=3)
        case kinds.Dropout(rate=rate):
            return f"keras.layers.Dropout({rate!r})"
        case layer:
            return _PLAIN[type(layer)]


def _linear(layer: Dense | Conv, report: LayerReport) -> Iterator[str]:
    if not layer.bias:
        yield "use_bias=False"
    if layer.initial != "glorot_uniform":
        yield _initializer("kernel_initializer=", layer.initial, report)
    if layer.bias and layer.initial_bias != "zeros":
        yield _initializer("bias_initializer=", layer.initial_bias, report)


def _initializer(argument: str, initialiser: Initialiser, report: LayerReport) -> str:
    name, bias = f"{argument}keras.initializers.", argument.startswith("bias")
    if initialiser == "zeros" or (initialiser == "he_normal" and not bias):
        return f'{argument}"{initialiser}"'
    if initialiser == "fan_in_uniform" and not bias:
        return call(f"{name}VarianceScaling", "1 / 3", '"fan_in"', '"uniform"', indent=4)
    bound = common.limit(initialiser, report)
    if bound is None:
        return f"{name}RandomNormal(stddev={common.rounded(common.he_deviation(report))})"
    high = common.rounded(bound)
    return call(f"{name}RandomUniform", f"-{high}", high, indent=4)


_DRAWN = '''\
class RandomBatches(keras.utils.PyDataset):
    """Batches drawn with replacement."""

    def __init__(self, x, y):
        super().__init__()
        self.x, self.y = x, y
        self.rng = np.random.default_rng(SEED)

    def __len__(self):
        return {steps}

    def __getitem__(self, index):
        chosen = self.rng.integers(len(self.x), size=BATCH_SIZE)
        return self.x[chosen], self.y[chosen]'''


def _batches(training: TrainingSpec) -> Iterator[Cell]:
    if training.sampling == "with_replacement":
        whole = "int(np.ceil(len(self.x) / BATCH_SIZE))"
        steps = "STEPS_PER_EPOCH" if training.epoch_steps else whole
        yield Cell("Batches", _DRAWN.format(steps=steps))
    elif _is_dataset(training):
        yield Cell("Batches", _dataset(training))


def _dataset(training: TrainingSpec) -> str:
    lines = ["digits = tf.data.Dataset.from_tensor_slices((x, y))"]
    if common.is_full_batch(training):
        lines.append("return digits.batch(len(x)).cache().repeat()")
    elif training.sampling == "stored":
        lines.append("return digits.batch(BATCH_SIZE).repeat()")
    else:
        lines.append("return digits.shuffle(len(x)).batch(BATCH_SIZE).repeat()")
    head = 'def endless(x, y):\n    """Batches without end, pass after pass."""\n'
    return head + block(lines)


_ONE_CYCLE = '''\
class OneCycle(keras.optimizers.schedules.LearningRateSchedule):
    """Up to the rate and down again along two half cosines (Smith 2018)."""

    def __init__(self, steps):
        self.steps = steps
        self.peak = WARMUP * steps - 1

    def __call__(self, step):
        step = keras.ops.cast(step, "float32")
        up = half_cosine(START, LEARNING_RATE, step / max(self.peak, 1e-6))
        part = (step - self.peak) / (self.steps - 1 - self.peak)
        down = half_cosine(LEARNING_RATE, END, part)
        rising = keras.ops.logical_and(self.peak > 0, step <= self.peak)
        return keras.ops.where(rising, up, down)


def half_cosine(start, end, part):
    """From start (part 0) to end (part 1)."""
    return end + (start - end) * (1 + keras.ops.cos(np.pi * part)) / 2'''


def _schedule(training: TrainingSpec) -> Iterator[Cell]:
    match training.schedule:
        case Exponential(factor=factor, period=0):
            code = (
                'def schedule(epoch, rate):\n    """The learning rate of an epoch, from 0."""\n'
                f"    return LEARNING_RATE * {factor!r}**epoch"
            )
            yield Cell("Learning rate", code)
        case OneCycle():
            yield Cell("Learning rate", _ONE_CYCLE)


def _main(run: RunSpec) -> str:
    training = run.training
    watched = "x_validation, y_validation" if training.validation else "x_test, y_test"
    lines = [
        'tf.config.set_visible_devices([], "GPU")' if run.device == "cpu" else "",
        'keras.config.set_floatx("float64")' if training.precision == "float64" else "",
        'keras.mixed_precision.set_global_policy("mixed_bfloat16")'
        if training.precision == "bfloat16"
        else "",
        "keras.utils.set_random_seed(SEED)",
        "(x_train, y_train), (x_test, y_test) = load_digits(data)",
        *_apart(training),
        "model = build_model()",
        "model.summary()",
        *_steps(training),
        _compile(training),
        _fit(training, f"validation_data=({watched})"),
        "loss, accuracy = model.evaluate(x_test, y_test, verbose=0)",
        'print(f"Test loss {loss:.4f}, accuracy {accuracy:.2%}")',
        "return model",
    ]
    return (
        'def main(data=None, epochs=EPOCHS):\n    """Train, and evaluate after every epoch."""\n'
        f"{block(lines)}"
    )


def _apart(training: TrainingSpec) -> Iterator[str]:
    if training.validation:
        yield "x_validation, y_validation = x_train[-VALIDATION:], y_train[-VALIDATION:]"
        yield "x_train, y_train = x_train[:-VALIDATION], y_train[:-VALIDATION]"


def _steps(training: TrainingSpec) -> Iterator[str]:
    """The steps of the run, where the schedule needs them."""
    if not isinstance(training.schedule, OneCycle):
        return
    steps = "int(np.ceil(len(x_train) / BATCH_SIZE))"
    if training.epoch_steps:
        steps = "STEPS_PER_EPOCH"
    elif common.is_full_batch(training):
        steps = "1"
    yield f"steps = epochs * {steps}"


def _compile(training: TrainingSpec) -> str:
    loss = "keras.losses.SparseCategoricalCrossentropy(from_logits=True)"
    if training.loss == "double_softmax":
        loss = "double_softmax"
    arguments = (_optimizer(training), f"loss={loss}", 'metrics=["accuracy"]')
    return call("model.compile", *arguments, indent=1)


def _optimizer(training: TrainingSpec) -> str:
    optimiser: Optimiser = training.optimiser
    match optimiser:
        case Sgd(momentum=momentum):
            name, options = "SGD", common.given({"momentum": 0.0}, {"momentum": momentum})
        case Adam(beta1=beta1, beta2=beta2, epsilon=epsilon):
            name = "Adam"
            options = common.given(
                {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7},
                {"beta_1": beta1, "beta_2": beta2, "epsilon": epsilon},
            )
        case Adadelta(rho=rho, epsilon=epsilon):
            name = "Adadelta"
            values = {"rho": rho, "epsilon": epsilon}
            options = common.given({"rho": 0.95, "epsilon": 1e-7}, values)
        case RmsProp(rho=rho, epsilon=epsilon, momentum=momentum):
            name = "RMSprop"
            options = common.given(
                {"rho": 0.9, "momentum": 0.0, "epsilon": 1e-7},
                {"rho": rho, "momentum": momentum, "epsilon": epsilon},
            )
    arguments = (_rate(training), *options, *_clip(training))
    return call(f"optimizer=keras.optimizers.{name}", *arguments, indent=2)


def _rate(training: TrainingSpec) -> str:
    match training.schedule:
        case Exponential(factor=factor, period=period) if period:
            decay = "keras.optimizers.schedules.ExponentialDecay"
            steps = (f"decay_steps={period}", f"decay_rate={factor!r}")
            return call(decay, "LEARNING_RATE", *steps, indent=3)
        case OneCycle():
            return "OneCycle(steps)"
        case _:
            return "LEARNING_RATE"


def _clip(training: TrainingSpec) -> Iterator[str]:
    if training.clip:
        name = "global_clipnorm" if isinstance(training.clip, ClipNorm) else "clipvalue"
        yield f"{name}={number(training.clip.limit)}"


def _fit(training: TrainingSpec, watched: str) -> str:
    arguments = ["x_train", "y_train", "batch_size=BATCH_SIZE"]
    if training.sampling == "with_replacement":
        arguments = ["RandomBatches(x_train, y_train)"]
    elif _is_dataset(training):
        arguments = ["endless(x_train, y_train)", "steps_per_epoch=STEPS_PER_EPOCH"]
    elif common.is_full_batch(training):
        arguments[2] = "batch_size=len(x_train)"
    elif training.sampling == "stored":
        arguments.append("shuffle=False")
    arguments += ["epochs=epochs", watched, *_callbacks(training), "verbose=2"]
    return call("model.fit", *arguments, indent=1)


def _callbacks(training: TrainingSpec) -> Iterator[str]:
    match training.schedule:
        case Exponential(period=0):
            yield "callbacks=[keras.callbacks.LearningRateScheduler(schedule)]"
        case Plateau(factor=factor, patience=patience, lowest=lowest):
            arguments = (
                'monitor="val_accuracy"', f"factor={factor!r}", f"patience={patience}",
                "min_delta=0.0", f"min_lr={lowest!r} * LEARNING_RATE",
            )  # fmt: skip
            plateau = call("keras.callbacks.ReduceLROnPlateau", *arguments, indent=3)
            yield f"callbacks=[\n            {plateau}\n        ]"
