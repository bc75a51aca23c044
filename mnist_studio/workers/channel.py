"""The one channel between a parent and a child process: typed values as MessagePack.

The parent sends a ``Request``. The child answers it with any number of ``Progress`` messages and
then with exactly one ``Result`` or ``WorkerError``. While it works, the parent may send ``Cancel``
and ``Command``. NumPy arrays travel as their dtype, shape and bytes, paths
as the bytes of their names.
"""

import os
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Lock
from typing import Any, Generic, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from mnist_studio.errors import JobError

T = TypeVar("T")

_ArrayParts = tuple[str, tuple[int, ...], bytes]


class Request(msgspec.Struct, Generic[T], frozen=True, tag=True, array_like=True):
    """A request to the task of a child.

    Attributes:
        number: counts the requests of a parent from 1. Every answer carries it.
        value: of the type that the task takes.
        task: dotted name of the task for this request and all later ones; empty if it stays.
        console: file that takes what is printed from now on; empty if it stays.
    """

    number: int
    value: T
    task: str = ""
    console: str = ""


class Cancel(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """Nobody waits for this request or an earlier one any more."""

    number: int


class Command(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """An instruction for the request that is being worked on, such as ``stop``."""

    name: str


class Update(msgspec.Struct, Generic[T], frozen=True, tag=True, array_like=True):
    """A value on the way: an event, a fraction, or one of several answers."""

    number: int
    value: T


class Result(msgspec.Struct, Generic[T], frozen=True, tag=True, array_like=True):
    """The last answer to a request."""

    number: int
    value: T


class WorkerError(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """The task failed: the last answer to a request.

    Attributes:
        number: of the request.
        reason: what happened and what the user can do about it.
    """

    number: int
    reason: str


class ChannelClosed(Exception):
    """The other end of the channel is gone."""


class Channel:
    """One end of a pipe. Any thread may send, one thread at a time may receive."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._sending = Lock()

    def send(self, message: msgspec.Struct) -> None:
        """Sends a message. Blocks while the pipe is full.

        Raises:
            ChannelClosed: the other end is gone.
        """
        content = encode(message)
        with self._sending:
            try:
                self._connection.send_bytes(content)
            except OSError as error:
                raise ChannelClosed from error

    def receive(self, timeout: float | None = None) -> bytes | None:
        """The next message, or None if none came within ``timeout`` seconds.

        Raises:
            ChannelClosed: the other end is gone, perhaps in the middle of a message.
        """
        try:
            ready = self._connection.poll(timeout) if timeout is not None else True
            return self._connection.recv_bytes() if ready else None
        except (EOFError, OSError) as error:
            raise ChannelClosed from error

    def close(self) -> None:
        """Closes this end. May be called twice."""
        self._connection.close()


def encode(value: object) -> bytes:
    """A value as MessagePack.

    Raises:
        JobError: a text has a file name that is not UTF-8, such as the name of the home folder.
    """
    try:
        return _encoder.encode(value)
    except UnicodeEncodeError as error:
        raise JobError(
            f"The name {error.object!a} is not UTF-8. Rename the file or folder."
        ) from error


def decoder(kind: Any) -> msgspec.msgpack.Decoder[Any]:
    """A decoder for values of a type that may contain arrays and paths."""
    return msgspec.msgpack.Decoder(kind, dec_hook=_value)


def decode(content: bytes | msgspec.Raw, kind: Any) -> Any:
    """The value of that type that ``encode`` was given.

    Raises:
        msgspec.DecodeError: it is of another type.
    """
    return msgspec.msgpack.decode(content, type=kind, dec_hook=_value)


def _parts(value: object) -> _ArrayParts | bytes:
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.shape, value.tobytes()
    if isinstance(value, Path):
        return os.fsencode(value)  # A name need not be UTF-8, and a text must be.
    raise NotImplementedError(f"The channel cannot carry {type(value).__name__}.")


def _value(kind: type, parts: _ArrayParts | bytes) -> NDArray[Any] | Path:
    if isinstance(parts, bytes):
        return Path(os.fsdecode(parts))
    dtype, shape, content = parts
    # Frameworks want arrays that can be written, and the message's own bytes cannot.
    return np.frombuffer(content, dtype).reshape(shape).copy()


_encoder = msgspec.msgpack.Encoder(enc_hook=_parts)
