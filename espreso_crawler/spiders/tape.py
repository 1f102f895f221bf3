"""What the feed on each archive page tells of how the archive moved since the page before."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from espreso_crawler.pages import Feed

NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(slots=True)
class Tape:
    """The feed, page after page. Of removals below its last entry it can tell nothing."""

    shown: dict[str, datetime]
    """Addresses and times; empty when the page had no feed."""
    is_still: bool = False
    """Whether it says the same as on the page before, so that nothing came and nothing went."""
    has_shrunk: bool = False
    """Whether entries went that nothing newer pushed out: what stood below them moved up."""

    @classmethod
    def of(cls, found: Feed | None) -> Self:
        """Return a feed as the first of a series."""
        entries = found.entries if found else []
        return cls({entry.url: entry.published_at for entry in entries if entry.published_at})

    def then(self, found: Feed | None) -> "Tape":
        """Return the feed of the next page, compared with this one."""
        now = Tape.of(found)
        oldest = min(now.shown.values(), default=NEVER)
        now.is_still = bool(now.shown) and now.shown == self.shown
        now.has_shrunk = any(time > oldest and url not in now.shown for url, time in self.shown.items())
        return now
