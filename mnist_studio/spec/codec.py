"""Specs as JSON text with a version, and back."""

import msgspec

from mnist_studio.errors import SpecError
from mnist_studio.spec import known_bugs
from mnist_studio.spec.run import RunSpec
from mnist_studio.spec.run_checks import check
from mnist_studio.spec.shared import with_shared_parts
from mnist_studio.spec.upgrades import RUN_VERSION, upgrade_run

MOST_BYTES = 1_000_000


UPDATE = "Update MNIST Studio."
"""The remedy for a description of a newer version, which is not damaged."""


class _Envelope(msgspec.Struct, frozen=True):
    version: int
    run: RunSpec


class _Stored(msgspec.Struct, frozen=True):
    version: int
    run: object = None


def encode(run: RunSpec) -> str:
    """A run as JSON text."""
    return msgspec.json.encode(_Envelope(RUN_VERSION, run)).decode()


def decode(text: str | bytes) -> RunSpec:
    """The run that ``text`` describes.

    Raises:
        SpecError: it is not JSON, of a newer version, or does not describe a valid run.
    """
    return validate(parse(text))


def validate(run: RunSpec) -> RunSpec:
    """The run itself.

    Raises:
        SpecError: it describes an impossible run.
    """
    check(run)
    known_bugs.check(run)
    return run


def parse(text: str | bytes) -> RunSpec:
    """Like ``decode`` without checking the values, so that stored runs stay readable.

    Raises:
        SpecError: it is not JSON, too long, of a newer version, or has wrong keys.
    """
    if len(text) > MOST_BYTES:
        raise SpecError(
            f"The description of the run has {len(text):,} characters, more than {MOST_BYTES:,}.",
            "Correct the description.",
        )
    try:
        stored = msgspec.json.decode(text, type=_Stored)
        if stored.version > RUN_VERSION:
            raise SpecError(
                f"This run uses format {stored.version}, but this version of MNIST Studio supports "
                f"formats only up to {RUN_VERSION}.",
                UPDATE,
            )
        if stored.version == RUN_VERSION:
            return with_shared_parts(msgspec.json.decode(text, type=_Envelope).run)
        upgraded = {"version": RUN_VERSION, "run": upgrade_run(stored.run, stored.version)}
        return with_shared_parts(msgspec.convert(upgraded, _Envelope).run)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise SpecError(
            f"The description of the run is not valid: {error}.", "Correct the description."
        ) from error
