import json
from typing import TypedDict

import msgspec
import pytest

from mnist_studio import events
from mnist_studio.events import (
    TERMINAL,
    AnyEvent,
    Cancelled,
    Checkpoint,
    Crashed,
    Epoch,
    Failed,
    Finished,
    Log,
    Machine,
    Measures,
    Phase,
    Progress,
    Started,
    Stopped,
)


class Who(TypedDict):
    run: str
    framework: str


WHO: Who = {"run": "20260101-120000-abcd", "framework": "numpy"}
EXAMPLES: list[AnyEvent] = [
    Started(
        title="mlp-128 · Keras",
        recipe="mlp-128",
        dataset="mnist",
        epochs=5,
        parameters=101_770,
        **WHO,
    ),
    Phase(phase="import", text="NumPy", **WHO),
    Progress(
        epoch=1,
        step=2,
        steps=4690,
        losses=(2.3, 2.2),
        accuracies=(0.1, 0.2),
        train_seconds=0.5,
        images_per_second=1e4,
        seconds_left=None,
        **WHO,
    ),
    Epoch(
        epoch=1,
        step=938,
        train_loss=0.3,
        train_accuracy=0.9,
        validation_loss=None,
        validation_accuracy=None,
        test_loss=0.2,
        test_accuracy=0.95,
        learning_rate=1e-3,
        train_seconds=3.25,
        **WHO,
    ),
    Checkpoint(step=938, **WHO),
    Log(level="warning", text="langsam — “größer”", **WHO),
    Finished(
        epochs=5,
        step=4690,
        test_accuracy=0.98,
        test_loss=0.07,
        seconds={"train": 9.5, "evaluate": 1.0},
        device="cpu",
        latency_ms=0.1,
        measures=Measures(
            wall_seconds=11.0,
            earlier_seconds=0.0,
            train_images_per_second=31_578.9,
            peak_memory_bytes=200_000_000,
            throughput_images_per_second=50_000.0,
            throughput_batch=250,
            machine=Machine(processors=2, others_processors=0.25, on_battery=False),
        ),
        **WHO,
    ),
    Stopped(epochs=0, step=3, test_accuracy=None, test_loss=None, seconds={}, device="cpu", **WHO),
    Cancelled(reason="You cancelled it.", **WHO),
    Failed(reason="The loss is not a number.", **WHO),
    Crashed(reason="The process died.", exit_code=-9, **WHO),
]


def name(event: AnyEvent) -> str:
    return type(event).__name__


def test_there_is_an_example_of_every_event() -> None:
    every = {kind for kind in vars(events).values() if isinstance(kind, type)}
    every = {kind for kind in every if issubclass(kind, events.Event) and kind is not events.Event}
    assert {type(event) for event in EXAMPLES} == every


@pytest.mark.parametrize("event", EXAMPLES, ids=name)
def test_an_event_comes_back_the_same_from_one_line(event: AnyEvent) -> None:
    line = events.encode(event)
    assert b"\n" not in line
    assert events.decode(line) == event
    assert events.decode(line.decode()) == event


@pytest.mark.parametrize("event", EXAMPLES, ids=name)
def test_an_event_says_its_type_run_and_framework(event: AnyEvent) -> None:
    wire = json.loads(events.encode(event))
    assert wire["type"] == type(event).__name__.lower()
    assert {key: wire[key] for key in WHO} == WHO


@pytest.mark.parametrize("event", EXAMPLES, ids=name)
def test_an_event_cannot_be_changed_or_extended(event: AnyEvent) -> None:
    with pytest.raises(AttributeError):
        event.run = "other"  # type: ignore[misc]


@pytest.mark.parametrize("kind", ["finished", "stopped"])
def test_the_end_of_a_run_of_an_older_version_has_no_measures(kind: str) -> None:
    line = (
        f'{{"type":"{kind}","run":"r","framework":"numpy","epochs":1,"step":5,'
        '"test_accuracy":0.5,"test_loss":1.5,"seconds":{"train":2.0},"device":"cpu",'
        '"latency_ms":0.25}'
    )
    event = events.decode(line)
    assert isinstance(event, Finished | Stopped)
    assert event.measures is None
    assert event.seconds == {"train": 2.0}


def test_the_terminal_events() -> None:
    assert (Finished, Stopped, Cancelled, Failed, Crashed) == TERMINAL


@pytest.mark.parametrize(
    "line",
    [
        b'{"type":"exploded","run":"r","framework":"numpy"}',
        b'{"run":"r","framework":"numpy","step":1}',
        b'{"type":"checkpoint","run":"r","framework":"numpy"}',
        b'{"type":"checkpoint","run":"r","framework":"numpy","step":"one"}',
        b'{"type":"phase","run":"r","framework":"numpy","phase":"lunch"}',
        b"[]",
        b"",
        b"loading torch ...",
    ],
)
def test_what_is_no_event_is_refused(line: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        events.decode(line)


def test_imported_weights_are_not_a_stopped_training() -> None:
    stopped = events.Stopped(
        run="r", framework="numpy", epochs=0, step=0, test_accuracy=0.9, test_loss=0.3, seconds={},
        device="CPU", reason="Imported from model.pt.",
    )  # fmt: skip
    assert events.is_imported(stopped)
    assert events.state_title("stopped", stopped.reason) == "Imported"
    assert not events.is_imported(msgspec.structs.replace(stopped, reason=""))
    assert not events.is_imported(None)
