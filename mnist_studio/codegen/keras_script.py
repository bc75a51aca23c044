"""What only Keras' template uses."""

from dataclasses import dataclass
from math import radians, tan

from mnist_studio.spec.run import RunSpec


@dataclass(frozen=True)
class KerasValues:
    """What only Keras' template uses.

    Attributes:
        shear_factor: the largest shear as a fraction of the height.
    """

    shear_factor: float


def problems(run: RunSpec) -> tuple[str, ...]:
    """See ``native_script.problems``."""
    if run.training.bias_gradients == "exact":
        return ()
    return (
        "Keras' fit() cannot sum the bias gradients. Turn off the known bug “bias-gradients”, or "
        "choose PyTorch or NumPy.",
    )


def values(run: RunSpec) -> KerasValues:
    """The values of a run that has the effects of its known bugs."""
    change = run.training.augmentation
    return KerasValues(shear_factor=tan(radians(change.shear)) if change else 0.0)
