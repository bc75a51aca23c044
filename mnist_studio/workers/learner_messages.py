"""What a remote learner and its child tell each other: MessagePack, arrays as plain bytes.

The types of arguments and results are those of ``frameworks.base.Learner``, which alone says what
may be asked of a learner.
"""

from types import GenericAlias
from typing import Any, get_type_hints

import msgspec
import numpy as np

from mnist_studio.frameworks.base import Array, Learner
from mnist_studio.workers.messages import Trouble

_Parcel = tuple[str, tuple[int, ...], bytes]


class Build(msgspec.Struct, frozen=True, tag="build", tag_field="type"):
    """The learner to make; the first message.

    Attributes:
        spec: JSON of ``spec.codec``.
        weights: by name, that it starts from.
    """

    spec: str
    weights: dict[str, Array]


class Call(msgspec.Struct, frozen=True, tag="call", tag_field="type"):
    """A method of the learner with its arguments."""

    method: str
    arguments: msgspec.Raw


class Built(msgspec.Struct, frozen=True, tag="built", tag_field="type"):
    """The learner is there; its capacity."""

    capacity: int


class Answer(msgspec.Struct, frozen=True, tag="answer", tag_field="type"):
    """What the method gave."""

    result: msgspec.Raw


ToLearner = Build | Call
FromLearner = Built | Answer | Trouble


def encode(value: object) -> bytes:
    """A message, or a part of one, as bytes."""
    return _encoder.encode(value)


def arguments_of(call: Call) -> tuple[Any, ...]:
    """The arguments of a call, of the types that the method declares."""
    kinds = tuple(kind for name, kind in _hints(call.method).items() if name != "return")
    arguments: tuple[Any, ...] = decoded(call.arguments, GenericAlias(tuple, kinds))
    return arguments


def result_of(method: str, answer: Answer) -> Any:
    """The result of a method, of the type that it declares."""
    return decoded(answer.result, _hints(method)["return"])


def _hints(method: str) -> dict[str, Any]:
    return get_type_hints(getattr(Learner, method))


def decoded(raw: msgspec.Raw | bytes, kind: Any) -> Any:
    """What ``encode`` made of a value of that type, arrays among it."""
    return msgspec.msgpack.decode(raw, type=kind, dec_hook=_unpacked)


def _packed(value: object) -> _Parcel:
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.shape, value.tobytes()
    raise NotImplementedError(f"{type(value).__name__} does not travel.")


def _unpacked(_: type, parcel: _Parcel) -> Array:
    kind, shape, content = parcel
    # A copy, since frameworks want arrays that can be written.
    return np.frombuffer(content, kind).reshape(shape).copy()


_encoder = msgspec.msgpack.Encoder(enc_hook=_packed)
to_learner: msgspec.msgpack.Decoder[ToLearner] = msgspec.msgpack.Decoder(
    ToLearner, dec_hook=_unpacked
)
from_learner: msgspec.msgpack.Decoder[FromLearner] = msgspec.msgpack.Decoder(FromLearner)
