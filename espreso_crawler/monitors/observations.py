"""What is kept of a page for the judge: which expectations a row does not meet, and how long its texts are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Self

import orjson

from espreso_crawler.items import Article
from espreso_crawler.monitors.expectations import BY_NAME, EXPECTATIONS

MEASURED = ("headline", "description", "article_body")
"""Fields whose length is watched."""


@dataclass(frozen=True, slots=True)
class Observation:
    """One row, as the judge sees it."""

    edition: str
    flaws: tuple[str, ...] = ()
    """Expectations that it does not meet."""
    silent: tuple[str, ...] = ()
    """Expectations that it says nothing about."""
    lengths: tuple[int, ...] = ()
    """Characters of each field in `MEASURED`; 0 for an absent one."""

    def to_json(self) -> bytes:
        """Return it as the ledger keeps it."""
        return orjson.dumps(self)

    @classmethod
    def from_json(cls, text: bytes) -> Self:
        """Return what `to_json` wrote; expectations that this program does not know any more are left out."""
        raw = orjson.loads(text)
        return cls(
            raw["edition"],
            tuple(name for name in raw["flaws"] if name in BY_NAME),
            tuple(name for name in raw["silent"] if name in BY_NAME),
            tuple(raw["lengths"]),
        )


@dataclass(frozen=True, slots=True)
class FeedObservation:
    """One page's feed, as the judge sees it."""

    edition: str
    is_known_markup: bool
    times: Sequence[datetime | None]
    """Of its entries, from the top."""
    without_headline: int
    wrong_weekdays: int

    def disorder(self) -> int:
        """Return how many entries are newer than the one above them."""
        known = [time for time in self.times if time]
        return sum(below > above for above, below in pairwise(known))


def observed(article: Article) -> Observation:
    """Return what is kept of an article."""
    by = {each.field: each for each in article.provenance}
    flaws, silent = [], []
    for expectation in EXPECTATIONS:
        met = expectation.meets(article, by)
        if met is None:
            silent.append(expectation.name)
        elif not met:
            flaws.append(expectation.name)
    lengths = tuple(len(getattr(article, name) or "") for name in MEASURED)
    return Observation(article.edition or "", tuple(flaws), tuple(silent), lengths)
