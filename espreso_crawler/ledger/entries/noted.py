"""What a sighting in a feed says of an entry, beside what was known of it; pure."""

from dataclasses import dataclass
from typing import Any, Self

from espreso_crawler.ledger.delivery.lines import Line
from espreso_crawler.ledger.entries import feed_lines
from espreso_crawler.ledger.entries.sightings import BLANK, Sighting, entry_row, fingerprint


@dataclass(slots=True)
class Noted:
    """What a sighting says of an entry."""

    sighting: Sighting
    before: dict[str, Any] | None
    """The entry as it stood; None for a new one."""
    entry: dict[str, Any]
    """As it stands now."""
    seen_at: str
    tells: bool
    """False for an archive page that shows a known entry: that says nothing new of it."""
    changed: list[str]

    @classmethod
    def of(cls, sighting: Sighting, before: dict[str, Any] | None, seen_at: str, seen_on: str) -> Self:
        """Compare a sighting with the entry as it stood."""
        now = entry_row(sighting, seen_at, seen_on)
        if before is None:
            entry = now | BLANK
        elif sighting.in_feed or before["first"] is None:
            entry = before | now | {"first": before["first"] or now["first"]}
            if sighting.published_at is None:  # no time in this row: that is no move
                entry |= {name: before[name] for name in ("published_at", "published")}
                entry["fingerprint"] = fingerprint(entry)
        else:
            return cls(
                sighting, before, before | {"fingerprint": fingerprint(before)}, seen_at, tells=False, changed=[]
            )
        was_in_feed = before is not None and before["first"] is not None
        changed = feed_lines.changes(before if was_in_feed else None, entry)
        return cls(sighting, before, entry, seen_at, tells=True, changed=changed)


def line_of(noted: Noted, seen_on: str, run: str) -> Line:
    """Return the line of the feed stream about an entry that changed."""
    entry = noted.entry
    line = feed_lines.feed_line(
        entry, changed=noted.changed, article=entry["article"], seen_at=noted.seen_at, seen_on=seen_on, poll=run
    )
    return Line(line, at=noted.seen_at, schema_version=feed_lines.SCHEMA_VERSION, article=entry["article_key"])
