"""Feed entries on their way into the ledger and back: what a feed shows, as the ledger keeps it."""

from datetime import datetime

from espreso_crawler import identity
from espreso_crawler.items import FeedSighting
from espreso_crawler.ledger import Lease, Listed, Recheck, Sighting
from espreso_crawler.monitors import FeedObservation
from espreso_crawler.pages import Feed, FeedEntry
from espreso_crawler.pages.lists import ListEntry


def sighting(entry: FeedEntry, *, in_feed: bool) -> Sighting:
    """Return an entry as the ledger takes it; an archive page is no feed."""
    return Sighting(
        url=entry.url,
        host=identity.host_of(entry.url),
        edition=identity.edition_of(entry.url),
        headline=entry.headline or "",
        label=entry.label,
        published_at=entry.published_at.isoformat() if entry.published_at else None,
        position=entry.position,
        important=entry.important,
        in_feed=in_feed,
    )


def listed(entry: ListEntry) -> Listed:
    """Return an address of a list as the ledger takes it."""
    return Listed(
        url=entry.url,
        host=identity.host_of(entry.url),
        edition=identity.edition_of(entry.url),
        headline=entry.headline or "",
        published_at=entry.published_at.isoformat() if entry.published_at else None,
        changed=int(entry.changed[0].timestamp()) if entry.changed else None,
        latest=int(entry.changed[1].timestamp()) if entry.changed else None,
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


def observation(found: Feed, url: str) -> FeedObservation:
    """Return a page's feed as the monitors see it."""
    return FeedObservation(
        identity.edition_of(url),
        is_known_markup=found.way == "markup",
        times=[entry.published_at for entry in found.entries],
        without_headline=sum(not entry.headline for entry in found.entries),
        wrong_weekdays=found.wrong_weekdays,
    )
