"""What is kept of a page for the judge: what makes a row doubtful, what it does not show, how long its texts are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Self

import orjson

from espreso_crawler.items import TEXTS, Article
from espreso_crawler.monitors.evidence import DOUBT_BY_NAME, Row, doubts
from espreso_crawler.monitors.expectations import BY_NAME, EXPECTATIONS

MEASURED = TEXTS
"""Fields whose length is watched."""
RENAMED = {
    "body_certain": "body_guessed",
    "date_uncontested": "date_contradicted",
    "date_plausible": "date_after_feed",
}
"""What ledgers of the first version call some doubts; they keep them among the flaws."""


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
    doubts: tuple[str, ...] = ()
    """Why it is doubtful by itself: names of `evidence.DOUBTS`."""

    def to_json(self) -> bytes:
        """Return it as the ledger keeps it."""
        return orjson.dumps(self)

    @classmethod
    def from_json(cls, text: bytes) -> Self:
        """Return what `to_json` wrote, also in an earlier version; names that are not known any more are left out."""
        raw = orjson.loads(text)
        doubts = [RENAMED.get(name, name) for name in (*raw.get("doubts", ()), *raw["flaws"])]
        return cls(
            raw["edition"],
            tuple(name for name in raw["flaws"] if name in BY_NAME),
            tuple(name for name in raw["silent"] if name in BY_NAME),
            tuple(raw["lengths"]),
            tuple(name for name in doubts if name in DOUBT_BY_NAME),
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


def observed(article: Article, entry_url: str | None = None) -> Observation:
    """Return what is kept of an article; `entry_url` is the canonical address of the entry it was fetched for."""
    by = {each.field: each for each in article.provenance}
    flaws, silent = [], []
    for expectation in EXPECTATIONS:
        met = expectation.meets(article, by)
        if met is None:
            silent.append(expectation.name)
        elif not met:
            flaws.append(expectation.name)
    lengths = tuple(len(getattr(article, name) or "") for name in MEASURED)
    return Observation(article.edition or "", tuple(flaws), tuple(silent), lengths, doubts(Row(article, by, entry_url)))
