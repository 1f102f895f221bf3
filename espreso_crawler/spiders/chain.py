"""Whether one archive page continues another; it asks for nothing, and knows neither ledger nor walk."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import takewhile

from espreso_crawler.ledger import WITNESSES
from espreso_crawler.pages import FeedEntry
from espreso_crawler.spiders import order
from espreso_crawler.spiders.tape import Tape


class Doubt(StrEnum):
    """Why a page is not believed to continue the one above it."""

    EMPTY = "empty"
    GONE = "gone"
    REPEATED = "repeated"
    NEWER = "newer"
    """It shows what stands further up, as some sites do past the end, and caches that ignore the page number."""
    OLDER = "older"
    """Its feed lacks what the page above had: a copy from before, or something was removed meanwhile."""
    OTHER = "other"
    """It is another page than was asked for, or shares nothing with the feed above the archive."""

    @property
    def may_be_the_end(self) -> bool:
        """Whether an archive looks like this below its last page."""
        return self not in (Doubt.OLDER, Doubt.OTHER)


Entries = tuple[tuple[str, datetime | None], ...]
"""Addresses and times, newest first."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What one page showed."""

    number: int
    """The page that was asked for; that of the feed is one less than the page to begin with."""
    addresses: tuple[str, ...]
    standing: Entries
    """The entries that do not stand out of order, with the times that the page prints."""
    on_record: Entries
    """The same with the times on record, where the page prints none."""
    tape: Tape
    own_number: int | None = None
    """Which page this is by its own word."""
    pinned: frozenset[str] = frozenset()
    """Addresses that stand out of order in the feed on the page, or at the top of both and so on every page."""
    higher: frozenset[str] = frozenset()
    """Addresses that stand above this page."""
    is_feed: bool = False
    is_gone: bool = False
    """Whether the answer was that there is no such page."""

    @classmethod
    def of(
        cls,
        number: int,
        entries: Sequence[FeedEntry],
        tape: Tape,
        known: Mapping[str, datetime | None],
        own_number: int | None = None,
        *,
        is_gone: bool = False,
    ) -> "Shown":
        """Return what a list of entries shows; `known` are times on record, by address."""
        addresses = tuple(entry.url for entry in entries)
        printed = _standing([(entry.url, entry.published_at) for entry in entries])
        on_record = _standing([(entry.url, entry.published_at or known.get(entry.url)) for entry in entries])
        top = pins(tape.listed, addresses)
        if 2 * len(top) > len(tape.listed):
            top = frozenset()  # it is the top of the archive itself
        pinned = top | tape.out_of_order
        return cls(number, addresses, printed, on_record, tape, own_number, pinned, is_gone=is_gone)

    @property
    def times(self) -> list[datetime]:
        """Printed times of the entries that stand in order, newest first."""
        return [time for _, time in self.standing if time]

    @property
    def span(self) -> tuple[datetime, datetime] | None:
        """Newest time that entries in order agree on, and the oldest time; None where none is known."""
        times = [time for url, time in self.on_record if time and url not in self.pinned]
        return (order.high(times), times[-1]) if times else None

    @property
    def is_first_again(self) -> bool:
        """Whether this shows the newest entry of all, though another page was asked for."""
        newest = next(iter(self.tape.shown), None)
        return self.number > 1 and newest in self.addresses

    def overlaps(self, entries: Entries) -> bool:
        """Return whether this page has entries of another one, where they stood then.

        One is enough if both pages print the same time for it: else an update may have moved it up since.
        """
        others = {url: time for url, time in entries if url not in self.pinned}
        shared = [(time, others[url]) for url, time in self.standing if url in others]
        alike = [one is None or other is None or one == other for one, other in shared]
        return any(one and one == other for one, other in shared) or sum(alike) >= WITNESSES

    def below(self, feed: Entries, above: "Shown") -> "Shown":
        """Return this page with what stands higher: on the page above, and in the feed before this page begins."""
        here = frozenset(self.addresses) - self.pinned
        higher = set(takewhile(lambda url: url not in here, (url for url, _ in feed)))
        higher.update(takewhile(lambda url: url not in here, self.tape.shown))
        if not above.is_feed and above.number < self.number:
            higher.update(url for url, _ in above.standing if url not in here)
        return replace(self, higher=frozenset(higher - self.pinned))


