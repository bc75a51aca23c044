from pathlib import Path

import numpy as np

from mnist_studio.data.datasets import builtin
from mnist_studio.explanation.trace import Trace, trace
from mnist_studio.explanation.trace_files import layer_arrays, matrix, row_names, table, text
from mnist_studio.frameworks.initialization import initial_weights
from mnist_studio.spec.recipes import RECIPES, run_spec

IMAGE = builtin.load().train.images[17]


def traced(teach: int | None) -> Trace:
    spec = run_spec(RECIPES["small-cnn"])
    weights = initial_weights(spec.model, 1, "float32")
    return trace(spec, weights, IMAGE, Path("nowhere"), 0, teach)


def test_any_array_becomes_rows_and_columns() -> None:
    array = np.arange(12.0).reshape(2, 3, 2)
    np.testing.assert_array_equal(matrix(array), np.arange(12.0).reshape(6, 2))
    assert row_names(array.shape) == ("0, 0", "0, 1", "0, 2", "1, 0", "1, 1", "1, 2")
    assert matrix(np.arange(3.0)).shape == (3, 1)
    assert row_names((3,)) == ("0", "1", "2")
    assert table(np.array([[0.1, 2.0]])) == "index,0,1\n0,0.1,2.0\n"


def test_the_update_and_what_was_before_give_what_is_after() -> None:
    found = {layer.name: layer for layer in layer_arrays(traced(3).network)}
    arrays = {one.name: one.values for one in found["conv1"].arrays}
    np.testing.assert_allclose(arrays["kernel"] + arrays["kernel update"], arrays["kernel after"])
    assert list(arrays)[:4] == ["input x", "kernel", "bias", "output y"]
    assert list(arrays)[-1] == "input gradient dx"
    assert "kernel mean after" in arrays
    assert arrays["kernel gradient"].shape == arrays["kernel"].shape


def test_the_text_has_every_layer_with_its_equations_and_shapes() -> None:
    forward, step = text(traced(None)), text(traced(3))
    for layer in layer_arrays(traced(3).network):
        assert f"\n{layer.name}: " in forward
        assert f"\n{layer.name}: " in step
    assert "target label 3" in step
    assert "dW[p, q, c, o] = Σ x[i+p, j+q, c] dy[i, j, o]" not in forward
    assert "gradient" not in forward
    assert "3×3×16×32" in forward
    assert "w ← w - r" in step
