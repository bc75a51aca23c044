"""Why a download failed, as a sentence that blames the server, the proxy, or the network."""

import errno
import re
import socket
import ssl
from dataclasses import dataclass
from http.client import BadStatusLine, IncompleteRead, InvalidURL
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from mnist_studio.errors import DownloadError
from mnist_studio.formatting import count

OTHERWISE = "import a folder with the files, or use the built-in dataset."
_LATER = f"Try again later, {OTHERWISE}"
_NETWORK = f"Check the network connection, {OTHERWISE}"
_TUNNEL = re.compile(r"Tunnel connection failed: (\d{3})")
_UNREACHABLE = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN}
_MOST_SECONDS = 7 * 24 * 3600

_DATES = {9, 10}
_NAMES = {62, 64}
"""Codes of OpenSSL (``X509_V_ERR_*``): not yet valid, expired; another host, another address."""


class Redirected(URLError):
    """A redirect that is not followed; its reason is the end of a sentence about the host."""


class Cut(OSError):
    """A connection that ended before the whole content came."""

    def __init__(self, received: int, expected: int) -> None:
        super().__init__(f"cut after {count(received)} of {count(expected)} bytes")


class NetworkError(DownloadError):
    """A download that failed on its way.

    Attributes:
        reason: what happened, without an end of sentence.
        resumable: the rest of the content may come from the same server.
    """

    def __init__(self, reason: str, remedy: str, resumable: bool = False) -> None:
        super().__init__(f"The download failed: {reason}.", remedy)
        self.reason = reason
        self.resumable = resumable


@dataclass(frozen=True)
class Way:
    """The way to a server.

    Attributes:
        host: of the server that answered last, with its port if it is unusual.
        origin: of the server that redirected to it; empty if there was no redirect.
        proxy: between, without its password; empty for none.
        variable: the environment variable that usually names the proxy.
    """

    host: str
    origin: str
    proxy: str
    variable: str

    @property
    def server(self) -> str:
        """The server, and who sent us there."""
        return f"{self.host}, to which {self.origin} redirects," if self.origin else self.host


def way_to(urls: list[str]) -> Way:
    """The way to the last of the addresses, which were redirected one to the next."""
    first, last = (_host(url) for url in (urls[0], urls[-1]))
    scheme = urls[-1].partition(":")[0]
    proxy = "" if proxy_bypass(last) else getproxies().get(scheme, "")
    origin = first if first != last else ""
    return Way(last, origin, _host(proxy) if proxy else "", f"{scheme.upper()}_PROXY")


def explained(error: Exception, way: Way) -> NetworkError:
    """The reason for a failed download, and what to do."""
    if isinstance(error, Redirected):
        return NetworkError(f"{way.host} {error.reason}", _LATER)
    if isinstance(error, HTTPError):
        return _status(error.code, error.headers.get("Retry-After", ""), way)
    reason = error.reason if isinstance(error, URLError) else error
    if tunnel := _TUNNEL.search(str(reason)):
        return _proxy_status(int(tunnel[1]), way)
    if isinstance(reason, ssl.SSLError):
        return _secure(reason, way)
    return _connection(reason, way)


def _status(code: int, retry_after: str, way: Way) -> NetworkError:
    status = f"(HTTP status {code})"
    if code == 407:
        return _proxy_status(code, way)
    if code == 429:
        wait = (
            f"Wait {count(int(retry_after))} seconds" if _is_wait(retry_after) else "Wait a while"
        )
        remedy = f"{wait} and try again, {OTHERWISE}"
        return NetworkError(f"{way.server} received too many requests {status}", remedy)
    if code == 511:
        reason = f"this network asks you to sign in first {status}"
        return NetworkError(reason, f"Sign in with a browser, {OTHERWISE}")
    if 300 <= code < 400:
        return NetworkError(
            f"{way.server} redirects to an address that is not valid {status}", _LATER
        )
    if code >= 500:
        return NetworkError(
            f"{way.server} is overloaded or under maintenance {status}{_via(way)}", _LATER
        )
    if code in (401, 403, 451):
        reason = f"{way.server} refuses to send the file {status}{_via(way)}"
        return NetworkError(reason, f"Try another network, {OTHERWISE}")
    return NetworkError(f"{way.server} does not have the file {status}", _LATER)


