"""The first weights of a NumPy program."""

from collections.abc import Iterator, Mapping

from mnist_studio.idiomatic import common
from mnist_studio.idiomatic.program import exploded
from mnist_studio.spec.layers import Conv, Dense, Initializer
from mnist_studio.spec.model import LayerReport, ModelSpec, describe, parameter_count


def weights(model: ModelSpec, dtype: str) -> str:
    """The function that draws all weights."""
    items = [item for report in describe(model) for item in _drawn(report)]
    rules = "".join(f"    {line}\n" for line in _rules(model))
    built = exploded("p = {", items, "}", indent=1)
    count = f"{parameter_count(model):,}"
    return (
        f'def build_model(rng):\n    """{count} parameters by their names."""\n{rules}    {built}\n'
        f"    return {{name: array.astype(np.{dtype}) for name, array in p.items()}}"
    )


_RULES: Mapping[Initializer, str] = {
    "glorot_uniform": "# Glorot & Bengio (2010): evenly within sqrt(6 / (fan-in + fan-out)).",
    "he_normal": "# He et al. (2015): normally, with the deviation sqrt(2 / fan-in).",
    "fan_in_uniform": "# Evenly within sqrt(1 / fan-in).",
    "size_uniform": "# Evenly within sqrt(1 / number of weights).",
}


def _rules(model: ModelSpec) -> Iterator[str]:
    """Where the numbers of the draws come from; each rule once."""
    layers = [layer for layer in model.layers if isinstance(layer, Dense | Conv)]
    used = [layer.initial for layer in layers]
    used += [layer.initial_bias for layer in layers if layer.bias]
    return (text for rule, text in _RULES.items() if rule in used)


def _drawn(report: LayerReport) -> Iterator[str]:
    layer = report.layer
    for name, shape in (report.arrays | report.statistics).items():
        initialiser: Initializer = "zeros"
        if isinstance(layer, Dense | Conv):
            initialiser = layer.initial_bias if name.endswith("bias") else layer.initial
        if name.endswith(("scale", "variance")):
            yield f'"{name}": np.ones({_shape(shape)})'
        elif initialiser == "zeros":
            yield f'"{name}": np.zeros({_shape(shape)})'
        elif (bound := common.limit(initialiser, report)) is not None:
            limits = f"-{common.rounded(bound)}, {common.rounded(bound)}"
            yield f'"{name}": rng.uniform({limits}, {_shape(shape)})'
        else:
            deviation = common.rounded(common.he_deviation(report))
            yield f'"{name}": rng.normal(0, {deviation}, {_shape(shape)})'


def _shape(shape: tuple[int, ...]) -> str:
    return str(shape[0]) if len(shape) == 1 else f"({', '.join(map(str, shape))})"
