"""What a survey fetched of one edition; plain data."""

from dataclasses import dataclass, field
from typing import Literal

from espreso_crawler.items import FeedSighting
from espreso_crawler.reading import Served

Kind = Literal["robots", "reservations", "start", "rss", "sitemap", "child", "archive", "article"]


@dataclass(slots=True)
class Capture:
    """One request and its answer."""

    kind: Kind
    url: str
    body: bytes = b""
    served: Served | None = None
    problem: str | None = None
    """Why there is no answer that can be used; None for a good one."""
    sighting: FeedSighting | None = None
    """Of an article: its entry in the feed that led to it."""


@dataclass(slots=True)
class Captures:
    """All that was fetched of one edition."""

    start: str
    """Address that it began with."""
    all: list[Capture] = field(default_factory=list)

    def one(self, kind: Kind) -> Capture | None:
        """Return the last capture of a kind."""
        return next((each for each in reversed(self.all) if each.kind == kind), None)

    def articles(self) -> list[Capture]:
        """Return the captures of articles, in the order in which they were chosen."""
        return [each for each in self.all if each.kind == "article"]
