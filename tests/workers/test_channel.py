import multiprocessing
import os
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from msgspec import Raw

from mnist_studio.errors import JobError
from mnist_studio.frameworks.base import Chunk
from mnist_studio.workers.channel import (
    Cancel,
    Channel,
    ChannelClosed,
    Command,
    Request,
    Result,
    Update,
    WorkerError,
    decode,
    decoder,
    encode,
)

ENVELOPE = Request[int] | Cancel | Command | Update[str] | Result[tuple[float, ...]] | WorkerError


@pytest.mark.parametrize(
    "message",
    [
        Request(1, 7),
        Cancel(2),
        Command("stop"),
        Update(3, "half"),
        Result(3, (0.5, float("inf"))),
        WorkerError(3, "The disk is full."),
    ],
)
def test_every_message_survives_the_channel(message: msgspec.Struct) -> None:
    assert decoder(ENVELOPE).decode(encode(message)) == message


def test_arrays_keep_dtype_shape_and_values_and_can_be_written() -> None:
    chunk = Chunk(np.arange(6).reshape(2, 3), np.full(2, 0.1), {"dropout1": np.eye(3, dtype="u1")})
    found: Chunk = decode(encode(chunk), Chunk)
    for one, other in (
        (found.indices, chunk.indices),
        (found.rates, chunk.rates),
        (found.masks["dropout1"], chunk.masks["dropout1"]),
    ):
        array: np.ndarray[Any, Any] = one
        assert array.dtype == other.dtype
        np.testing.assert_array_equal(array, other)
        assert array.flags.writeable


def test_parts_of_arrays_and_scalars_of_arrays_can_be_sent() -> None:
    array = np.arange(12).reshape(3, 4)
    np.testing.assert_array_equal(decode(encode(array[:, ::2]), np.ndarray), array[:, ::2])
    assert decode(encode(np.array(5.0)), np.ndarray) == 5.0


def test_the_value_of_a_request_can_be_decoded_later() -> None:
    request = decode(encode(Request(1, (1, 2))), Request[Raw])
    assert decode(request.value, tuple[int, ...]) == (1, 2)


def test_values_of_another_type_are_refused() -> None:
    with pytest.raises(msgspec.DecodeError):
        decode(encode(Request(1, "text")), Request[int])
    with pytest.raises(NotImplementedError, match="cannot carry complex"):
        encode(1j)


def test_a_closed_end_is_noticed_by_the_other() -> None:
    ours, theirs = map(Channel, multiprocessing.Pipe())
    theirs.send(Command("stop"))
    assert ours.receive(1.0) == encode(Command("stop"))
    assert ours.receive(0.0) is None
    theirs.close()
    theirs.close()
    with pytest.raises(ChannelClosed):
        ours.receive(1.0)
    with pytest.raises(ChannelClosed):
        ours.send(Command("stop"))
    with pytest.raises(ChannelClosed):
        theirs.receive()


def test_a_torn_message_is_a_closed_channel() -> None:
    ours, theirs = multiprocessing.Pipe()
    # The length of a message, and less than that.
    os.write(theirs.fileno(), (100).to_bytes(4, "big") + b"torn")
    theirs.close()
    with pytest.raises(ChannelClosed):
        Channel(ours).receive()
    ours.close()


def test_a_path_that_is_not_utf8_travels_and_such_a_text_is_refused_with_its_name() -> None:
    path = Path(os.fsdecode(b"/home/\xff"))
    assert decode(encode(path), Path) == path
    with pytest.raises(JobError, match=r"The name '/home/\\udcff' is not UTF-8. Rename"):
        encode(str(path))
