"""The layers of a NumPy program, forward and backward, for just this network.

x0 is the input, x1 what the first layer makes of it and so on; d is the gradient of the loss by
the values at the place the way back has come to.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from mnist_studio.idiomatic.program import Cell, block, bracketed, number, tuple_of
from mnist_studio.spec import layers as kinds
from mnist_studio.spec.layers import BatchNorm, Conv, Dropout, MaxPool, Shape
from mnist_studio.spec.model import LayerReport, ModelSpec, describe
from mnist_studio.spec.run import RunSpec


@dataclass(frozen=True)
class Step:
    """One layer as code.

    Attributes:
        forward: statements that make ``y`` of ``x``.
        kept: names of what the way back needs.
        learn: statements that put the gradients of its weights into ``g``.
        back: statements that take ``d`` from its output to its input.
    """

    forward: tuple[str, ...]
    kept: tuple[str, ...] = ()
    learn: tuple[str, ...] = ()
    back: tuple[str, ...] = ()


def forward(model: ModelSpec) -> str:
    """The function from inputs to logits."""
    reports = describe(model)
    lines = []
    for place, report in enumerate(reports):
        shape = ", ".join(("n", *map(str, report.output)))
        lines.append(f"# {report.title.replace('×', 'x')}: ({shape})")
        lines += _step(report, place).forward
    lines.append(bracketed("cache = (", tuple_of(_kept(model)), ")", indent=1))
    lines.append(f"return x{len(reports)}, cache")
    trained = any(isinstance(layer, Dropout | BatchNorm) for layer in model.layers)
    head = "def forward(p, x0):" if not trained else "def forward(p, x0, rng=None):"
    end = " `rng` to train." if trained else ""
    words = f'"""Logits (n, 10) of inputs (n, 28, 28, 1) and what backward needs.{end}"""'
    return f"{head}\n    {words}\n{block(lines)}"


def backward(run: RunSpec) -> str:
    """The function from the gradient by the logits to those by all weights."""
    reports = describe(run.model)
    first = next(i for i, report in enumerate(reports) if report.arrays)
    lines = [_unpacked(_kept(run.model)), "g = {}"]
    for place in range(len(reports) - 1, first - 1, -1):
        step = _step(reports[place], place)
        if step.learn or step.back:
            lines.append(f"# {reports[place].title.replace('×', 'x')}")
        lines += step.learn
        lines += _summed(run, reports[place])
        lines += step.back if place > first else ()
    lines.append("return g")
    words = '"""The gradients by all weights, from d (n, 10), that by the logits."""'
    return f"def backward(p, cache, d):\n    {words}\n{block(lines)}"


def helpers(model: ModelSpec) -> Iterator[Cell]:
    """The functions that its layers call."""
    if any(isinstance(layer, Conv) for layer in model.layers):
        yield Cell("Convolution", _CONVOLUTION)
    if any(isinstance(layer, MaxPool | kinds.AvgPool) for layer in model.layers):
        yield Cell("Pooling", _POOLING)


def _kept(model: ModelSpec) -> list[str]:
    reports = describe(model)
    first = next(i for i, report in enumerate(reports) if report.arrays)
    steps = [_step(report, place) for place, report in enumerate(reports)]
    # Layers before the first weights need no way back.
    return list(dict.fromkeys(name for step in steps[first:] for name in step.kept))


def _unpacked(names: list[str]) -> str:
    line = f"{', '.join(names)} = cache"
    if len(names) > 1 and len(line) + 4 <= 88:
        return line
    return bracketed("(", tuple_of(names), ") = cache", indent=1)


def _summed(run: RunSpec, report: LayerReport) -> tuple[str, ...]:
    name = f"{report.name}.bias"
    if run.training.bias_gradients == "exact" or name not in report.arrays:
        return ()
    return (
        "# The fault: every bias gets the gradients of all biases of its layer.",
        f'g["{name}"][:] = g["{name}"].sum()',
    )


def _step(report: LayerReport, place: int) -> Step:
    x, y = f"x{place}", f"x{place + 1}"
    name = report.name
    match report.layer:
        case kinds.Dense(bias=bias):
            return _dense(name, x, y, bias, report)
        case kinds.Conv() as conv:
            return _conv(name, x, y, conv, report)
        case kinds.MaxPool(size=size):
            return _max_pool(x, y, size, place)
        case kinds.AvgPool(size=size):
            return _avg_pool(x, y, size)
        case kinds.GlobalAvgPool():
            area = report.input[0] * report.input[1]
            shared = f"d = np.broadcast_to(d[:, None, None] / {area}, {x}.shape)"
            return Step((f"{y} = {x}.mean(axis=(1, 2))",), (x,), back=(shared,))
        case kinds.BatchNorm() as norm:
            return _batch_norm(name, x, y, norm, report.input, place)
        case kinds.Dropout(rate=rate):
            return _dropout(x, y, rate, place)
        case _:
            return _plain(x, y, report)


def _plain(x: str, y: str, report: LayerReport) -> Step:
    match report.layer:
        case kinds.Flatten():
            back = f"d = d.reshape(-1, {', '.join(map(str, report.input))})"
            return Step((f"{y} = {x}.reshape(len({x}), -1)",), back=(back,))
        case kinds.Relu():
            return Step((f"{y} = np.maximum({x}, 0)",), (y,), back=(f"d = d * ({y} > 0)",))
        case _:  # The sigmoid.
            forward = f"{y} = 0.5 * (1 + np.tanh({x} / 2))  # 1 / (1 + exp(-x))"
            return Step((forward,), (y,), back=(f"d = d * {y} * (1 - {y})",))


def _dense(name: str, x: str, y: str, bias: bool, report: LayerReport) -> Step:
    inputs, units = report.input[0], report.output[0]
    plus = f' + p["{name}.bias"]' if bias else ""
    learn = [f'g["{name}.kernel"] = {x}.T @ d  # ({inputs}, {units})']
    if bias:
        learn.append(f'g["{name}.bias"] = d.sum(axis=0)  # ({units},)')
    back = f'd = d @ p["{name}.kernel"].T  # (n, {inputs})'
    return Step((f'{y} = {x} @ p["{name}.kernel"]{plus}',), (x,), tuple(learn), (back,))


def _conv(name: str, x: str, y: str, conv: Conv, report: LayerReport) -> Step:
    size, filters = conv.size, conv.filters
    before, after = ((size - 1) // 2, size // 2) if conv.padding == "same" else (0, 0)
    kernel = f'p["{name}.kernel"]'
    forward = [f"{y} = convolve({x}, {kernel}, {before}, {after})"]
    learn = [
        f"rows = windows({x}, {size}, {before}, {after})  # (places, {size}*{size}*channels)",
        f"flat = d.reshape(-1, {filters})",
        f'g["{name}.kernel"] = (rows.T @ flat).reshape({kernel}.shape)',
    ]
    if conv.bias:
        forward = [f'{forward[0]} + p["{name}.bias"]']
        learn.append(f'g["{name}.bias"] = flat.sum(axis=0)')
    back = (
        f"turned = {kernel}[::-1, ::-1].swapaxes(2, 3)",
        f"d = convolve(d, turned, {size - 1 - before}, {size - 1 - after})",
    )
    return Step(tuple(forward), (x,), tuple(learn), back)


def _max_pool(x: str, y: str, size: int, place: int) -> Step:
    best = f"best{place + 1}"
    forward = (
        f"parts = split({x}, {size})  # (n, height, width, {size * size}, channels)",
        f"{best} = parts.argmax(axis=3, keepdims=True)",
        f"{y} = np.take_along_axis(parts, {best}, axis=3)[:, :, :, 0]",
    )
    back = (
        f"parts = np.zeros_like(split({x}, {size}))",
        f"np.put_along_axis(parts, {best}, d[:, :, :, np.newaxis], axis=3)",
        f"d = join(parts, {size}, {x}.shape)",
    )
    return Step(forward, (x, best), back=back)


def _avg_pool(x: str, y: str, size: int) -> Step:
    back = (
        f"parts = np.repeat(d[:, :, :, np.newaxis] / {size * size}, {size * size}, axis=3)",
        f"d = join(parts, {size}, {x}.shape)",
    )
    return Step((f"{y} = split({x}, {size}).mean(axis=3)",), (x,), back=back)


def _batch_norm(name: str, x: str, y: str, norm: BatchNorm, shape: Shape, place: int) -> Step:
    axes = "(0, 1, 2)" if len(shape) == 3 else "0"
    mean, variance = f"m{place + 1}", f"v{place + 1}"
    keep, new = number(norm.momentum), number(round(1 - norm.momentum, 12))
    running = [
        f'    p["{name}.{part}"] = {keep} * p["{name}.{part}"] + {new} * {value}'
        for part, value in (("mean", mean), ("variance", variance))
    ]
    normal, root = f"n{place + 1}", f"r{place + 1}"
    forward = (
        f'{mean}, {variance} = p["{name}.mean"], p["{name}.variance"]',
        "if rng:",
        f"    {mean}, {variance} = {x}.mean(axis={axes}), {x}.var(axis={axes})",
        *running,
        f"{root} = np.sqrt({variance} + {norm.epsilon!r})",
        f"{normal} = ({x} - {mean}) / {root}",
        f'{y} = p["{name}.scale"] * {normal} + p["{name}.offset"]',
    )
    learn = (
        f'g["{name}.scale"] = (d * {normal}).sum(axis={axes})',
        f'g["{name}.offset"] = d.sum(axis={axes})',
    )
    back = (
        f'd = d * p["{name}.scale"]',
        f"d = d - d.mean(axis={axes}) - {normal} * (d * {normal}).mean(axis={axes})",
        f"d = d / {root}",
    )
    return Step(forward, (normal, root), learn, back)


def _dropout(x: str, y: str, rate: float, place: int) -> Step:
    keep = f"keep{place + 1}"
    forward = (
        f"{keep} = np.ones_like({x})",
        "if rng:",
        f"    {keep} = (rng.random({x}.shape) >= {rate!r}) / {x}.dtype.type(1 - {rate!r})",
        f"{y} = {x} * {keep}",
    )
    return Step(forward, (keep,), back=(f"d = d * {keep}",))


_CONVOLUTION = '''\
def windows(x, size, before, after):
    """Every size x size window of x (n, height, width, channels), padded, as a row."""
    around = (before, after)
    padded = np.pad(x, ((0, 0), around, around, (0, 0)))
    found = sliding_window_view(padded, (size, size), axis=(1, 2))
    # (n, height, width, channels, size, size) -> (n*height*width, size*size*channels)
    return found.transpose(0, 1, 2, 4, 5, 3).reshape(-1, size * size * x.shape[3])


def convolve(x, kernel, before, after):
    """A convolution as a product of matrices (im2col); kernel (size, size, in, out)."""
    size, _, _, filters = kernel.shape
    height = x.shape[1] + before + after - size + 1
    width = x.shape[2] + before + after - size + 1
    rows = windows(x, size, before, after)
    product = rows @ kernel.reshape(-1, filters)
    return product.reshape(len(x), height, width, filters)'''

_POOLING = '''\
def split(x, size):
    """Windows that do not overlap: (n, height, width, size*size, channels)."""
    n, height, width = len(x), x.shape[1] // size, x.shape[2] // size
    whole = x[:, : height * size, : width * size]
    parts = whole.reshape(n, height, size, width, size, -1).swapaxes(2, 3)
    return parts.reshape(n, height, width, size * size, -1)


def join(parts, size, shape):
    """The way back from windows to feature maps of a shape; 0 in no window."""
    n, height, width = parts.shape[:3]
    x = np.zeros(shape, parts.dtype)
    parts = parts.reshape(n, height, width, size, size, -1).swapaxes(2, 3)
    x[:, : height * size, : width * size] = parts.reshape(
        n, height * size, width * size, -1
    )
    return x'''