def lowest(above: Shown, page: Shown) -> datetime | None:
    """Return the oldest time that `WITNESSES` entries of a page and the one above it agree on; None with fewer."""
    here = frozenset(page.addresses)
    times = [time for url, time in above.standing if time and url not in here] + page.times
    series = [times[place] for place in order.in_order(times)]
    return order.low(series) if len(series) >= WITNESSES else None


def _standing(entries: Sequence[tuple[str, datetime | None]]) -> Entries:
    places = set(order.in_order([time for _, time in entries]))
    return tuple(entry for place, entry in enumerate(entries) if entry[1] is None or place in places)


def pins(one: Sequence[str], other: Sequence[str]) -> frozenset[str]:
    """Return what two lists have at their top alike, unless it is the whole of the second one."""
    count = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
    return frozenset(other[:count] if count < len(other) else ())


def doubt(above: Shown, page: Shown) -> Doubt | None:
    """Return why a page is not believed to continue the one above it, read before; None when it is.

    A page continues another one when everything between the last entry above and the last entry here is here.
    Pages of a still archive share nothing, so that has to be proved by what else a page shows: its own word on its
    number, and the feed on it, which tells how many entries came since and pushed others over the seam.
    """
    if above.is_feed or (page.addresses and page.number <= above.number):
        # The first one, or one read once more because what stood below it may have moved up to it.
        return None if page.overlaps(above.standing) else Doubt.OTHER
    arrivals = above.tape.arrivals(page.tape)
    if above.tape.has_moved_up(page.tape):
        found = Doubt.OLDER
    elif not page.addresses:
        found = Doubt.GONE if page.is_gone else Doubt.EMPTY
    elif page.addresses == above.addresses and not (page.tape.shown and arrivals != 0):
        found = Doubt.REPEATED
    else:
        return _doubt_of_place(above, page, arrivals)
    return found


def _doubt_of_place(above: Shown, page: Shown, arrivals: int | None) -> Doubt | None:
    """Return why a page is not believed to be the next one: more of it stood higher than came since."""
    pinned = pins(above.addresses, page.addresses) | page.pinned
    stands = [entry for entry in page.standing if entry[0] not in pinned]
    higher = (above.higher | frozenset(above.addresses) | (page.tape.all - above.tape.all)) - pinned
    is_higher = _are_higher(above, stands, higher)
    moved = sum(1 for _ in takewhile(bool, is_higher))
    if moved >= WITNESSES and moved > _may_have_moved(above, page, arrivals):
        says_so = page.own_number is not None and page.own_number < page.number
        if says_so or len(stands) - sum(is_higher) < WITNESSES:  # one alone may be misdated
            return Doubt.NEWER
        if [url for url, _ in stands[:moved]] != [url for url, _ in above.standing[-moved:]]:
            return Doubt.OTHER
    return Doubt.OTHER if page.own_number not in (None, page.number) else None


def _may_have_moved(above: Shown, page: Shown, arrivals: int | None) -> float:
    """Return how many entries at a page's top may have been on the page above, or above that."""
    if arrivals is not None:
        return arrivals
    # A feed without a word of the one before: more came than it shows. No feed: nothing is known.
    return float("inf") if page.tape.shown and above.tape.shown else len(page.addresses) / 2


def _are_higher(above: Shown, stands: Sequence[tuple[str, datetime | None]], higher: frozenset[str]) -> list[bool]:
    """Return of each entry whether it stood on the page above or higher."""
    times = [time for url, time in above.standing if time and url not in above.pinned]
    floor = order.low(times) if times else None
    return [url in higher or bool(time and floor and time > floor) for url, time in stands]
