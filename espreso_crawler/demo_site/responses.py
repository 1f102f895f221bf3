"""What the site answers and how the answer travels, before any byte is sent."""

from asyncio import Transport
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import NamedTuple

HTML = "text/html; charset=UTF-8"
XML = "text/xml; charset=UTF-8"
JSON = "application/json"
TEXT = "text/plain; charset=UTF-8"

Deliver = Callable[[Transport, bytes, bytes, Callable[[], None]], None]
"""Sends an answer: transport, head, body, and what to call once when the connection is free again or gone.

The head is the status line and the headers, each with its line end, without a length and the empty line.
"""


class Request(NamedTuple):
    """One HTTP request; `target` is path and query as sent, `host` the Host header."""

    method: str
    target: str
    host: str
    user_agent: str = ""
    accepts_gzip: bool = False
    body: bytes = b""
    if_none_match: str = ""

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        """What follows the question mark; empty without one."""
        return self.target.partition("?")[2]


@dataclass(frozen=True, slots=True)
class Response:
    """An answer; `headers` are those beyond the usual ones, `delay` the seconds before its first byte.

    `deliver` sends it in a way of its own, for sites that fail on purpose.
    """

    status: int
    body: bytes
    content_type: str = HTML
    headers: tuple[tuple[str, str], ...] = ()
    delay: float = 0.0
    deliver: Deliver | None = None

    @property
    def is_html(self) -> bool:
        """Whether the body is a page."""
        return self.content_type.startswith("text/html")


def moved_to(url: str, status: int = HTTPStatus.MOVED_PERMANENTLY) -> Response:
    """Return a redirect to an absolute URL."""
    return Response(status, b"", headers=(("Location", url),))
