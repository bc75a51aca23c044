"""What one layer of a network is and does: in plain words, as an equation, and as code."""

from dataclasses import dataclass

from mnist_studio.codegen.layer_code import layer_code
from mnist_studio.formatting import count, memory
from mnist_studio.frameworks.numpy_scratch import equations
from mnist_studio.frameworks.registry import FRAMEWORKS, framework_title
from mnist_studio.spec import meanings
from mnist_studio.spec.cost import cost
from mnist_studio.spec.layers import text
from mnist_studio.spec.model import LayerReport, ModelSpec, describe

NONE = "none"


@dataclass(frozen=True)
class LayerFacts:
    """One layer.

    Attributes:
        name: unique in the network, such as ``conv1``.
        title: such as ``conv 3×3, 32 same``.
        meaning: what it does, in plain words.
        figures: names and values: shapes, parameters, multiply-adds, memory.
        equations: names and equations of its forward and backward pass.
        code: titles of the frameworks, and the layer's lines in their native scripts.
    """

    name: str
    title: str
    meaning: str
    figures: tuple[tuple[str, str], ...]
    equations: tuple[tuple[str, str], ...]
    code: tuple[tuple[str, str], ...]


def layer_facts(model: ModelSpec, position: int) -> LayerFacts:
    """What is known of a layer by its position in the network, from 0.

    Raises:
        SpecError: the network is not valid.
    """
    report = describe(model)[position]
    meaning = meanings.kind(type(report.layer))
    code = layer_code(model, position)
    return LayerFacts(
        name=report.name,
        title=report.title,
        meaning=f"{meaning.title}. {meaning.sentence}",
        figures=_figures(model, position, report),
        equations=_equations(report),
        code=tuple((framework_title(name), code[name]) for name in FRAMEWORKS),
    )


def _figures(model: ModelSpec, position: int, report: LayerReport) -> tuple[tuple[str, str], ...]:
    own = cost(model)[position]
    parameters = f"{report.arithmetic} = {count(report.parameters)}" if report.parameters else NONE
    adds = f"{count(own.multiply_adds)} for one image" if own.multiply_adds else NONE
    return (
        ("Input", text(report.input)),
        ("Output", text(report.output)),
        ("Parameters", parameters),
        ("Multiply-adds", adds),
        ("Memory", f"{memory(own.weight_bytes)} of weights, "
         f"{memory(own.activation_bytes)} of output for one image"),
    )  # fmt: skip


def _equations(report: LayerReport) -> tuple[tuple[str, str], ...]:
    known = equations.of(report.layer, dropping=True, by_batch=True)
    return (
        ("Forward", known.forward),
        ("Backward", known.backward),
        *((f"Gradient of {name}", text) for name, text in known.gradients.items()),
    )
