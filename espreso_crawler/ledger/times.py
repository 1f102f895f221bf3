"""Instants and their text: the ledger compares whole seconds since 1970, in UTC; it never asks the clock."""

from datetime import UTC, datetime


def epoch(instant: datetime) -> int:
    """Return an aware instant as seconds since 1970. Raises ValueError for a naive one.

    >>> epoch(datetime(2026, 1, 1, 2, tzinfo=UTC))
    1767232800
    """
    if instant.tzinfo is None:
        raise ValueError(f"a time without zone: {instant}")
    return int(instant.timestamp())


def epoch_of(text: str | None) -> int | None:
    """Return RFC 3339 text with offset as seconds since 1970, None for None.

    >>> epoch_of("2026-01-01T02:00:00+02:00")
    1767225600
    """
    return None if text is None else epoch(datetime.fromisoformat(text))


def instant(seconds: int) -> datetime:
    """Return seconds since 1970 as an aware instant in UTC."""
    return datetime.fromtimestamp(seconds, UTC)


def utc_text(instant: datetime) -> str:
    """Return an aware instant as RFC 3339 text in UTC, to the second, with ``Z``.

    >>> from datetime import timedelta, timezone
    >>> utc_text(datetime(2026, 1, 1, 2, tzinfo=timezone(timedelta(hours=2))))
    '2026-01-01T00:00:00Z'
    """
    return datetime.fromtimestamp(epoch(instant), UTC).isoformat()[:19] + "Z"


def utc_now() -> datetime:
    """Return the present, aware, in UTC; only a ledger's default clock and commands ask it."""
    return datetime.now(UTC)
