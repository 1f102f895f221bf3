"""Observations added up: what a run saw of an edition, and what earlier runs take for usual."""

import math
from collections import Counter
from collections.abc import Iterable
from typing import Any, Self

from espreso_crawler.monitors.observations import MEASURED, RENAMED, Observation


class Tally:
    """Counts over rows; two are added by `add`."""

    def __init__(self) -> None:
        self.rows = 0
        self.flaws: Counter[str] = Counter()
        """By name: rows that lack an expectation, and rows with a doubt that a person has dispelled."""
        self.silent: Counter[str] = Counter()
        self.lengths: dict[str, list[float]] = {name: [0, 0.0] for name in MEASURED}
        """By field: number of texts, sum of the logarithms of their lengths."""
        self.feeds = 0
        self.feed_flaws: Counter[str] = Counter()
        """By the name of a finding: pages whose feed had it."""

    @classmethod
    def of(cls, observations: Iterable[Observation]) -> Self:
        """Return the counts of some rows."""
        tally = cls()
        for each in observations:
            tally.rows += 1
            if each.flaws:
                tally.flaws.update(each.flaws)
            if each.doubts:
                tally.flaws.update(each.doubts)
            if each.silent:
                tally.silent.update(each.silent)
            # Not strict: rows that wait may be of a version that measured fewer fields.
            for name, length in zip(MEASURED, each.lengths, strict=False):
                if length:
                    tally.lengths[name][0] += 1
                    tally.lengths[name][1] += math.log(length)
        return tally

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> Self:
        """Return what `document` gave, also in an earlier version, which knew less."""
        tally = cls()
        tally.rows = document["rows"]
        for name, count in document.get("flaws", {}).items():
            tally.flaws[RENAMED.get(name, name)] += count
        tally.silent.update(document.get("silent", {}))
        tally.lengths |= {name: counts for name, counts in document.get("lengths", {}).items() if name in MEASURED}
        tally.feeds = document.get("feeds", 0)
        tally.feed_flaws.update(document.get("feed_flaws", {}))
        return tally

    def document(self) -> dict[str, Any]:
        """Return the counts as the ledger keeps them."""
        return {
            "rows": self.rows,
            "flaws": dict(self.flaws),
            "silent": dict(self.silent),
            "lengths": self.lengths,
            "feeds": self.feeds,
            "feed_flaws": dict(self.feed_flaws),
        }

    def add(self, other: "Tally") -> None:
        """Add another tally's counts."""
        self.rows += other.rows
        self.flaws.update(other.flaws)
        self.silent.update(other.silent)
        self.feeds += other.feeds
        self.feed_flaws.update(other.feed_flaws)
        for name, (count, total) in other.lengths.items():
            if name in self.lengths:
                self.lengths[name][0] += count
                self.lengths[name][1] += total

    def told(self, name: str) -> int:
        """Return how many rows say something about an expectation."""
        return self.rows - self.silent[name]

    def met(self, name: str) -> int:
        """Return how many rows meet an expectation."""
        return self.told(name) - self.flaws[name]

    def typical(self, name: str) -> float | None:
        """Return the typical length of a field's texts, as their geometric mean."""
        count, total = self.lengths[name]
        return math.exp(total / count) if count else None


def added(*tallies: Tally) -> Tally:
    """Return the sum of tallies."""
    total = Tally()
    for tally in tallies:
        total.add(tally)
    return total
