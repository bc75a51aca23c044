"""Boxes around connected ink in a picture."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """A box around connected ink; the ends are not inside.

    Attributes:
        top: first row.
        bottom: row after the last.
        left: first column.
        right: column after the last.
        numbers: of the connected ink in it.
    """

    top: int
    bottom: int
    left: int
    right: int
    numbers: tuple[int, ...]

    @property
    def height(self) -> int:
        """Rows."""
        return self.bottom - self.top

    @property
    def width(self) -> int:
        """Columns."""
        return self.right - self.left

    def touches(self, shape: tuple[int, ...]) -> bool:
        """Whether it reaches the frame of a picture of this shape."""
        return not (self.top and self.left and self.bottom < shape[0] and self.right < shape[1])
