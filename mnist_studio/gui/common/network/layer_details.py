"""What the panel of a layer shows, read and computed off the GUI thread. No widgets."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mnist_studio.gui.services.array_layout import Layout, layout_of
from mnist_studio.spec.known_bugs import effective
from mnist_studio.spec.model import ModelSpec, describe
from mnist_studio.store.rows import Run

if TYPE_CHECKING:
    from mnist_studio.analysis.layer_facts import LayerFacts


@dataclass(frozen=True)
class LayerRequest:
    """A layer to explain.

    Attributes:
        model: the network.
        position: of the layer, from 0.
        run: whose kernel is shown; None for no kernel.
        epoch: whose weights are shown; 0 for those at the end of the run.
    """

    model: ModelSpec
    position: int
    run: Run | None = None
    epoch: int = 0


@dataclass(frozen=True, eq=False)
class LayerDetails:
    """A layer in words and numbers.

    Attributes:
        facts: that hold for every run.
        has_kernel: whether the layer has one.
        kernel: of the requested run; None without one.
        problem: why the kernel of the run cannot be shown; empty if it is.
    """

    facts: "LayerFacts"
    has_kernel: bool
    kernel: Layout | None
    problem: str


def layer_details(request: LayerRequest) -> LayerDetails:
    """Computes what a panel shows.

    Raises:
        SpecError: the network is not valid.
    """
    # Imported here, since the first paint needs none of them.
    from mnist_studio.analysis.layer_facts import layer_facts
    from mnist_studio.errors import StoreError

    facts = layer_facts(request.model, request.position)
    report = describe(request.model)[request.position]
    has_kernel = f"{report.name}.kernel" in report.arrays
    try:
        kernel = _kernel(request, report.name) if has_kernel else None
    except StoreError as error:
        return LayerDetails(facts, has_kernel, None, str(error))
    return LayerDetails(facts, has_kernel, kernel, "")


def _kernel(request: LayerRequest, name: str) -> Layout | None:
    from mnist_studio.store import artifacts, epoch_weights

    if request.run is None:
        return None
    folder, spec = request.run.folder, effective(request.run.spec)
    if request.epoch:
        weights = epoch_weights.load(folder, spec, request.epoch)
    else:
        weights = artifacts.load_weights(folder, spec)
    return layout_of(weights[f"{name}.kernel"])
