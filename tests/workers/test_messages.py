import msgspec
import numpy as np
import pytest

from mnist_studio.spec import codec
from mnist_studio.store.rows import Run
from mnist_studio.store.runs import RunStore
from mnist_studio.workers import messages
from mnist_studio.workers.messages import (
    Answered,
    Ask,
    DeviceText,
    Done,
    ExportRequest,
    Hold,
    Logits,
    ModelPlace,
    Probed,
    Ready,
    TrainRequest,
    Trouble,
    place_of,
)

PLACE = ModelPlace("/a folder/with ü", "{}", 21)


@pytest.mark.parametrize("message", [Hold({"run": PLACE}), Ask(1, bytes(range(256)), "run")])
def test_questions_come_back_from_the_wire(message: Hold | Ask) -> None:
    assert messages.to_predictor.decode(messages.encode(message)) == message


@pytest.mark.parametrize(
    "message",
    [
        Ready(),
        Logits(3, "run", np.arange(10.0).tobytes(), 0.5),
        Answered(3),
        Trouble("why", "run"),
        Probed((DeviceText("cpu", "CPU"),), "2.14.1"),
        Done(),
    ],
)
def test_answers_come_back_from_the_wire(message: messages.FromTask) -> None:
    assert messages.from_task.decode(messages.encode(message)) == message


def test_requests_come_back_from_the_wire() -> None:
    train = TrainRequest("run", "{}", "folder", "", 12.5, resume=True)
    assert messages.train_request.decode(messages.encode(train)) == train
    export = ExportRequest("keras", "folder", "{}", "target")
    assert messages.export_request.decode(messages.encode(export)) == export


def test_anything_else_is_refused() -> None:
    for text in (b"", b"{}", b'{"type":"stop"}', b"\xff"):
        with pytest.raises(msgspec.DecodeError):
            messages.from_task.decode(text)


def test_a_place_says_where_the_weights_are_and_of_which_step(run: Run, store: RunStore) -> None:
    place = place_of(run)
    assert place == ModelPlace(str(run.folder), codec.encode(run.spec), 21)
    other = store.create(run.spec)
    assert place_of(other).step == 0
