"""How long to leave a host alone: what its ``Retry-After`` asks for, and our own back-off; pure functions."""

import random
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_ASKED = 24 * 60 * 60
"""Seconds; a host that asks for more is asked again after a day."""
JITTER = 0.5


def retry_after(header: bytes | None, now: datetime) -> float:
    """Return the seconds that a ``Retry-After`` header asks for, 0 for none (RFC 9110, section 10.2.3).

    It holds whole seconds or a date; ``now`` is the aware present. Nonsense counts as no header.

    >>> now = datetime(2026, 11, 25, 12, tzinfo=UTC)
    >>> retry_after(b"120", now), retry_after(b"Wed, 25 Nov 2026 12:00:30 GMT", now), retry_after(b"soon", now)
    (120.0, 30.0, 0.0)
    """
    text = (header or b"").decode("latin-1").strip()
    if text.isascii() and text.isdigit():
        return float(min(int(text[:9]), LONGEST_ASKED))
    try:
        moment = parsedate_to_datetime(text)
        seconds = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - now.timestamp()
    except (ValueError, TypeError, OverflowError):
        return 0.0
    return min(max(seconds, 0.0), float(LONGEST_ASKED))


def backoff(failures: int, first: float, longest: float) -> float:
    """Return the seconds to wait after so many failures in a row: doubling, with jitter, at most ``longest``.

    The jitter of half up or down keeps several crawlers from coming back in the same moment.
    """
    doubled = first * 2.0 ** min(failures - 1, 32)
    return min(doubled * random.uniform(1 - JITTER, 1 + JITTER), longest)  # noqa: S311  # no secret
