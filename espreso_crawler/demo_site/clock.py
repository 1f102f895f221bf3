"""The site's own clock: a value that is set and moved, never the machine's time by itself."""

import time
from datetime import UTC, datetime, timedelta

from espreso_crawler.demo_site.timeline import KYIV


class Clock:
    """Tells Kyiv time; runs `rate` seconds per real second, or stands still at 0."""

    def __init__(self, now: datetime, rate: float) -> None:
        self._rate = rate
        self.set(now)

    def now(self) -> datetime:
        """Return the site's time (aware, Kyiv)."""
        if not self._rate:
            return self._start
        passed = timedelta(seconds=(time.monotonic() - self._set_at) * self._rate)
        return (self._start_utc + passed).astimezone(KYIV)

    def set(self, now: datetime) -> None:
        """Set the clock to an aware instant; earlier than before is allowed."""
        if now.tzinfo is None:
            raise ValueError(f"the clock needs an aware time, not {now.isoformat()}")
        # Arithmetic on a Kyiv time counts wall-clock hours, which a clock change makes wrong.
        self._start_utc = now.astimezone(UTC)
        self._start = now.astimezone(KYIV)
        self._set_at = time.monotonic()
