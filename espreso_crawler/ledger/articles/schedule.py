"""When an article is due to be looked at again: a schedule that thins out with age; pure."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from espreso_crawler.ledger.times import epoch, epoch_of

LOOKS = tuple(
    int(timedelta(**age).total_seconds())
    for age in ({"hours": 6}, {"days": 1}, {"days": 3}, {"days": 10}, {"days": 17}, {"days": 24}, {"days": 31})
)
"""Ages, in seconds since its first refusal, at which an entry that a list still shows is looked at again."""
UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
HOUR = 3600
TRIED_UNTIL = 10
"""Far enough that a site that fails, or no crawl running, for as long as a week loses no last look."""
PART = re.compile(r"([1-9][0-9]*)([mhd])")


def parse_schedule(spec: str) -> tuple[timedelta, ...]:
    """Return the ages of a schedule such as ``1h 6h 1d 3d 7d``, rising; ``0`` or empty gives none.

    Raises ValueError naming the part that is not a number with m, h or d.

    >>> parse_schedule("2d 1h")
    (datetime.timedelta(seconds=3600), datetime.timedelta(days=2))
    """
    if spec.strip() in ("", "0"):
        return ()
    return tuple(sorted({_age(part) for part in spec.split()}))


def next_check(date_published: str | None, fetched_at: datetime, schedule: Sequence[timedelta]) -> int | None:
    """Return when the next look is due (seconds since 1970), None when the article is past its schedule.

    Ages count from publication, from the fetch where the page has no time. A publication in the future
    counts as published when it was fetched.

    >>> from datetime import UTC
    >>> fetched = datetime(2026, 1, 1, 2, tzinfo=UTC)
    >>> next_check("2026-01-01T00:00:00+00:00", fetched, parse_schedule("1h 6h")) - epoch(fetched)
    14400
    """
    fetched = epoch(fetched_at)
    published = min(epoch_of(date_published) or fetched, fetched)
    due = (published + int(age.total_seconds()) for age in schedule)
    return next((at for at in due if at > fetched), None)


def next_try(date_published: str | None, missed_at: datetime, schedule: Sequence[timedelta]) -> int | None:
    """Return when a look that met a failing site comes again: at the next age, or half the article's age later.

    At least an hour later; None once it is `TRIED_UNTIL` times the last age old, so that tries come to an end.

    >>> from datetime import UTC
    >>> missed = datetime(2026, 1, 1, 8, tzinfo=UTC)
    >>> next_try("2026-01-01T00:00:00+00:00", missed, parse_schedule("1h 6h")) - epoch(missed)
    14400
    """
    missed = epoch(missed_at)
    published = min(epoch_of(date_published) or missed, missed)
    again = missed + max((missed - published) // 2, HOUR)
    due = next_check(date_published, missed_at, schedule)
    if due is not None:
        return min(due, again)
    last = int(max(schedule, default=timedelta(0)).total_seconds())
    return again if again <= published + TRIED_UNTIL * last else None


def next_look(refused_at: int, now: int) -> int | None:
    """Return when an entry is looked at again that was refused first at a time; None after the last look.

    >>> [next_look(0, hours * 3600) // 3600 for hours in (0, 6, 24, 72)]
    [6, 24, 72, 240]
    """
    return next((refused_at + age for age in LOOKS if refused_at + age > now), None)


def _age(part: str) -> timedelta:
    if not (match := PART.fullmatch(part)):
        raise ValueError(f"not an age of a re-check schedule: {part!r} (30m, 6h, 1d; 0 for none)")
    return int(match[1]) * UNITS[match[2]]
