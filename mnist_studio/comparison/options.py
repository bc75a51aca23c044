"""What a user can set for views."""

from dataclasses import dataclass
from typing import Literal, get_args

from mnist_studio.analysis.summary import TARGET
from mnist_studio.analysis.verdict import THRESHOLD
from mnist_studio.errors import UsageError

XAxis = Literal["epochs", "steps", "seconds"]
AXES: tuple[XAxis, ...] = get_args(XAxis)


@dataclass(frozen=True)
class ViewOptions:
    """What the user set, for all views alike.

    Attributes:
        axis: of curves.
        smoothing: weight of the past in curves, from 0 to less than 1.
        log: losses by orders of magnitude.
        target: accuracy to be reached, a fraction.
        threshold: the smallest difference in accuracy that matters in practice, a fraction.
        model: id of the run whose predictions are shown; empty for the first that has any.
        own: fingerprint of the user's own digits, which views of predictions are of then; empty for
            the test digits.
    """

    axis: XAxis = "epochs"
    smoothing: float = 0.0
    log: bool = False
    target: float = TARGET
    threshold: float = THRESHOLD
    model: str = ""
    own: str = ""

    def check(self) -> None:
        """Refuses what cannot work.

        Raises:
            UsageError: says what.
        """
        if not 0 < self.target <= 1:
            raise UsageError(
                f"The accuracy to be reached is {self.target:g}.",
                "Choose a fraction above 0 and at most 1, such as 0.97.",
            )
        if not 0 < self.threshold <= 0.5:
            raise UsageError(
                f"The smallest difference that matters is {self.threshold:g}.",
                "Choose a fraction above 0 and at most 0.5; 0.001 is a tenth of a point.",
            )
        if not 0 <= self.smoothing < 1:
            raise UsageError(
                f"The smoothing is {self.smoothing:g}.", "Choose 0 or more and less than 1."
            )