def _is_wait(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 9 and int(text) <= _MOST_SECONDS


def _via(way: Way) -> str:
    return f" through the proxy {way.proxy}" if way.proxy else ""


def _proxy_status(code: int, way: Way) -> NetworkError:
    proxy, status = f"the proxy {way.proxy or 'of this network'}", f"(HTTP status {code})"
    if code == 407:
        remedy = (
            f"Set {way.variable} to http://USER:PASSWORD@{way.proxy or 'HOST:PORT'}, {OTHERWISE}"
        )
        return NetworkError(f"{proxy} asks for a user name and a password {status}", remedy)
    if code < 500:
        remedy = f"Ask the administrator of the proxy to allow {way.host}, {OTHERWISE}"
        return NetworkError(f"{proxy} does not allow a connection to {way.server} {status}", remedy)
    return NetworkError(f"{proxy} cannot connect to {way.server} {status}", _LATER)


def _secure(error: ssl.SSLError, way: Way) -> NetworkError:
    if not isinstance(error, ssl.SSLCertVerificationError):
        why = error.reason or error
        reason = f"a secure connection to {way.server} could not be established ({why})"
        return NetworkError(reason, f"{_trust(way)}, {OTHERWISE}")
    code = error.verify_code
    if code in _DATES:
        reason = f"the certificate of {way.server} is not valid today"
        return NetworkError(reason, f"Check the date of this computer, {OTHERWISE}")
    if code in _NAMES:
        reason = f"the certificate of {way.server} belongs to another name"
    else:
        reason = f"the certificate of {way.server} is not trusted ({error.verify_message})"
    return NetworkError(reason, f"{_trust(way)}, {OTHERWISE}")


def _trust(way: Way) -> str:
    inspector = f"the proxy {way.proxy}" if way.proxy else "your network or security software"
    return f"If {inspector} inspects traffic, install its certificate in the system"


def _connection(reason: object, way: Way) -> NetworkError:
    """The network, the proxy, or the server, before there was an HTTP status."""
    to = f"the proxy {way.proxy}" if way.proxy else way.server
    remedy = f"Correct or unset {way.variable}, {OTHERWISE}" if way.proxy else _NETWORK
    offline = "" if way.proxy else ", so you may be offline"
    match reason:
        case socket.gaierror():
            return NetworkError(f"{to} cannot be found{offline}", remedy)
        case Cut() | IncompleteRead() | ConnectionResetError() | ConnectionAbortedError():
            cut = str(reason) if isinstance(reason, Cut) else "cut"
            return NetworkError(f"the connection to {way.server} was {cut}", _NETWORK, True)
        case BadStatusLine():
            return NetworkError(f"{to} does not respond like a web server", remedy)
        case InvalidURL() | ValueError():
            return NetworkError(f"the address of {to} is not valid ({_plain(reason)})", remedy)
        case TimeoutError():
            return NetworkError(f"{to} does not respond", remedy)
        case ConnectionRefusedError():
            return NetworkError(f"the connection to {to} was refused", remedy)
        case OSError(errno=number) if number in _UNREACHABLE:
            return NetworkError(f"there is no route to {to}{offline}", remedy)
        case _:
            return NetworkError(f"the connection to {to} failed ({_plain(reason)})", remedy)


def _plain(reason: object) -> str:
    text = str(reason) or type(reason).__name__
    return "".join(sign if sign.isprintable() else " " for sign in text[:200])


def _host(url: str) -> str:
    """Host and port of an address, without user and password; the address if it has none."""
    try:
        parts = urlsplit(url if "//" in url else f"//{url}")
        port = f":{parts.port}" if parts.port else ""
        return f"{parts.hostname}{port}" if parts.hostname else _plain(url)
    except ValueError:
        return _plain(url.rpartition("@")[2])
