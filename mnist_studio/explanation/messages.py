"""What a parent and the child that explains answers tell each other: MessagePack."""

from typing import Literal

import msgspec

from mnist_studio.analysis.counterfactual import Manner
from mnist_studio.analysis.nearest import Metric
from mnist_studio.workers.messages import ModelPlace

Part = Literal["layers", "attribution", "nearest", "change", "walk"]


class Options(msgspec.Struct, frozen=True):
    """What the user set.

    Attributes:
        digit: 0-9, whose logit is attributed; the answer where None.
        target: 0-9, that the digit shall become; the runner-up where None.
        manner: how the change shall look.
        metric: of distances.
        train: whether NumPy makes a training step, and not only goes forward.
        teach: 0-9, the label of that step; the answer where None.
        rate: of that step; the optimizer's own where None.
    """

    digit: int | None = None
    target: int | None = None
    manner: Manner = "pen"
    metric: Metric = "euclidean"
    train: bool = False
    teach: int | None = None
    rate: float | None = None


class Question(msgspec.Struct, frozen=True):
    """An answer to be explained. A newer question ends the work on an older one.

    Attributes:
        number: that comes back with every reply.
        engine: the framework that computes.
        place: of the trained network.
        image: 784 gray levels.
        parts: of the explanation, in this order; none only ends the work on the question before.
        options: that the user set.
        data: folder of digits named by the user; empty for the usual places.
    """

    number: int
    engine: str
    place: ModelPlace
    image: bytes
    parts: tuple[Part, ...]
    options: Options
    data: str = ""


class Made(msgspec.Struct, frozen=True, tag=True):
    """A part; ``value`` is the encoded result of ``parts.PARTS[part]``."""

    number: int
    part: Part
    value: bytes


class Refused(msgspec.Struct, frozen=True, tag=True):
    """A part that cannot be had, why, and what to do."""

    number: int
    part: Part
    problem: str
    remedy: str


class Working(msgspec.Struct, frozen=True, tag=True):
    """How much of a part is done, from 0 to 1."""

    number: int
    part: Part
    fraction: float


class Done(msgspec.Struct, frozen=True, tag=True):
    """Nothing more will be said to this question; ``reason`` where it broke."""

    number: int
    reason: str = ""


FromWhy = Made | Refused | Working | Done

from_why: msgspec.msgpack.Decoder[FromWhy] = msgspec.msgpack.Decoder(FromWhy)
question: msgspec.msgpack.Decoder[Question] = msgspec.msgpack.Decoder(Question)
encode = msgspec.msgpack.encode
