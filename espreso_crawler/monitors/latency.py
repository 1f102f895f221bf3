"""How long articles take from publication to the output."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any


class Latency:
    """Of articles published since the run before: what was there already says nothing of our speed."""

    def __init__(self, known_until: Mapping[str, datetime]) -> None:
        self._known_until = known_until
        self._seconds: list[float] = []

    def add(self, host: str, published: datetime | None, emitted: datetime) -> None:
        """Note an article that went out, if it is newer than what its host's feed showed before this run."""
        before = self._known_until.get(host)
        if published and before and published > before:
            self._seconds.append((emitted - published).total_seconds())

    def document(self) -> dict[str, Any]:
        """Return the number of articles and their percentiles in seconds; null without any."""
        return {"count": len(self._seconds), "p50": self._percentile(0.5), "p95": self._percentile(0.95)}

    def _percentile(self, share: float) -> int | None:
        """Return the smallest value that at least a share of all does not exceed (the nearest-rank method)."""
        if not self._seconds:
            return None
        rank = max(1, -(-len(self._seconds) * share // 1))
        return round(sorted(self._seconds)[int(rank) - 1])
