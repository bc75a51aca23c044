from collections.abc import Iterator
from threading import Event

import numpy as np
import pytest

from mnist_studio.analysis.projection import principal_plane
from mnist_studio.analysis.tsne import Embedding
from mnist_studio.errors import JobError
from mnist_studio.explanation.tsne_maps import TsneMaps
from mnist_studio.frameworks.base import Array
from mnist_studio.workers.task import never

VECTORS = np.arange(6, dtype=np.float32).reshape(3, 2)


def test_a_cancelled_wait_leaves_the_map_to_the_next_one() -> None:
    go_on, computed = Event(), []

    def compute(vectors: Array) -> Embedding:
        assert go_on.wait(20)
        computed.append(vectors)
        return Embedding(principal_plane(vectors), vectors, vectors)

    maps = TsneMaps(compute)
    answers: Iterator[bool] = iter([False, True])
    assert maps.get(VECTORS, lambda: next(answers)) is None
    go_on.set()
    first = maps.get(VECTORS, never)
    assert first is not None
    # Vectors of the same content, such as those of the same network opened again.
    assert maps.get(VECTORS.copy(), never) is first
    assert len(computed) == 1
    assert maps.get(VECTORS + 1, never) is not first
    assert len(computed) == 2


def test_a_failure_is_raised_and_tried_again() -> None:
    tries = []

    def compute(vectors: Array) -> Embedding:
        tries.append(vectors)
        raise JobError("No t-SNE.", "Install it.")

    maps = TsneMaps(compute)
    for count in (1, 2):
        with pytest.raises(JobError, match="No t-SNE"):
            maps.get(VECTORS, never)
        assert len(tries) == count
