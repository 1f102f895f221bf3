"""What of a page the ledger knew before: by that a walk tells that it meets what an earlier one read."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from espreso_crawler.pages import FeedEntry
from espreso_crawler.spiders.chain import Shown

Known = Mapping[str, datetime | None]
"""Entries that the ledger knew before a page was read, by address: their time, None where it is unknown."""
KnownTimes = Callable[[Collection[str]], Sequence[datetime]]
"""Returns the times that the ledger knows of entries by now, by their addresses."""


@dataclass(slots=True)
class Untimed:
    """Archive pages that print no times."""

    known_times: KnownTimes
    pages: list[tuple[str, ...]] = field(default_factory=list)
    """Addresses on those below the last one whose time became known."""

    def lowest(self, shown: Shown) -> datetime | None:
        """Return how far down they lead, this one the last, by the articles on them that were fetched meanwhile.

        To the newest of a page's known times: an update moves an entry up, while its article stays as old as it is, so
        no entry stands lower than its article's time says.
        """
        self.pages.append(tuple(url for url in shown.addresses if url not in shown.pinned))
        oldest = None
        while self.pages and len(known := self.known_times(self.pages[0])) * 2 > len(self.pages[0]):
            oldest = max(known)
            del self.pages[0]
        return oldest


def new(shown: Shown, known: Known) -> frozenset[str]:
    """Return the addresses that the ledger did not know."""
    return frozenset(url for url in shown.addresses if url not in known)


def met(entries: Sequence[FeedEntry], shown: Shown, known: Known, fresh: frozenset[str]) -> list[datetime]:
    """Return the times of the entries at a page's lower end that were known before, each the same as then.

    What was read before is known down to its lower end; so where a page reaches into it, the rest of it is known.
    A page that prints no times has to be known as a whole: what an update has moved up may stand at its end. `fresh`
    are addresses that this walk itself has brought.
    """
    tail: list[datetime] = []
    length = 0
    for url, time in reversed(shown.on_record):
        if url not in known or url in fresh or not time:
            break
        length += 1
        if known[url] == time:
            tail.append(time)
    has_times = any(entry.published_at for entry in entries)
    return tail if has_times or length == len(shown.on_record) else []
