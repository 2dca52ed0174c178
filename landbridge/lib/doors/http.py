"""Requests to addresses that strangers named: to the open Internet only, never to this host or its neighbours.

The name is resolved once, every address that it has is checked, and the connection goes to an address that was
checked: a name that means something else a moment later (DNS rebinding) leads nowhere. Redirects are not followed.
Time and bytes are bounded as a whole, so that nobody can hold a thread by answering a byte at a time.
"""

import http.client
import socket
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from threading import Timer
from typing import Final
from urllib.parse import SplitResult, urlsplit

Networks = Sequence[IPv4Network | IPv6Network]
SECONDS: Final = 10.0
MOST_BYTES: Final = 64 * 1024
"""Of an answer; what is longer is cut."""
LONGEST: Final = 500
_PORTS: Final = {"https": 443, "http": 80}
_NAT64: Final = ip_network("64:ff9b::/96")
_HOSTS_OF_CLOUDS: Final = frozenset({"168.63.129.16"})
"""Public in form, and yet a door to the machine that a node runs on."""
_WITHIN: Final = tuple(
    map(
        ip_network,
        (
            "192.0.0.0/24",
            "192.88.99.0/24",
            "fec0::/10",
            "::/96",
            "64:ff9b:1::/48",
            "100::/64",
            "2001:db8::/32",
            "3fff::/20",
        ),
    )
)
"""What `ipaddress` does not call private everywhere, and is not the open Internet."""


class Unsafe(ValueError):
    """The address leads, or may lead, to this host or its neighbours, or is no address for a program."""


class Failed(OSError):
    """Nobody answered, or not as HTTP does; the message says how far it came."""


@dataclass(frozen=True)
class Answer:
    """What came back: the status, and the beginning of the body."""

    status: int
    body: bytes


@dataclass(frozen=True)
class Target:
    """An address taken apart, before its name is resolved."""

    scheme: str
    host: str
    port: int
    path: str


def target(url: str, *, local: bool = False) -> Target:
    """The address, when a program may be asked to call it. `local` allows plain HTTP as well.

    Raises:
        Unsafe: with a sentence that can be shown to who typed it.
    """
    if len(url) > LONGEST or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise Unsafe("Write a plain address of at most 500 characters, without spaces or letters beyond ASCII.")
    parts, port = _parts(url)
    if parts.scheme not in (("https", "http") if local else ("https",)):
        raise Unsafe("The address must begin with https://.")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise Unsafe("The address must not have a user name, a password or a fragment.")
    host = (parts.hostname or "").rstrip(".")
    if not host or "%" in host:
        raise Unsafe("The address names no host.")
    if port not in _PORTS.values() and port < 1024:
        raise Unsafe("Use port 443, or one from 1024 on.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port, path)


def _parts(url: str) -> tuple[SplitResult, int]:
    try:
        parts = urlsplit(url)
        return parts, parts.port or _PORTS.get(parts.scheme, 443)
    except ValueError:
        raise Unsafe("This is not an address.") from None


def is_open(address: str) -> bool:
    """Whether an IP address lies in the open Internet, also where one kind of address is hidden inside another."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    inside = list(_inside(found))
    stands_for = found in _NAT64 or (isinstance(found, IPv6Address) and found.ipv4_mapped is not None)
    return all(_is_open(one) for one in (inside if stands_for else [found, *inside]))


def _is_open(one: IPv4Address | IPv6Address) -> bool:
    if one.is_multicast or one.is_reserved or one.is_unspecified or one.is_loopback or one.is_link_local:
        return False
    if any(one in network for network in _WITHIN if network.version == one.version):
        return False
    return one.is_global and str(one) not in _HOSTS_OF_CLOUDS


def _inside(one: IPv4Address | IPv6Address) -> Iterator[IPv4Address]:
    """The IPv4 addresses that an IPv6 one stands for: mapped, 6to4, Teredo, NAT64."""
    if isinstance(one, IPv4Address):
        return
    teredo = one.teredo or ()
    translated = IPv4Address(int(one) & 0xFFFFFFFF) if one in _NAT64 else None
    yield from (found for found in (one.ipv4_mapped, one.sixtofour, translated, *teredo) if found is not None)


def resolve(to: Target, *, local: bool = False, neighbours: Networks = ()) -> list[str]:
    """The addresses behind the name, all of them checked. `local` lets loopback through, for a receiver next door;
    `neighbours` are the networks beyond the open Internet that the operator lets this node call.

    Raises:
        Unsafe: one of them is not in the open Internet.
        Failed: the name is not known.
    """
    try:
        found = socket.getaddrinfo(to.host, to.port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    except (OSError, UnicodeError):
        raise Failed("The name of the host is not known.") from None
    addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
    for address in addresses:
        if not is_open(address) and not _is_let_through(address, local, neighbours):
            raise Unsafe("The address leads to a host that is not in the open Internet.")
    if not addresses:
        raise Failed("The name of the host is not known.")
    return addresses


def _is_let_through(address: str, local: bool, neighbours: Networks) -> bool:
    found = ip_address(address.partition("%")[0])
    return (local and found.is_loopback) or any(
        found in network for network in neighbours if network.version == found.version
    )


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


class Connection(http.client.HTTPConnection):
    """A connection to an address that was checked, under the name that was asked for."""

    def __init__(self, to: Target, address: str, seconds: float) -> None:
        super().__init__(to.host, to.port, timeout=seconds)
        self.to, self.address = to, address
        self.line: socket.socket | None = None
        """The socket, also once `http.client` has handed it on to the answer and let go of it."""

    def connect(self) -> None:
        plain = socket.create_connection((self.address, self.to.port), self.timeout)
        self.sock = plain
        if self.to.scheme == "https":
            self.sock = _tls().wrap_socket(plain, server_hostname=self.to.host)
        self.line = self.sock


def post(
    url: str, body: bytes, headers: Mapping[str, str], *, local: bool = False, seconds: float = SECONDS,
    method: str = "POST",
) -> Answer:  # fmt: skip
    """Send the body and read the status with the beginning of the answer.

    Raises:
        Unsafe: the address is none that may be called.
        Failed: nobody answered in time, or not as HTTP does.
    """
    to = target(url, local=local)
    address = resolve(to, local=local)[0]
    with closing(Connection(to, address, seconds)) as connection, ended_after(connection, seconds):
        try:
            connection.request(method, to.path, body, dict(headers))
            response = connection.getresponse()
            return Answer(response.status, response.read(MOST_BYTES))
        except ssl.SSLError as error:
            raise Failed(f"No secure connection: {(error.reason or 'TLS failed')[:80]}") from None
        except TimeoutError:
            raise Failed(f"No answer within {seconds:g} seconds.") from None
        except http.client.HTTPException as error:
            raise Failed(f"The answer is not HTTP: {type(error).__name__}") from None
        except (OSError, ValueError, AttributeError) as error:  # AttributeError: cut off while it was reading.
            raise Failed(f"No connection: {getattr(error, 'strerror', None) or type(error).__name__}"[:120]) from None


@contextmanager
def ended_after(connection: Connection, seconds: float) -> Iterator[None]:
    """The time limit of a socket counts anew with each byte; this one counts for all of them together."""
    timer = Timer(seconds, _cut, [connection])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _cut(connection: Connection) -> None:
    with suppress(OSError, AttributeError):
        line = connection.line or connection.sock
        line.shutdown(socket.SHUT_RDWR)
