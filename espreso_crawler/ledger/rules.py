"""The numbers a ledger works by, as settings give them; no behaviour."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Rules:
    """How often to try, when to flush, when to seal; the defaults suit a crawl every few minutes."""

    max_attempts: int = 5
    """Fetches of one entry before it ends as ``failed``."""
    backoff: timedelta = timedelta(minutes=2)
    """Wait after the first failed attempt; doubles with each further one."""
    backoff_max: timedelta = timedelta(hours=6)
    flush_items: int = 40
    """Buffered ends of entries that make a flush due."""
    flush_seconds: float = 1.0
    seal_items: int = 1000
    """Lines in one segment at most."""
    seal_seconds: float = 60.0
    recheck: tuple[timedelta, ...] = ()
    """Ages after publication at which an article is fetched again; see `parse_schedule`."""
    removal_after: timedelta = timedelta(hours=6)
    """Time between two refusals (404 or 410) that together mean ``removed``."""
    busy_seconds: float = 120.0
    """How long to wait for another process's transaction: longer than a process may be stopped."""
