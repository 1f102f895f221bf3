"""Which stretches of feed time were fully read, and which were not; no entries."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from espreso_crawler.ledger.session import Session
from espreso_crawler.ledger.times import epoch, instant

SELECT = "SELECT stretch, host, oldest, newest, is_open, since, run, reason FROM stretches"
OF_HOST = SELECT + " WHERE host = ? ORDER BY newest DESC"
SAVE = """
INSERT OR REPLACE INTO stretches (stretch, host, oldest, newest, is_open, since, run, reason)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
MINUTE = 60
UNFINISHED = "the walk was not finished"
NOT_ASKED = "no walk asked for it"


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of one feed's time that was read from `newest` down to `oldest`.

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


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch that no walk covered: after `oldest` (None: open end) and before `newest`."""

    host: str
    oldest: datetime | None
    newest: datetime
    reason: str
    run: str


@dataclass(frozen=True, slots=True)
class Row:
    """A stretch as it is stored; seconds since 1970."""

    key: int | None
    host: str
    oldest: int
    newest: int
    is_open: bool
    since: int | None
    run: str
    reason: str | None


def restore(session: Session, host: str, newest: int) -> None:
    """Note in a rebuilt ledger how far a feed was read (seconds since 1970), in the caller's transaction.

    Only the last minute counts as read: the next walk goes down to it; what lies below is no gap.
    """
    session.db.write(SAVE, (None, host, newest - MINUTE, newest, False, None, session.run, None))


class Coverage:
    """``ledger.coverage``. Times are aware; instants are compared."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def begin(self, host: str, *, newest: datetime, oldest: datetime, since: datetime | None = None) -> Stretch:
        """Note the first page of a walk: newest and oldest feed time on it.

        Returns a closed stretch when nothing older is missing: the page reaches below the top of an older
        closed stretch or below `since`, or it is the feed's first page ever and no `since` was asked for.
        """
        with self._session.db.transaction("coverage"):
            others = self._of(host)
            aim = epoch(since) if since else None
            row = Row(None, host, epoch(oldest), epoch(newest), True, aim, self._session.run, None)
            if not others and aim is None:
                row = replace(row, is_open=False)
            return self._joined(_closed_by_aim(row, aim))

    def extend(
        self,
        stretch: Stretch,
        *,
        oldest: datetime,
        since: datetime | None = None,
        end_of_archive: bool = False,
    ) -> Stretch:
        """Note one further page of a walk, read down to `oldest`.

        The result's `oldest` may lie deeper than the page when the walk ran into a stretch that was read
        before: go on from there, by time. Done when ``not is_open``.
        """
        with self._session.db.transaction("coverage"):
            row = self._current(stretch)
            aim = epoch(since) if since else None
            row = replace(row, oldest=min(row.oldest, epoch(oldest)), run=self._session.run, reason=None)
            if end_of_archive:
                bottom = row.oldest if aim is None else min(row.oldest, aim - 1)  # there is nothing below
                return self._joined(replace(row, is_open=False, since=None, oldest=bottom))
            return self._joined(_closed_by_aim(row, aim if row.since is None else row.since))

    def joins(self, stretch: Stretch, newest: datetime) -> bool:
        """Whether a page found by time, with this newest feed time, leaves no hole below `stretch`."""
        return newest > stretch.oldest

    def give_up(self, stretch: Stretch, reason: str) -> Gap:
        """Record why a walk ends before its stretch is closed; a later walk resumes it."""
        with self._session.db.transaction("coverage"):
            row = self._current(stretch)
            self._save(replace(row, run=self._session.run, reason=reason))
        below = self._stretch(row).below
        return Gap(row.host, below, instant(row.oldest), reason, self._session.run)

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
        return [row[0] for row in self._session.db.rows("SELECT DISTINCT host FROM stretches ORDER BY host")]

    def _of(self, host: str) -> list[Row]:
        return [_row(row) for row in self._session.db.rows(OF_HOST, (host,))]

    def _current(self, stretch: Stretch) -> Row:
        """Return a stretch as it stands now: another walk may have joined it to its own."""
        rows = self._of(stretch.host)
        oldest = epoch(stretch.oldest)
        by_key = (row for row in rows if row.key == stretch.key)
        around = (row for row in rows if row.oldest <= oldest <= row.newest)
        alone = Row(None, stretch.host, oldest, epoch(stretch.newest), stretch.is_open, None, self._session.run, None)
        return next(by_key, None) or next(around, alone)

    def _joined(self, row: Row) -> Stretch:
        """Save a stretch, joined with every other one it overlaps."""
        rest = [other for other in self._of(row.host) if other.key != row.key]
        while other := next((other for other in rest if _overlap(row, other)), None):
            rest.remove(other)
            row = _union(row, other)
            self._session.db.write("DELETE FROM stretches WHERE stretch = ?", (other.key,))
        return self._stretch(self._save(row))

    def _save(self, row: Row) -> Row:
        values = (row.host, row.oldest, row.newest, row.is_open, row.since, row.run, row.reason)
        return replace(row, key=self._session.db.write(SAVE, (row.key, *values)).lastrowid)

    def _stretch(self, row: Row) -> Stretch:
        below = _below(row, self._of(row.host)) if row.is_open else None
        return Stretch(
            key=row.key or 0,
            host=row.host,
            oldest=instant(row.oldest),
            newest=instant(row.newest),
            is_open=row.is_open,
            below=None if below is None else instant(below),
        )


def _row(row: Any) -> Row:
    key, host, oldest, newest, is_open, since, run, reason = row
    return Row(key, host, oldest, newest, bool(is_open), since, run, reason)


def _closed_by_aim(row: Row, aim: int | None) -> Row:
    if aim is not None and row.oldest < aim:
        return replace(row, is_open=False, since=None)
    return row


def _overlap(one: Row, other: Row) -> bool:
    """Whether two stretches share time. Strictly: to meet in one minute is not to overlap."""
    return one.oldest < other.newest and other.oldest < one.newest


def _union(walk: Row, other: Row) -> Row:
    """Return both stretches as one; its lower end is that of the deeper one."""
    newest = max(walk.newest, other.newest)
    if walk.oldest <= other.oldest:
        # It met what was read before, and nothing says that it was to go deeper.
        is_done = walk.is_open and walk.since is None and not other.is_open
        return replace(walk, newest=newest, is_open=walk.is_open and not is_done, reason=walk.reason)
    whole = replace(walk, newest=newest, oldest=other.oldest)
    if other.is_open:
        is_both = walk.is_open and walk.since is not None and other.since is not None
        since = min(walk.since, other.since) if is_both else other.since  # type: ignore[type-var]
        return replace(whole, is_open=True, since=since, reason=other.reason)
    goes_on = walk.is_open and walk.since is not None and walk.since <= other.oldest
    return whole if goes_on else replace(whole, is_open=False, since=None, reason=None)


def _below(row: Row, rows: Sequence[Row]) -> int | None:
    tops = [other.newest for other in rows if other.newest <= row.oldest and other.key != row.key]
    return max([*tops, *([] if row.since is None else [row.since])], default=None)


def _gaps(rows: Sequence[Row]) -> list[Gap]:
    found = []
    for row, older in zip(rows, [*rows[1:], None], strict=True):
        if row.is_open:
            below = _below(row, rows)
            reason = row.reason or UNFINISHED
        elif older is not None:
            below, reason = older.newest, NOT_ASKED
        else:
            continue
        oldest = None if below is None else instant(below)
        found.append(Gap(row.host, oldest, instant(row.oldest), reason, row.run))
    return found
