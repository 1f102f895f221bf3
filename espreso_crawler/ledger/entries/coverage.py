"""Which stretches of a feed were read, and which were not; no entries. What is proved by what: docs/ledger.md."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import zip_longest

from espreso_crawler.ledger.entries.gaps import Gap, GapReason
from espreso_crawler.ledger.session import Session
from espreso_crawler.ledger.store import stretch_rows
from espreso_crawler.ledger.store.stretch_rows import Row
from espreso_crawler.ledger.times import epoch, instant

MINUTE = 60
WITNESSES = 2
"""Entries that have to agree: one alone may be pinned, promoted or misdated, and nothing on its page shows it."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of one feed that was read from `newest` down to `oldest`.

    Everything strictly between the two is known. The minute at either end may be half read: feed times have
    no seconds, and a page may end within a minute.
    """

    key: int
    host: str
    oldest: datetime
    newest: datetime
    is_open: bool
    """Whether older pages are still to be read: down to `below`, else to the end of the archive."""
    below: datetime | None
    """Where the walk may end: newest time of the next older stretch, or the ``since`` it was asked for."""
    page: int | None = None
    """Number of the archive page on which its lower end stood when it was read."""
    has_end: bool = False
    """Whether the archive ends here: nothing older is listed."""


def restore(session: Session, host: str, newest: int) -> None:
    """Note in a rebuilt ledger how far a feed was read (seconds since 1970), in the caller's transaction.

    Only the last minute counts as read: the next walk goes down to it; what lies below is no gap.
    """
    row = Row(None, host, newest - MINUTE, newest, is_open=False, since=None, run=session.run)
    stretch_rows.save(session.db, row)


class Coverage:
    """``ledger.coverage``. Times are aware; instants are compared.

    The times that a walk gives are ends that `WITNESSES` entries in order agree on, never the oldest or newest on
    a page. `met` are the times of the entries at a page's lower end that were known before, each the same as then,
    the lowest first: when the first two above a stretch's lower end lie within it, the page reaches into it.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def begin(
        self,
        host: str,
        *,
        newest: datetime,
        oldest: datetime,
        since: datetime | None = None,
        met: Collection[datetime] = (),
        is_known: bool = False,
    ) -> Stretch:
        """Note the first page of a walk; `is_known` says that it shows nothing but what was known.

        Returns a closed stretch when nothing older is missing: the page reaches into an older closed stretch or
        below `since`, or it is the feed's first page ever and no `since` was asked for.
        """
        with self._session.db.transaction("coverage"):
            is_first, aim = not self._of(host), epoch(since) if since else None
            row = Row(None, host, epoch(oldest), epoch(newest), is_open=True, since=aim, run=self._session.run)
            if is_first and aim is None:
                row = replace(row, is_open=False)
            return self._joined(_closed_by_aim(row, aim), met, is_known=is_known)

    def extend(
        self,
        stretch: Stretch,
        *,
        oldest: datetime,
        since: datetime | None = None,
        met: Collection[datetime] = (),
        page: int | None = None,
    ) -> Stretch:
        """Note one further page of a walk, read down to `oldest`, with its number.

        The result's `oldest` may lie deeper than the page when the walk ran into a stretch that was read
        before: go on from there, by time. Done when ``not is_open``.
        """
        with self._session.db.transaction("coverage"):
            row = self._current(stretch)
            aim = row.since if row.since is not None else epoch(since) if since else None
            if epoch(oldest) < row.oldest:  # what lies below the end that was seen is no end of it
                row = replace(row, oldest=epoch(oldest), end_sign=None, end_after=None, end_run=None)
            row = replace(row, page=page, run=self._session.run, reason=None, detail=None)
            return self._joined(_closed_by_aim(row, aim), met)

    def end_seen(
        self, stretch: Stretch, *, sign: str, after: str, bottom: datetime | None = None, counts: bool
    ) -> Stretch:
        """Note that the archive seems to end below an entry (`after`, its address), and how that showed (`sign`).

        `bottom` is the oldest time on the page with that entry.

        Closes the stretch when an earlier run saw the same, and none has read anything older. Else it stays open, and
        a look that `counts` is kept for a later run to agree with.
        """
        with self._session.db.transaction("coverage"):
            row = self._current(stretch)
            saw_it = (row.end_sign, row.end_after) == (sign, after) and row.end_run != self._session.run
            deeper = [
                other for other in self._of(row.host) if other.oldest < other.newest and other.stretch != row.stretch
            ]
            is_odd = bottom and any(other.newest < epoch(bottom) for other in deeper)
            if saw_it and not is_odd:
                return self._joined(_ended(row), ())
            if counts and (row.end_sign, row.end_after) != (sign, after):
                row = replace(row, end_sign=sign, end_after=after, end_run=self._session.run)
            return self._stretch(self._save(row))

    def give_up(self, stretch: Stretch, reason: GapReason, detail: str | None = None) -> Gap:
        """Record why a walk ends before its stretch is closed; a later walk resumes it."""
        with self._session.db.transaction("coverage"):
            row = replace(self._current(stretch), run=self._session.run, reason=reason.value, detail=detail)
            self._save(row)
        below = self._stretch(row).below
        return Gap(row.host, below, instant(row.oldest), reason, self._session.run, detail)

    def open_stretches(self, host: str) -> list[Stretch]:
        """Return what earlier walks left open, newest first."""
        return [each for each in self.stretches([host]) if each.is_open]

    def stretches(self, hosts: Collection[str] | None = None) -> list[Stretch]:
        """Return every stretch of these feeds (all), newest first within a feed."""
        return [self._stretch(row) for host in self._hosts(hosts) for row in self._of(host)]

    def gaps(self, hosts: Collection[str] | None = None) -> list[Gap]:
        """Return every gap of these feeds (all) that still stands, newest first within a feed."""
        return [gap for host in self._hosts(hosts) for gap in _gaps(self._of(host))]

    def _hosts(self, hosts: Collection[str] | None) -> list[str]:
        if hosts is not None:
            return list(hosts)
        return stretch_rows.hosts(self._session.db)

    def _of(self, host: str) -> list[Row]:
        return stretch_rows.of_host(self._session.db, host)

    def _current(self, stretch: Stretch) -> Row:
        """Return a stretch as it stands now: another walk may have joined it to its own."""
        rows = self._of(stretch.host)
        oldest = epoch(stretch.oldest)
        by_key = (row for row in rows if row.stretch == stretch.key)
        around = (row for row in rows if row.oldest <= oldest <= row.newest)
        alone = Row(
            None, stretch.host, oldest, epoch(stretch.newest), stretch.is_open, since=None, run=self._session.run
        )
        return next(by_key, None) or next(around, alone)

    def _joined(self, row: Row, met: Collection[datetime], *, is_known: bool = False) -> Stretch:
        """Save a stretch, joined with every other one that it was proved to reach into, or to cover."""
        rest = [other for other in self._of(row.host) if other.stretch != row.stretch]
        seconds = [epoch(time) for time in met]
        while other := next((other for other in rest if _reaches(row, other, seconds, is_known=is_known)), None):
            rest.remove(other)
            row = _union(row, other, rest)
            stretch_rows.remove(self._session.db, other.stretch)
        return self._stretch(self._save(_closed_by_aim(row, row.since)))

    def _save(self, row: Row) -> Row:
        return replace(row, stretch=stretch_rows.save(self._session.db, row))

    def _stretch(self, row: Row) -> Stretch:
        below = _below(row, self._of(row.host)) if row.is_open else None
        return Stretch(
            key=row.stretch or 0,
            host=row.host,
            oldest=instant(row.oldest),
            newest=instant(row.newest),
            is_open=bool(row.is_open),
            below=None if below is None else instant(below),
            page=row.page,
            has_end=bool(row.has_end),
        )


