"""Lines of the ``feed`` stream: what changed about a feed entry between two sightings; no database."""

from typing import Any

import orjson

SCHEMA_VERSION = "1.0"
BANDS = ((3, "top"), (10, "high"), (20, "middle"), (40, "low"))


def position_band(position: int) -> str:
    """Return the band of a feed position (from 1): moves within a band are no change.

    >>> [position_band(n) for n in (1, 4, 40, 41)]
    ['top', 'high', 'low', 'below']
    """
    return next((name for last, name in BANDS if position <= last), "below")


def changes(before: dict[str, Any] | None, now: dict[str, Any]) -> list[str]:
    """Return what changed between two sightings of an entry, ``appeared`` when there was none before.

    Both hold headline, label, published (seconds since 1970), position and important.
    """
    if before is None:
        return ["appeared"]
    found = [name for name in ("headline", "label", "published", "important") if before[name] != now[name]]
    if position_band(before["position"]) != position_band(now["position"]):
        found.append("position_band")
    return ["published_at" if name == "published" else name for name in found]


def feed_line(
    now: dict[str, Any], *, changed: list[str], article: str | None, seen_at: str, seen_on: str, poll: str
) -> bytes:
    """Return one line of the feed stream, without line end."""
    return orjson.dumps(
        {
            "schema_version": SCHEMA_VERSION,
            "changes": changed,
            "url": now["url"],
            "id": article,
            "edition": now["edition"],
            "headline": now["headline"],
            "label": now["label"],
            "published_at": now["published_at"],
            "position": now["position"],
            "position_band": position_band(now["position"]),
            "important": now["important"],
            "seen_at": seen_at,
            "seen_on": seen_on,
            "poll": poll,
        }
    )
