"""What the site answers and how the answer travels, before any byte is sent."""

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Literal, NamedTuple

HTML = "text/html; charset=UTF-8"
XML = "text/xml; charset=UTF-8"
JSON = "application/json"
TEXT = "text/plain; charset=UTF-8"

Way = Literal["whole", "hang", "reset", "short", "chunked_cut", "slow", "flood", "header_flood"]


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


class Delivery(NamedTuple):
    """How an answer travels.

    `hang` sends nothing for `seconds` and closes; `reset` breaks the connection; `short` stops at half of the
    promised length; `chunked_cut` at half without the last chunk; `slow` sends `piece` bytes every `seconds`;
    `flood` and `header_flood` send `piece` bytes that nobody asked for.
    """

    way: Way = "whole"
    seconds: float = 0.0
    piece: int = 0


@dataclass(frozen=True, slots=True)
class Response:
    """An answer; `headers` are those beyond the usual ones, `delay` the seconds before its first byte."""

    status: int
    body: bytes
    content_type: str = HTML
    headers: tuple[tuple[str, str], ...] = ()
    delivery: Delivery = field(default=Delivery())
    delay: float = 0.0

    @property
    def is_html(self) -> bool:
        """Whether the body is a page."""
        return self.content_type.startswith("text/html")


def moved_to(url: str, status: int = HTTPStatus.MOVED_PERMANENTLY) -> Response:
    """Return a redirect to an absolute URL."""
    return Response(status, b"", headers=(("Location", url),))
