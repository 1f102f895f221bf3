"""HTTP/1.1 on loopback for one site, on asyncio's own protocol: a site of the tests breaks connections.

Not on Twisted: it has one reactor per process, and a test's process needs that for the crawler under test.
"""

import asyncio
import gzip
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from ipaddress import ip_address

from espreso_crawler.demo_site.application import CONTROL, Application
from espreso_crawler.demo_site.responses import Request, Response

_END_OF_HEAD = b"\r\n\r\n"
_LONGEST_HEAD = 65_536


async def listening(application: Application, host: str = "127.0.0.1", port: int = 0) -> asyncio.Server:
    """Return a server that accepts connections on a loopback address; port 0 takes a free one.

    Raises `ValueError` for an address that other machines can reach.
    """
    if not ip_address(host).is_loopback:
        raise ValueError(f"the demo site listens on loopback only, not on {host}")
    return await asyncio.get_running_loop().create_server(lambda: Connection(application), host, port)


def url_of(server: asyncio.Server) -> str:
    """Return the URL of a listening server, without a slash at the end."""
    host, port = server.sockets[0].getsockname()[:2]
    return f"http://{host}:{port}"


class Connection(asyncio.Protocol):
    """One keep-alive connection; requests that arrive while one is being answered wait their turn."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._buffer = b""
        self._is_busy = False
        self._is_last = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]  # stream protocols get this kind

    def data_received(self, data: bytes) -> None:
        """Answer what has arrived whole."""
        self._buffer += data
        self._answer_waiting()

    def _answer_waiting(self) -> None:
        while not (self._is_busy or self._is_last or self._transport.is_closing()):
            request = self._next_request()
            if request is None:
                return
            self._answer(request)

    def _next_request(self) -> Request | None:
        head, end, rest = self._buffer.partition(_END_OF_HEAD)
        if not end:
            if len(head) > _LONGEST_HEAD:
                self._transport.abort()
            return None
        line, *rows = head.decode("latin-1").split("\r\n")
        headers = dict(_header(row) for row in rows)
        length = int(headers.get("content-length", "0"))
        if len(rest) < length:
            return None
        self._buffer = rest[length:]
        self._is_last = headers.get("connection", "").lower() == "close"
        method, _, target = line.rpartition(" ")[0].partition(" ")
        return Request(
            method,
            _origin_form(target),
            headers.get("host", ""),
            headers.get("user-agent", ""),
            "gzip" in headers.get("accept-encoding", ""),
            rest[:length],
            headers.get("if-none-match", ""),
        )

    def _answer(self, request: Request) -> None:
        self._is_busy = True
        self._application.in_flight += 1
        response = self._application.response(request)
        is_control = request.target.startswith(CONTROL)
        delay = response.delay + (0 if is_control else self._application.site.latency)
        if delay:
            asyncio.get_running_loop().call_later(delay, self._send, request, response)
        else:
            self._send(request, response)

    def _send(self, request: Request, response: Response) -> None:
        if self._transport.is_closing():  # who asked is gone
            self._done()
            return
        site = self._application.site
        body, headers = response.body, list(response.headers)
        if site.options.is_compressed and request.accepts_gzip:
            body = gzip.compress(body, compresslevel=1, mtime=0)
            headers += [("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding")]
        if self._is_last:
            headers.append(("Connection", "close"))
        head = _head(response.status, response.content_type, site.minute, tuple(headers))
        if request.method == "HEAD":
            self._transport.write(b"%bContent-Length: %d\r\n\r\n" % (head, len(body)))
            self._done()
        elif response.deliver:
            response.deliver(self._transport, head, body, self._done)
        else:
            self._transport.writelines([b"%bContent-Length: %d\r\n\r\n" % (head, len(body)), body])
            self._done()

    def _done(self) -> None:
        self._application.in_flight -= 1
        self._is_busy = False
        if self._is_last:
            self._transport.close()
        elif self._buffer:
            asyncio.get_running_loop().call_soon(self._answer_waiting)


@lru_cache(maxsize=64)
def _head(status: int, content_type: str, minute: int, headers: tuple[tuple[str, str], ...]) -> bytes:
    try:
        reason = HTTPStatus(status).phrase
    except ValueError:
        reason = "Unknown"
    rows = [
        f"HTTP/1.1 {status} {reason}",
        f"Date: {formatdate(minute * 60, usegmt=True)}",
        "Server: cloudflare",
        f"Content-Type: {content_type}",
        *(f"{name}: {value}" for name, value in headers),
    ]
    return "".join(f"{row}\r\n" for row in rows).encode("latin-1")


def _header(row: str) -> tuple[str, str]:
    name, _, value = row.partition(":")
    return name.lower(), value.strip()


def _origin_form(target: str) -> str:
    """Return path and query of a target; a client that takes the site for its proxy sends a whole URL."""
    if target.startswith("/"):
        return target
    return "/" + target.partition("://")[2].partition("/")[2]
