import numpy as np

from mnist_studio.prediction.messages import LoadModels, ModelRef, Predict, model_ref
from mnist_studio.store.rows import Run
from mnist_studio.store.runs import RunStore
from mnist_studio.workers.channel import decode, encode


def test_requests_survive_the_channel(run: Run) -> None:
    load = LoadModels("numpy", {run.id: model_ref(run)})
    assert decode(encode(load), LoadModels | Predict) == load
    predict = decode(encode(Predict(np.ones((2, 28, 28), np.uint8), "run")), LoadModels | Predict)
    assert isinstance(predict, Predict)
    assert predict.images.shape == (2, 28, 28)


def test_a_reference_says_where_the_weights_are_and_of_which_step(
    run: Run, store: RunStore
) -> None:
    assert model_ref(run) == ModelRef(str(run.folder), run.spec, 21)
    other = store.create(run.spec)
    assert model_ref(other).step == 0
