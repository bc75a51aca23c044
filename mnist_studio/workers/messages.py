"""What parents and children tell each other besides events: small frozen structs, JSON."""

import msgspec

from mnist_studio.events import Epoch, Finished, Stopped
from mnist_studio.spec import codec
from mnist_studio.store.rows import Run


class TrainRequest(msgspec.Struct, frozen=True):
    """A run for a child to train.

    Attributes:
        run: its id.
        spec: JSON of ``spec.codec``.
        folder: of its artifacts.
        data: folder of digits named by the user; empty for the usual places.
        launched: ``time.perf_counter`` when the parent started the process; all processes of a
            system have the same.
        resume: go on from the checkpoint in the folder.
        epochs: that are known of it.
    """

    run: str
    spec: str
    folder: str
    data: str
    launched: float
    resume: bool = False
    epochs: tuple[Epoch, ...] = ()


class Hold(msgspec.Struct, frozen=True, tag="hold", tag_field="type"):
    """Models that a predictor shall hold, all others forgotten: run id -> folder and spec."""

    models: dict[str, "ModelPlace"]


class ModelPlace(msgspec.Struct, frozen=True):
    """Where a trained network lies.

    Attributes:
        folder: of the run.
        spec: JSON of ``spec.codec``.
        step: they were trained to; a run that went on has other weights in the same place.
    """

    folder: str
    spec: str
    step: int


class Ask(msgspec.Struct, frozen=True, tag="ask", tag_field="type"):
    """Images for one or all held models.

    Attributes:
        request: number that comes back with the answers.
        images: n·784 gray levels.
        run: the one model that shall answer; empty for all.
    """

    request: int
    images: bytes
    run: str = ""


class Ready(msgspec.Struct, frozen=True, tag="ready", tag_field="type"):
    """The framework is imported; requests are answered from now on."""


class Logits(msgspec.Struct, frozen=True, tag="logits", tag_field="type"):
    """One model's answer.

    Attributes:
        request: of the question.
        run: the model.
        logits: n·10 float64.
        milliseconds: the forward pass took.
    """

    request: int
    run: str
    logits: bytes
    milliseconds: float


class Answered(msgspec.Struct, frozen=True, tag="answered", tag_field="type"):
    """Every held model has answered this request."""

    request: int


class Trouble(msgspec.Struct, frozen=True, tag="trouble", tag_field="type"):
    """A model, or with no ``run`` the whole task, that cannot answer, and why."""

    reason: str
    run: str = ""


class DeviceText(msgspec.Struct, frozen=True):
    """A device of a framework: kind and name."""

    kind: str
    name: str


class Probed(msgspec.Struct, frozen=True, tag="probed", tag_field="type"):
    """What a framework can compute on here, the fastest first, and its version there."""

    devices: tuple[DeviceText, ...]
    version: str


class ExportRequest(msgspec.Struct, frozen=True):
    """A trained network to be written in a framework's own format.

    Attributes:
        framework: whose format.
        folder: of the run.
        spec: JSON of ``spec.codec``.
        target: file to write.
    """

    framework: str
    folder: str
    spec: str
    target: str


class Done(msgspec.Struct, frozen=True, tag="done", tag_field="type"):
    """The task is done."""


class Opened(msgspec.Struct, frozen=True, tag="opened", tag_field="type"):
    """The window opened.

    Attributes:
        painted: seconds from the start of its process to its first frame.
        usable: likewise, until it could be worked with.
        platform: of Qt, such as ``xcb``; ``offscreen`` where there is no display.
    """

    painted: float
    usable: float
    platform: str


ToPredictor = Hold | Ask
FromTask = Ready | Logits | Answered | Trouble | Probed | Done

to_predictor: msgspec.json.Decoder[ToPredictor] = msgspec.json.Decoder(ToPredictor)
from_task: msgspec.json.Decoder[FromTask] = msgspec.json.Decoder(FromTask)
train_request: msgspec.json.Decoder[TrainRequest] = msgspec.json.Decoder(TrainRequest)
opened: msgspec.json.Decoder[Opened] = msgspec.json.Decoder(Opened)
export_request: msgspec.json.Decoder[ExportRequest] = msgspec.json.Decoder(ExportRequest)
encode = msgspec.json.encode


def place_of(run: Run) -> ModelPlace:
    """Where a trained run's network lies."""
    step = run.terminal.step if isinstance(run.terminal, Finished | Stopped) else 0
    return ModelPlace(str(run.folder), codec.encode(run.spec), step)
