"""t-SNE maps of this process: each is computed once, on a thread, even if its request is cancelled.

A drawing that changes cancels the request before it. The computation goes on, since the next
drawing needs the same map.
"""

from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from functools import cache
from hashlib import sha256
from threading import Lock, Thread

from mnist_studio.analysis.tsne import Embedding, embedding
from mnist_studio.frameworks.base import Array

POLL_SECONDS = 0.03
"""How often a wait looks whether it is cancelled."""


class TsneMaps:
    """Maps by the vectors they show: by run, layer, and images, therefore."""

    def __init__(self, compute: Callable[[Array], Embedding] = embedding) -> None:
        """Computes nothing yet."""
        self._compute = compute
        self._maps: dict[str, Future[Embedding]] = {}
        # One at a time, so that a map that nobody waits for does not slow down another one twice.
        self._turn = Lock()

    def get(self, vectors: Array, is_cancelled: Callable[[], bool]) -> Embedding | None:
        """The map of vectors (n, d); None if cancelled.

        Raises:
            JobError: scikit-learn cannot be imported.
        """
        key = sha256(vectors.tobytes()).hexdigest()
        if key not in self._maps:
            self._maps[key] = self._begin(vectors)
        future = self._maps[key]
        while not is_cancelled():
            try:
                return future.result(POLL_SECONDS)
            except NotYet:
                continue
            except Exception:
                # The next request tries again.
                self._maps.pop(key, None)
                raise
        return None

    def _begin(self, vectors: Array) -> "Future[Embedding]":
        future: Future[Embedding] = Future()

        def work() -> None:
            try:
                with self._turn:
                    future.set_result(self._compute(vectors))
            except Exception as error:  # noqa: BLE001 - whoever waits for the map raises it
                future.set_exception(error)

        # A daemon: the process ends without waiting for it.
        Thread(target=work, name="t-SNE", daemon=True).start()
        return future


@cache
def shared() -> TsneMaps:
    """Those of this process. They survive a change of the network."""
    return TsneMaps()
