"""A page of the archive (`/news?page=N`): its entries, newest first, and the page after it."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit

from selectolax.lexbor import LexborNode

from espreso_crawler import identity, site
from espreso_crawler.exceptions import LayoutError
from espreso_crawler.pages.feed import FeedEntry, page_number, require_few
from espreso_crawler.pages.page import Page
from espreso_crawler.pages.text import line_of
from espreso_crawler.processors import dates
from espreso_crawler.processors.instants import instant
from espreso_crawler.processors.text import clean

LIST = "#js-news-list-container"
ITEM = "li.news_page_similar_content__item"
# An item has several links, to the picture and to the rubric too: the one in the title is the article's.
NEIGHBOURS = (("next", -1), ("prev", 1))
TITLE = ".news_page_similar_content_item__wrapper div.title > a, div.title > a"


@dataclass(slots=True)
class Listing:
    """One page of the archive."""

    entries: list[FeedEntry] = field(default_factory=list)
    """Newest first; without time where the page prints none."""
    next_url: str | None = None
    """The page with older entries; None at the end of the archive."""
    number: int | None = None
    """Which page of the archive this is, by its own links to its neighbours; None where it has none."""


def listing(page: Page) -> Listing:
    """Return the archive page's entries. A page past the end has none.

    Raises `LayoutError` when the list is gone, or holds items of which none leads on: that is not the end.
    """
    block = page.tree.css_first(LIST)
    if block is None:
        raise LayoutError(f"{page.url}: no list of news on this page")
    items, own = block.css(ITEM), identity.canonical_url(page.url)
    entries = [entry for entry in (_entry(item, page) for item in items) if entry and entry.url != own]
    if items and not entries:
        raise LayoutError(f"{page.url}: none of the {len(items)} items in the list of news leads to another page")
    require_few(entries, page)
    for position, entry in enumerate(entries, start=1):
        entry.position = position
    return Listing(entries, page_after(page.url) if entries else None, _own_number(page))


def page_after(url: str) -> str:
    """Return the address of the archive page below this one.

    >>> page_after("https://espreso.tv/news?page=2")
    'https://espreso.tv/news?page=3'
    """
    return page_at(url, page_number(url) + 1)


def page_at(url: str, number: int) -> str:
    """Return the address of an archive page by its number.

    >>> page_at("https://espreso.tv/news?page=2", 7)
    'https://espreso.tv/news?page=7'
    """
    return urlunsplit(urlsplit(url)._replace(query=f"{site.PAGE}={number}", fragment=""))


def _own_number(page: Page) -> int | None:
    """Return the number of the page between its neighbours; a copy from a cache may have another than was asked for."""
    for relation, step in NEIGHBOURS:
        for link in page.tree.css(f'link[rel="{relation}"], a[rel="{relation}"]'):
            href = link.attributes.get("href") or ""
            if f"{site.PAGE}=" in href:
                return page_number(href) + step
    return None


def _entry(item: LexborNode, page: Page) -> FeedEntry | None:
    link = item.css_first(TITLE)
    url = page.absolute(link.attributes.get("href")) if link else None
    if link is None or not url:
        return None
    headline = line_of(link)
    entry = FeedEntry(identity.canonical_url(url), headline)
    stamp = item.css_first("time[datetime]")
    entry.published_at = instant(stamp.attributes["datetime"]) if stamp else None
    if entry.published_at:
        entry.day = entry.published_at.date()
        return entry
    # Only lines that say nothing else: "situation on 14 December" in a headline or teaser is no time of publication.
    lines = item.text(separator="\n").split("\n")
    words = " ".join(line for line in lines if dates.is_only_date(line) and clean(line) != headline)
    captured = dates.in_kyiv(page.fetched_at).date()
    day, clock = dates.day_heading(words, captured), dates.printed_time(words)
    entry.day = day.day if day else None
    if day and clock:
        entry.published_at = dates.kyiv(day.day, clock, not_after=page.fetched_at)
    return entry
