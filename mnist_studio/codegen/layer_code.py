"""The lines of one layer in the native script of every framework."""

from dataclasses import dataclass
from textwrap import dedent

from mnist_studio.codegen.context import LayerValues, layers
from mnist_studio.spec.model import ModelSpec, describe
from mnist_studio.spec.run import FrameworkName

_TEMPLATES: dict[FrameworkName, str] = {
    "numpy": "numpy/forward.py.j2",
    "pytorch": "pytorch/layer.py.j2",
    "keras": "keras/layer.py.j2",
}


@dataclass(frozen=True)
class _Values:
    """What a template of one layer uses."""

    layer: LayerValues


def layer_code(model: ModelSpec, position: int) -> dict[FrameworkName, str]:
    """The lines of a layer, from the templates of whole scripts.

    NumPy's are those of the forward pass.

    Args:
        model: the network.
        position: of the layer, from 0.

    Raises:
        SpecError: the network is not valid.
    """
    # Jinja is imported only where code is written: the window starts without it.
    from mnist_studio.codegen.rendering import render
    from mnist_studio.codegen.wrapping import wrap

    values = _Values(layers(describe(model))[position])
    return {
        name: dedent(wrap(render(template, values))).strip().removesuffix(",")
        for name, template in _TEMPLATES.items()
    }
