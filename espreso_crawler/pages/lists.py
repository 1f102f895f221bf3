"""Lists of addresses beside the pages: sitemaps and RSS; bytes in, entries out, no request."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from espreso_crawler import identity
from espreso_crawler.pages.structured import plain_text
from espreso_crawler.pages.xml_rows import Rows, rows
from espreso_crawler.processors import dates, instants
from espreso_crawler.processors.text import clean

LONGEST_URL = 2_048  # of the sitemap protocol
ABSOLUTE = re.compile(r"https?://[^\s\x00-\x1f\x7f]+")
URLSET, INDEX = "urlset", "sitemapindex"


Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class ListEntry:
    """One address of a list."""

    url: str
    """Canonical address."""
    headline: str | None = None
    published_at: datetime | None = None
    """When the list says that it was published, Kyiv offset."""
    changed: tuple[datetime, datetime] | None = None
    """Earliest and latest instant of the last change, Kyiv offset: a date means a whole day."""


@dataclass(frozen=True, slots=True)
class Child:
    """A further sitemap that an index names."""

    url: str
    changed: tuple[datetime, datetime] | None = None


@dataclass(slots=True)
class AddressList:
    """A sitemap, a sitemap index or an RSS feed."""

    entries: list[ListEntry] = field(default_factory=list)
    """In the list's order, each address once."""
    children: list[Child] = field(default_factory=list)
    """Of a sitemap index."""
    is_whole: bool = True
    """False when it was cut or broken: what could be read is here."""
    unusable: int = 0
    """Rows without an address."""


def sitemap(body: bytes, url: str) -> AddressList:
    """Return a sitemap or sitemap index, gzipped or not; Google's news sitemap adds headlines and times.

    The form is that of sitemaps.org ("XML tag definitions"). Raises `BrokenPage`, `LayoutError`.
    """
    found = rows(body, url=url, elements=("url", "sitemap"), roots=(URLSET, INDEX))
    result = AddressList(is_whole=found.is_whole)
    if found.root == INDEX:
        pairs = ((_address(row.get("loc")), row) for row in found.rows)
        result.children = [Child(place, instants.changed_between(row.get("lastmod"))) for place, row in pairs if place]
        return result
    return _filled(result, found, _sitemap_entry)


def rss(body: bytes, url: str) -> AddressList:
    """Return an RSS 2.0 feed (rssboard.org/rss-specification); fields that are not known are passed over.

    Raises `BrokenPage`, `LayoutError`.
    """
    found = rows(body, url=url, elements=("item",), roots=("rss",))
    return _filled(AddressList(is_whole=found.is_whole), found, _rss_entry)


def _filled(result: AddressList, found: Rows, entry: Callable[[Row], ListEntry | None]) -> AddressList:
    entries: dict[str, ListEntry] = {}
    for row in found.rows:
        made = entry(row)
        if made is None:
            result.unusable += 1
        else:
            entries.setdefault(made.url, made)
    result.entries = list(entries.values())
    return result


def _sitemap_entry(row: Row) -> ListEntry | None:
    place = _address(row.get("loc"))
    if place is None:
        return None
    published = instants.changed_between(row.get("publication_date"))
    is_sure = published is not None and published[0] == published[1]
    return ListEntry(
        identity.canonical_url(place),
        _title(row.get("title")),
        published[0] if published and is_sure else None,
        instants.changed_between(row.get("lastmod")),
    )


def _rss_entry(row: Row) -> ListEntry | None:
    place = _address(row.get("link") or row.get("guid"))
    if place is None:
        return None
    published = instants.instant(row.get("pubDate"))
    if published and not dates.FIRST_YEAR <= published.year <= dates.LAST_YEAR:
        published = None
    changed = (published, published) if published else None
    return ListEntry(identity.canonical_url(place), _title(row.get("title")), published, changed)


def _title(text: str | None) -> str | None:
    """Return a title as people read it: entities that were escaped twice resolved, markup taken out."""
    return clean(plain_text(text))


def _address(text: str | None) -> str | None:
    """Return an http(s) address with a host; a list must give absolute ones, so nothing is joined to its own."""
    if not text or len(text) > LONGEST_URL or not ABSOLUTE.fullmatch(text):
        return None
    try:
        has_host = bool(urlsplit(text).hostname) and urlsplit(text).port != 0
    except ValueError:  # no address at all, such as a port that is no number
        return None
    return text if has_host else None
