"""Whether a newer version is published: at most one request a day, and none unless you want it.

The address is that of the latest release of the repository that this copy was built from, as its
metadata names it. The request has no identifier: no cookie, no account, and no version.
"""

import logging
import re
from collections.abc import Callable
from contextlib import suppress
from importlib import metadata
from time import monotonic, time

import msgspec

from mnist_studio import __version__, paths
from mnist_studio.data import files
from mnist_studio.data.datasets import fetch
from mnist_studio.data.datasets.network_errors import NetworkError
from mnist_studio.errors import CancelledByUser, DataError, DownloadError

DAY = 24 * 3600.0
"""Least number of seconds between two requests of the window."""

MOST_SECONDS = 15.0
"""For the whole answer, however slowly it comes."""

MOST_BYTES = 1_000_000
"""Of an answer; that of a release with a hundred files has 200,000."""

_LOG = logging.getLogger(__name__)

_HOST = "https://github.com/"
_ANSWERS = "https://api.github.com/repos/"
_REPOSITORY = re.compile(re.escape(_HOST) + r"[\w.-]{1,100}/[\w.-]{1,100}")
_FINAL = re.compile(r"v?(\d{1,6}(?:\.\d{1,6}){0,3})", re.ASCII)
_NUMBERS = re.compile(r"\d+(?:\.\d+)*", re.ASCII)


class Checked(msgspec.Struct, frozen=True):
    """What is known of the newest version.

    Attributes:
        seconds: when the last request was sent, in seconds since 1970.
        version: the newest version; empty if no request was answered.
    """

    seconds: float = 0.0
    version: str = ""


class _Release(msgspec.Struct, frozen=True):
    tag_name: str
    prerelease: bool = False
    draft: bool = False


def repository() -> str:
    """The address of the repository that this copy was built from; empty if it names none."""
    try:
        urls = metadata.metadata("mnist-studio").get_all("Project-URL") or []
    except metadata.PackageNotFoundError:
        return ""
    homes = (url.partition(", ")[2] for url in urls if url.startswith("Homepage, "))
    home = next(homes, "").rstrip("/")
    return home if _REPOSITORY.fullmatch(home) else ""


def release_page(version: str) -> str:
    """The page of a version, for a browser."""
    return f"{repository()}/releases/tag/v{version}"


def known() -> Checked:
    """The result of the last request."""
    with suppress(OSError, msgspec.DecodeError, UnicodeError):
        return msgspec.json.decode(paths.newest_version_file().read_bytes(), type=Checked)
    return Checked()


def daily(is_cancelled: Callable[[], bool]) -> str:
    """The newest version for the window: from a request if the last one is a day ago.

    Without a connection, and after an invalid answer, it is what is known from before.

    Returns:
        A version that is newer than this copy; empty for none.
    """
    last = known()
    if not 0 <= time() - last.seconds < DAY:
        try:
            last = request(is_cancelled)
        except DownloadError as error:
            _LOG.info("%s", error)
    return last.version if is_newer(last.version) else ""


def request(is_cancelled: Callable[[], bool], patience: float = MOST_SECONDS) -> Checked:
    """Requests the newest version now, and stores it.

    Args:
        is_cancelled: called about twenty times per second.
        patience: seconds for the whole answer.

    Raises:
        DownloadError: this copy names no repository, or there is no valid answer.
    """
    home = repository()
    if not home:
        raise DownloadError(
            "This copy of MNIST Studio does not name its repository.",
            "Look for a newer version where you got it from.",
        )
    # Before the request: one that fails is not repeated at each start.
    _store(Checked(time(), known().version))
    content = _content(_ANSWERS + home.removeprefix(_HOST) + "/releases/latest",
                       is_cancelled, patience)  # fmt: skip
    checked = Checked(time(), version_in(content))
    _store(checked)
    return checked


def version_in(content: bytes) -> str:
    """The version that an answer names; empty if it is a draft or a pre-release.

    Raises:
        DownloadError: the answer does not describe a release.
    """
    try:
        release = msgspec.json.decode(content, type=_Release)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise DownloadError(
            "The answer does not describe a release.", "Try again later."
        ) from error
    final = _FINAL.fullmatch(release.tag_name)
    return final[1] if final and not release.prerelease and not release.draft else ""


def is_newer(version: str, present: str = __version__) -> bool:
    """Whether a final version follows the present one, which may be a pre-release."""
    if not version:
        return False
    numbers = _NUMBERS.match(present)
    own = numbers[0] if numbers else "0"
    final = own == present
    return _key(version) > _key(own) or (not final and _key(version) == _key(own))


def _key(version: str) -> tuple[int, ...]:
    """The numbers of a version; zeros at its end mean nothing."""
    numbers = [int(number) for number in version.split(".")]
    while numbers and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)


def _content(url: str, is_cancelled: Callable[[], bool], patience: float) -> bytes:
    end = monotonic() + patience
    received = bytearray()
    try:
        with fetch.reply(url, lambda: is_cancelled() or monotonic() > end, patience) as reply:
            for piece in reply.pieces:
                received += piece
                if len(received) > MOST_BYTES:
                    raise DownloadError("The answer is too large.", "Try again later.")
    except NetworkError as error:
        raise DownloadError(
            f"The newest version is unknown: {error.reason}.", "Try again later."
        ) from error
    except CancelledByUser as error:
        if is_cancelled():
            raise
        raise DownloadError(
            "The newest version is unknown: the server is too slow.", "Try again later."
        ) from error
    return bytes(received)


def _store(checked: Checked) -> None:
    # Without write access, the next start sends a request again.
    with suppress(DataError):
        files.write_bytes(paths.newest_version_file(), msgspec.json.encode(checked))
