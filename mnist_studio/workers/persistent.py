"""A child that stays from one question to the next, and ends with whoever asks."""

from pathlib import Path
from typing import Self

from mnist_studio.workers.process import Child


class StayingChild:
    """Holds a child that is started by the first question; a context manager, for one thread."""

    def __init__(self, data: Path | None = None) -> None:
        """Nothing is started yet.

        Args:
            data: folder of digits named by the user; None for the usual places.
        """
        self._data = data
        self._child: Child | None = None

    def __enter__(self) -> Self:
        """This object itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Ends the child."""
        self.close()

    def close(self) -> None:
        """Ends the child, if there is one. May be called twice."""
        if self._child:
            self._child.end(0.0)
            self._child = None
