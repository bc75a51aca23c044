import subprocess
import sys

import numpy as np
import pytest
from numpy.typing import NDArray

from mnist_studio.analysis import tsne
from mnist_studio.analysis.tsne import Embedding, embedding
from mnist_studio.errors import JobError

GROUP = 20


@pytest.fixture(scope="module")
def vectors() -> NDArray[np.float32]:
    """Two groups, far from each other."""
    noise = np.random.default_rng(0).normal(size=(2 * GROUP, 8))
    return np.asarray(noise + np.repeat([[0.0], [20.0]], GROUP, axis=0), np.float32)


@pytest.fixture(scope="module")
def found(vectors: NDArray[np.float32]) -> Embedding:
    return embedding(vectors)


def test_groups_stay_apart_and_the_map_is_the_same_every_time(
    vectors: NDArray[np.float32], found: Embedding
) -> None:
    distances = np.linalg.norm(found.points[:, None] - found.points, axis=2)
    np.fill_diagonal(distances, np.inf)
    assert ((distances.argmin(axis=1) < GROUP) == (np.arange(2 * GROUP) < GROUP)).all()
    middles = found.points.reshape(2, GROUP, 2).mean(axis=1)
    own = np.linalg.norm(found.points.reshape(2, GROUP, 2) - middles[:, None], axis=2)
    assert np.linalg.norm(middles[0] - middles[1]) > 2 * own.max()
    np.testing.assert_array_equal(embedding(vectors).points, found.points)


def test_a_known_vector_lands_on_its_point_and_a_new_one_in_its_group(
    vectors: NDArray[np.float32], found: Embedding
) -> None:
    for place in (0, 7, 33):
        np.testing.assert_allclose(found.landing(vectors[place]), found.points[place], atol=1e-3)
    first = found.points[:GROUP]
    landed = found.landing(vectors[:GROUP].mean(axis=0))
    assert (first.min(axis=0) <= landed).all()
    assert (landed <= first.max(axis=0)).all()


def test_equal_vectors_have_one_point() -> None:
    found = embedding(np.ones((4, 3), np.float32))
    assert np.isfinite(found.points).all()
    assert np.isfinite(found.landing(np.zeros(3, np.float32))).all()


def test_the_absence_of_the_library_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    assert tsne.missing() == ""
    monkeypatch.setattr(tsne, "find_spec", lambda _: None)
    assert tsne.missing() == (
        "t-SNE needs scikit-learn, which is not installed. "
        "Install it with: pip install mnist-studio[map]"
    )
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(JobError, match="cannot be imported"):
        embedding(np.ones((4, 3), np.float32))


def test_the_library_loads_when_it_is_used_only() -> None:
    program = (
        "import sys, mnist_studio.explanation.parts; from mnist_studio.analysis import tsne\n"
        "tsne.missing(); print('sklearn' in sys.modules)"
    )
    loaded = subprocess.check_output([sys.executable, "-c", program], text=True, timeout=120)
    assert loaded.strip() == "False"
