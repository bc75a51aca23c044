"""The network of a Keras program, with what it does to its input."""

from collections.abc import Iterator, Mapping
from math import radians, tan

from mnist_studio.idiomatic import common
from mnist_studio.idiomatic.program import Cell, call, exploded, number
from mnist_studio.spec import layers as kinds
from mnist_studio.spec.augmentation import Augmentation
from mnist_studio.spec.layers import Conv, Dense, Initializer
from mnist_studio.spec.model import LayerReport, Scaling, describe, parameter_count
from mnist_studio.spec.run import RunSpec


def model_function(run: RunSpec) -> str:
    """The function that builds the network, with augmentation and scaling as its first layers."""
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


def elastic(change: Augmentation | None) -> Iterator[Cell]:
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


def _initializer(argument: str, initialiser: Initializer, report: LayerReport) -> str:
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
