"""Every layer of a NumPy program as code, forward and backward.

x0 is the input, x1 what the first layer makes of it and so on; d is the gradient of the loss by
the values at the place the way back has come to.
"""

from dataclasses import dataclass

from mnist_studio.idiomatic.program import number
from mnist_studio.spec import layers as kinds
from mnist_studio.spec.layers import BatchNorm, Conv, Shape
from mnist_studio.spec.model import LayerReport


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


def step(report: LayerReport, place: int) -> Step:
    """The code of the layer at a place, from 0."""
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
