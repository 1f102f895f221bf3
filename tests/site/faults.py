"""Faults for chaos and manners tests: the kinds, and which requests they hit by the seed."""

from asyncio import Transport
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import partial
from typing import Literal, get_args
from zlib import crc32

from espreso_crawler.demo_site.chance import mixed
from tests.site.delivery import send_whole
from tests.site.hostile import Trick

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
    "hold",
    "gzip_bomb",
    "flood",
    "header_flood",
    "trick",
]

_CERTAIN = 1 << 32


@dataclass(frozen=True)
class Fault:
    """One kind of fault and the requests it hits.

    `path` is a shell pattern for path and query (`/news*`); of the requests it fits, those after the first
    `after` are hit with `probability`, at most `times` of them. What else a kind reads:

    - `status`: answers `status`, with `retry_after` seconds in a Retry-After header, as a date with `is_date`
    - `hang`: accepts, sends nothing, closes after `seconds`; `reset`: breaks the connection
    - `short`, `chunked_cut`: half of the promised body; `cut`: a complete answer with half a page
    - `empty`: 200 without a body; `wrong_charset`: a header that lies; `wrong_bytes`: bytes that do
    - `nonsense`: `size` bytes that mean nothing
    - `challenge`: a Cloudflare-like page with `status`; `error_page`: an error page with 200
    - `redirect`: to `location`; `redirect_loop`: to the same path for ever
    - `slow`: `size` bytes every `seconds`; `delay`: the right answer after `seconds`
    - `hold`: the right answer, when other faults (or none) are put in force
    - `gzip_bomb`: a megabyte that unpacks to a gigabyte
    - `flood`, `header_flood`: `size` bytes of a body without a promised length, or of headers, as fast as they go
    - `trick`: the right page with a `trick` of `hostile.py` in it
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
    trick: Trick = "deep"

    def __post_init__(self) -> None:
        """Raise `ValueError` for an unknown kind, before a request meets it."""
        if self.kind not in get_args(FaultKind):
            raise ValueError(f"unknown fault {self.kind!r}: one of {', '.join(get_args(FaultKind))}")


class FaultPlan:
    """The faults in force, and what they have hit; the same requests meet the same faults in any order."""

    def __init__(self, seed: int, faults: Iterable[Fault] = ()) -> None:
        self._seed = seed
        self._turn = 0
        self._kept = list[Callable[[], None]]()
        self.replace(faults)

    def replace(self, faults: Iterable[Fault]) -> None:
        """Put other faults in force and start counting anew, with other luck; what `keep` has kept is sent."""
        self.faults = tuple(faults)
        self._turn += 1
        self._seen: Counter[tuple[int, str]] = Counter()
        self._fits: Counter[int] = Counter()
        self._hits: Counter[int] = Counter()
        kept, self._kept = self._kept, []
        for send in kept:
            send()

    def keep(self, transport: Transport, head: bytes, body: bytes, done: Callable[[], None]) -> None:
        """Deliver an answer later, with the next `replace`: so a crawl is under way as long as a test needs."""
        self._kept.append(partial(send_whole, transport, head, body, done))

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
        drawn = mixed(self._seed, self._turn, place, crc32(target.encode()), self._seen[place, target]) % _CERTAIN
        is_hit = drawn < fault.probability * _CERTAIN
        self._hits[place] += is_hit
        return is_hit
