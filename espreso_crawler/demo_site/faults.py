"""Faults for chaos and manners tests: which requests are hit, decided by the seed, and what hits them."""

import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from email.utils import formatdate
from fnmatch import fnmatchcase
from typing import Literal
from zlib import crc32

from espreso_crawler.demo_site.chance import mixed
from espreso_crawler.demo_site.error_pages import challenge_page, error_page
from espreso_crawler.demo_site.responses import Delivery, Response

FaultKind = Literal[
    "status",
    "hang",
    "reset",
    "short",
    "chunked_cut",
    "cut",
    "empty",
    "wrong_charset",
    "wrong_bytes",
    "nonsense",
    "challenge",
    "error_page",
    "redirect",
    "redirect_loop",
    "slow",
    "delay",
]

_CERTAIN = 1 << 32
_HALF = 2


@dataclass(frozen=True)
class Fault:
    """One kind of fault and the requests it hits.

    `path` is a shell pattern for path and query (`/news*`); of the requests it fits, those after the first `after`
    are hit with `probability`, at most `times` of them. What else a kind reads:

    - `status`: answers `status`, with `retry_after` seconds in a Retry-After header, as a date with `is_date`
    - `hang`: accepts, sends nothing, closes after `seconds`; `reset`: breaks the connection
    - `short`, `chunked_cut`: half of the promised body; `cut`: a well-formed answer whose page ends in the middle
    - `empty`: 200 without a body; `wrong_charset`: a header that lies; `wrong_bytes`: bytes that do
    - `nonsense`: `size` bytes that mean nothing
    - `challenge`: a Cloudflare-like page with `status`; `error_page`: an error page with 200
    - `redirect`: to `location`; `redirect_loop`: to the same path for ever
    - `slow`: `size` bytes every `seconds`; `delay`: the right answer after `seconds`
    """

    kind: FaultKind
    path: str = "*"
    probability: float = 1.0
    after: int = 0
    times: int | None = None
    status: int = 503
    retry_after: int | None = None
    is_date: bool = False
    seconds: float = 30.0
    size: int = 5_000_000
    location: str = "http://127.0.0.9:9/elsewhere"


class FaultPlan:
    """The faults in force; counts what they have hit. The same requests meet the same faults in whatever order."""

    def __init__(self, seed: int, faults: Iterable[Fault] = ()) -> None:
        self._seed = seed
        self.replace(faults)

    def replace(self, faults: Iterable[Fault]) -> None:
        """Put other faults in force and start counting anew."""
        self.faults = tuple(faults)
        self._seen: Counter[tuple[int, str]] = Counter()
        self._fits: Counter[int] = Counter()
        self._hits: Counter[int] = Counter()

    def hit(self, target: str) -> Fault | None:
        """Return the fault that hits this request, the first in the list that does; None for a lucky one."""
        return next((fault for place, fault in enumerate(self.faults) if self._is_hit(place, fault, target)), None)

    def _is_hit(self, place: int, fault: Fault, target: str) -> bool:
        if not fnmatchcase(target, fault.path):
            return False
        self._fits[place] += 1
        self._seen[place, target] += 1
        if self._fits[place] <= fault.after or self._hits[place] == fault.times:
            return False
        # By target and its count, not by order of arrival: concurrent crawls meet the same faults.
        drawn = mixed(self._seed, place, crc32(target.encode()), self._seen[place, target]) % _CERTAIN
        is_hit = drawn < fault.probability * _CERTAIN
        self._hits[place] += is_hit
        return is_hit


def spoiled(fault: Fault, target: str, answer: Callable[[], Response], seed: int) -> Response:
    """Return what a hit request gets; `answer` makes the right response, for the faults that damage one."""
    if fault.kind in {"status", "challenge", "error_page", "redirect", "redirect_loop", "empty", "nonsense"}:
        return _instead(fault, target, seed)
    if fault.kind == "hang":
        return Response(200, b"", delivery=Delivery("hang", fault.seconds))
    response = answer()
    if fault.kind == "delay":
        return replace(response, delay=response.delay + fault.seconds)
    if fault.kind == "cut":
        return replace(response, body=response.body[: len(response.body) // _HALF])
    if fault.kind == "wrong_charset":
        return replace(response, content_type="text/html; charset=windows-1251")
    if fault.kind == "wrong_bytes":
        return replace(response, body=response.body.decode().encode("windows-1251", "replace"))
    if fault.kind == "slow":
        return replace(response, delivery=Delivery("slow", fault.seconds, fault.size))
    way = {"reset": "reset", "short": "short"}.get(fault.kind, "chunked_cut")
    return replace(response, delivery=Delivery(way))  # type: ignore[arg-type]  # one of Way's names


def _instead(fault: Fault, target: str, seed: int) -> Response:
    if fault.kind == "challenge":
        return Response(fault.status, challenge_page(), headers=(("cf-mitigated", "challenge"),))
    if fault.kind == "error_page":
        return Response(200, error_page())
    if fault.kind == "redirect":
        return Response(302, b"", headers=(("Location", fault.location),))
    if fault.kind == "redirect_loop":
        return Response(302, b"", headers=(("Location", target),))
    if fault.kind == "nonsense":
        word = mixed(seed, crc32(target.encode())).to_bytes(8, "big")
        return Response(200, (word * (fault.size // len(word) + 1))[: fault.size])
    if fault.kind == "empty":
        return Response(200, b"")
    return Response(fault.status, error_page(), headers=_retry_after(fault))


def _retry_after(fault: Fault) -> tuple[tuple[str, str], ...]:
    if fault.retry_after is None:
        return ()
    # A date that a client compares with its own clock must come from the real one.
    value = formatdate(time.time() + fault.retry_after, usegmt=True) if fault.is_date else str(fault.retry_after)
    return (("Retry-After", value),)