def _ended(row: Row) -> Row:
    return replace(row, is_open=False, since=None, reason=None, detail=None, has_end=True)


def _closed_by_aim(row: Row, aim: int | None) -> Row:
    if aim is not None and row.oldest < aim:
        return replace(row, is_open=False, since=None)
    return row


def _reaches(row: Row, other: Row, met: Sequence[int], *, is_known: bool) -> bool:
    """Whether a walk met what another one read, or one of both read the whole of the other.

    Strictly within: to meet in one minute proves nothing, another entry of that minute may lie between.
    """
    ends = [time for time in met if time > other.oldest][:WITNESSES]
    has_met = len(ends) == WITNESSES and all(time < min(other.newest, row.newest) for time in ends)
    return has_met or _covers(row, other) or (_covers(other, row) and (is_known or row.newest < other.newest))


def _covers(row: Row, other: Row) -> bool:
    return other.newest <= row.newest and (bool(row.has_end) or row.oldest <= other.oldest)


def _union(walk: Row, other: Row, rest: Sequence[Row]) -> Row:
    """Return both stretches as one; its lower end is that of the deeper one."""
    newest = max(walk.newest, other.newest)
    if walk.oldest <= other.oldest and not other.has_end:
        # It met what was read before, and nothing says that it was to go deeper.
        is_done = walk.is_open and walk.since is None and not other.is_open
        if walk.oldest == other.oldest and walk.end_sign is None:
            walk = replace(walk, end_sign=other.end_sign, end_after=other.end_after, end_run=other.end_run)
        return replace(walk, newest=newest, is_open=walk.is_open and not is_done, since=_aim(walk, other, rest))
    whole = replace(other, stretch=walk.stretch, newest=newest, oldest=min(walk.oldest, other.oldest), run=walk.run)
    if other.is_open:
        return replace(whole, since=_aim(walk, other, rest))
    goes_on = walk.is_open and walk.since is not None and walk.since <= other.oldest and not other.has_end
    return replace(whole, is_open=True, since=walk.since) if goes_on else whole


def _aim(walk: Row, other: Row, rest: Sequence[Row]) -> int | None:
    """Return how far down both are to go together; None for down to the next older stretch, else to the end."""
    if not other.is_open or not walk.is_open or walk.since is None:
        return other.since if other.is_open else walk.since
    if other.since is not None:
        return min(walk.since, other.since)
    below = max((each.newest for each in rest if each.newest <= other.oldest), default=None)
    return walk.since if below is not None and walk.since < below else None


def _below(row: Row, rows: Sequence[Row]) -> int | None:
    others = [other for other in rows if other.stretch != row.stretch and other.oldest < row.oldest]
    tops = [min(other.newest, row.oldest) for other in others]
    return max([*tops, *([] if row.since is None else [min(row.since, row.oldest)])], default=None)


def _gaps(rows: Sequence[Row]) -> list[Gap]:
    found = []
    for row, older in zip_longest(rows, rows[1:]):
        newest = row.oldest
        if row.is_open:
            reason = GapReason(row.reason) if row.reason else GapReason.UNFINISHED
            below = _below(row, rows)
            oldest = None if below is None else instant(below)
            found.append(Gap(row.host, oldest, instant(newest), reason, row.run, row.detail))
            newest = newest if below is None else below  # what lies below `since` nobody asked for
        # Two that meet in one minute are not one: more entries of that minute may lie between.
        if older is not None and (older.newest < newest or (older.newest == newest and not row.is_open)):
            found.append(Gap(row.host, instant(older.newest), instant(newest), GapReason.NOT_ASKED, row.run))
    return found
