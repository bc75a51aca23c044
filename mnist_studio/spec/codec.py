"""Specs as JSON text with a version, and back."""

import msgspec

from mnist_studio.errors import SpecError
from mnist_studio.spec import known_bugs
from mnist_studio.spec.run import RunSpec, check

VERSION = 3


class _Envelope(msgspec.Struct, frozen=True):
    version: int
    run: RunSpec


class _Version(msgspec.Struct, frozen=True):
    version: int


def encode(run: RunSpec) -> str:
    """A run as JSON text."""
    return msgspec.json.encode(_Envelope(VERSION, run)).decode()


def decode(text: str | bytes) -> RunSpec:
    """The run that ``text`` describes.

    Raises:
        SpecError: not JSON, of a newer version, with wrong keys, or describing an impossible run.
    """
    run = parse(text)
    check(run)
    known_bugs.check(run)
    return run


def parse(text: str | bytes) -> RunSpec:
    """Like ``decode``, but takes what is well-formed as it is: what was once kept stays readable.

    Raises:
        SpecError: not JSON, of a newer version, or with wrong keys.
    """
    try:
        version = msgspec.json.decode(text, type=_Version).version
        if version > VERSION:
            raise SpecError(
                f"This description has version {version}; this studio knows up to {VERSION}.",
                "Update MNIST Studio.",
            )
        return msgspec.json.decode(text, type=_Envelope).run
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise SpecError(
            f"The description of the run cannot be read: {error}.", "Correct that place."
        ) from error
