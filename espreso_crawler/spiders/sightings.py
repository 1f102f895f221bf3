"""Feed entries on their way into the ledger and back: what a feed shows, as the ledger keeps it."""

from datetime import datetime

from espreso_crawler import identity
from espreso_crawler.items import FeedSighting
from espreso_crawler.ledger import Lease, Recheck, Sighting
from espreso_crawler.pages import FeedEntry


def sighting(entry: FeedEntry, host: str, *, in_feed: bool) -> Sighting:
    """Return an entry as the ledger takes it; ``host`` is the feed's, an archive page is no feed."""
    return Sighting(
        url=entry.url,
        host=host,
        edition=identity.edition_of(entry.url),
        headline=entry.headline or "",
        label=entry.label,
        published_at=entry.published_at.isoformat() if entry.published_at else None,
        position=entry.position,
        important=entry.important,
        in_feed=in_feed,
    )


def first_sighting(lease: Lease | Recheck) -> FeedSighting | None:
    """Return how the entry of an article first looked in a feed; None when no feed led to it."""
    if not lease.feed:
        return None
    published_at = lease.feed["published_at"]
    return FeedSighting(
        published_at=datetime.fromisoformat(published_at) if published_at else None,
        label=lease.feed["label"],
        position=lease.feed["position"],
        important=bool(lease.feed["important"]),
        seen_at=datetime.fromisoformat(lease.feed["seen_at"]),
        seen_on=lease.feed["seen_on"],
    )
