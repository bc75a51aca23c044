"""The network of a PyTorch program."""

from collections.abc import Iterator, Mapping

from mnist_studio.idiomatic import common
from mnist_studio.idiomatic.program import block, call, exploded
from mnist_studio.spec import layers as kinds
from mnist_studio.spec.layers import Conv, Dense, Initializer
from mnist_studio.spec.model import LayerReport, describe, parameter_count
from mnist_studio.spec.run import RunSpec, TrainingSpec


def model_function(run: RunSpec) -> str:
    """The function that builds the network; first weights are drawn anew only where asked for."""
    reports = describe(run.model)
    modules = [text for report in reports for text in _modules(report)]
    after = [*_initial(reports), *_bias_fault(run.training)]
    head = "model = nn.Sequential(" if after else "return nn.Sequential("
    built = exploded(head, modules, ")", indent=1)
    lines = [built, *after, "return model" if after else ""]
    count = f"{parameter_count(run.model):,}"
    return f'def build_model():\n    """A network of {count} parameters."""\n{block(lines)}'


_PLAIN: Mapping[type[kinds.Layer], tuple[str, ...]] = {
    kinds.GlobalAvgPool: ("nn.AdaptiveAvgPool2d(1)", "nn.Flatten()"),
    kinds.Flatten: ("nn.Flatten()",),
    kinds.Relu: ("nn.ReLU()",),
    kinds.Sigmoid: ("nn.Sigmoid()",),
}


def _modules(report: LayerReport) -> tuple[str, ...]:
    """One layer in PyTorch's modules."""
    channels = report.input[-1]
    match report.layer:
        case kinds.Dense(units=units, bias=bias):
            return (call("nn.Linear", str(channels), str(units), *_without(bias)),)
        case kinds.Conv(filters=filters, size=size, padding=padding, bias=bias):
            same, sizes = padding == "same", (str(channels), str(filters), f"kernel_size={size}")
            if same and size % 2 == 0:
                before, after = (size - 1) // 2, size // 2
                padded = f"nn.ZeroPad2d(({before}, {after}, {before}, {after}))"
                return (padded, call("nn.Conv2d", *sizes, *_without(bias)))
            around = ('padding="same"',) if same else ()
            return (call("nn.Conv2d", *sizes, *around, *_without(bias)),)
        case kinds.MaxPool(size=size):
            return (f"nn.MaxPool2d({size})",)
        case kinds.AvgPool(size=size):
            return (f"nn.AvgPool2d({size})",)
        case kinds.BatchNorm(momentum=momentum, epsilon=epsilon):
            values = {"eps": epsilon, "momentum": round(1 - momentum, 12)}
            options = common.given({"eps": 1e-5, "momentum": 0.1}, values)
            kind = "nn.BatchNorm2d" if len(report.input) == 3 else "nn.BatchNorm1d"
            return (call(kind, str(channels), *options),)
        case kinds.Dropout(rate=rate):
            return (f"nn.Dropout({rate!r})",)
        case layer:
            return _PLAIN[type(layer)]


def _without(bias: bool) -> tuple[str, ...]:
    return () if bias else ("bias=False",)


def _initial(reports: tuple[LayerReport, ...]) -> Iterator[str]:
    """First weights that differ from PyTorch's own, layer by layer."""
    place = -1
    for report in reports:
        layer = report.layer
        place += len(_modules(report))
        if isinstance(layer, Dense | Conv) and not common.own_initial(layer):
            target = f"model[{place}]"
            yield _draw(f"{target}.weight", layer.initial, report)
            if layer.bias:
                yield _draw(f"{target}.bias", layer.initial_bias, report)


def _draw(target: str, initialiser: Initializer, report: LayerReport) -> str:
    bias = target.endswith("bias")
    if initialiser == "fan_in_uniform":
        return ""  # PyTorch's own.
    if initialiser == "zeros":
        return f"nn.init.zeros_({target})"
    if initialiser == "glorot_uniform" and not bias:
        return f"nn.init.xavier_uniform_({target})"
    if initialiser == "he_normal" and not bias:
        return f'nn.init.kaiming_normal_({target}, nonlinearity="relu")'
    bound = common.limit(initialiser, report)
    if bound is None:
        deviation = common.rounded(common.he_deviation(report))
        return f"nn.init.normal_({target}, std={deviation})"
    return f"nn.init.uniform_({target}, -{common.rounded(bound)}, {common.rounded(bound)})"


def _bias_fault(training: TrainingSpec) -> tuple[str, ...]:
    if training.bias_gradients == "exact":
        return ()
    return (
        "# The fault: every bias of a layer gets the gradients of all its biases.",
        "for module in model:\n"
        "        if isinstance(module, nn.Linear | nn.Conv2d) and module.bias is not None:\n"
        "            module.bias.register_hook(lambda grad: grad.sum().expand_as(grad))",
    )
