"""The two functions of a NumPy program that go through just this network, forward and backward."""

from collections.abc import Iterator

from mnist_studio.idiomatic.numpy_steps import step
from mnist_studio.idiomatic.program import Cell, block, bracketed, tuple_of
from mnist_studio.spec.layers import AvgPool, BatchNorm, Conv, Dropout, MaxPool
from mnist_studio.spec.model import LayerReport, ModelSpec, describe
from mnist_studio.spec.run import RunSpec


def forward(model: ModelSpec) -> str:
    """The function from inputs to logits."""
    reports = describe(model)
    lines = []
    for place, report in enumerate(reports):
        shape = ", ".join(("n", *map(str, report.output)))
        lines.append(f"# {report.title.replace('×', 'x')}: ({shape})")
        lines += step(report, place).forward
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
        here = step(reports[place], place)
        if here.learn or here.back:
            lines.append(f"# {reports[place].title.replace('×', 'x')}")
        lines += here.learn
        lines += _summed(run, reports[place])
        lines += here.back if place > first else ()
    lines.append("return g")
    words = '"""The gradients by all weights, from d (n, 10), that by the logits."""'
    return f"def backward(p, cache, d):\n    {words}\n{block(lines)}"


def helpers(model: ModelSpec) -> Iterator[Cell]:
    """The functions that its layers call."""
    if any(isinstance(layer, Conv) for layer in model.layers):
        yield Cell("Convolution", _CONVOLUTION)
    if any(isinstance(layer, MaxPool | AvgPool) for layer in model.layers):
        yield Cell("Pooling", _POOLING)


def _kept(model: ModelSpec) -> list[str]:
    reports = describe(model)
    first = next(i for i, report in enumerate(reports) if report.arrays)
    steps = [step(report, place) for place, report in enumerate(reports)]
    # Layers before the first weights need no way back.
    return list(dict.fromkeys(name for one in steps[first:] for name in one.kept))


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
