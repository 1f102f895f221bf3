"""The "Read also" news feed at the end of every page, by its known markup or, when that is gone, by its shape alone."""

from collections import Counter
from collections.abc import Iterator, Sized
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Literal
from urllib.parse import parse_qs, urlsplit

from selectolax.lexbor import LexborNode

from espreso_crawler import identity, site
from espreso_crawler.exceptions import LayoutError
from espreso_crawler.pages import structure
from espreso_crawler.pages.day_headings import Clock
from espreso_crawler.pages.page import Page
from espreso_crawler.pages.text import line_of
from espreso_crawler.processors.text import label

FEED = "#js-newsTapeGlobalContainer .news-tape_body, .news-tape_body"
# In document order: a day separator holds its year line and, under the same class again, its day.
KINDS = {
    "date_title": "day",
    "news-tape-item_link": "link",
    "main_time": "time",
    "mark-block": "label",
    "ttx": "headline",
}
PARTS = ", ".join(f".{name}" for name in ("news-tape-item", *KINDS))
MORE = "#js-newsTapeGlobalContainer a.btn-black_oval, .news-tape a.btn-black_oval"
# "More news" that is no link: a script adds further entries to the feed.
MORE_BUTTONS = (
    "#js-newsTapeGlobalContainer button.btn-black_oval",
    ".news-tape button.btn-black_oval",
    "#js-newsTapeGlobalContainer .btn-black_oval",
)
# Where a feed stands or a script is to put it.
PLACE = "#js-newsTapeGlobalContainer, .news-tape"
SCRIPT = 'script:not([type="application/ld+json"])'
MORE_BY_LINK = f'a[href*="{site.ARCHIVE}"]'
IMPORTANT = "news-tape-important"
LONGEST_LABEL = 40
LONGEST_NUMBER = 8
# The site's feed has 40, its archive as many; in a browser a month of news may stand on one page.
MOST_ENTRIES = 1_000
MOST_RENDERED = 10_000
MOST_PARTS = 100  # of a kind, beside two an entry: each may hold the next one, and is read with all that is in it


@dataclass(slots=True)
class FeedEntry:
    """One row of the feed."""

    url: str
    """Canonical address."""
    headline: str | None = None
    label: str | None = None
    """Label in the one form for all languages."""
    day: date | None = None
    """Day of the heading above it, Kyiv."""
    published_at: datetime | None = None
    """Day and time of the entry, to the minute, Kyiv offset; an update moves it."""
    position: int = 0
    """Place in the feed, newest = 1."""
    important: bool = False


@dataclass(slots=True)
class Feed:
    """A page's feed."""

    entries: list[FeedEntry] = field(default_factory=list)
    """Newest first."""
    more_url: str | None = None
    """Where "More news" leads."""
    way: Literal["markup", "structure"] = "markup"
    """How it was found."""
    wrong_weekdays: int = 0
    """Day headings whose weekday is not that day's."""
    unread_headings: list[str] = field(default_factory=list)
    """Day headings without a day that can be read, as printed."""


def feed(page: Page) -> Feed:
    """Return the feed of a page; one without entries when its block is there and empty.

    Raises `LayoutError` when neither the known markup nor the shape of a feed is on the page, and for a feed that is
    too long to be one.
    """
    found = _found(page)
    require_few(found.entries, page)
    return found


def leading_on(found: Feed, page: Page) -> Feed:
    """Return the feed of a page that is no article without the entries that lead to the page itself.

    Raises `LayoutError` when there are no others.
    """
    own = identity.canonical_url(page.url)
    entries = [entry for entry in found.entries if entry.url != own]
    if found.entries and not entries:
        raise LayoutError(f"{page.url}: its news feed leads to nothing but itself")
    return replace(found, entries=entries)


def require_few(entries: Sized, page: Page) -> None:
    """Raise `LayoutError` for more entries than a page of news has: each would cost the site a request."""
    most = MOST_RENDERED if page.is_rendered else MOST_ENTRIES
    if len(entries) > most:
        raise LayoutError(f"{page.url}: {len(entries)} entries on one page, more than {most}")


def _found(page: Page) -> Feed:
    block = page.tree.css_first(FEED)
    if block is not None:
        found = _by_markup(block, page)
        if found.entries or not block.css_first("a[href]"):
            return found
    found = _by_structure(page)
    if not found.entries:
        raise LayoutError(f"{page.url}: no news feed, neither by its markup nor by its shape")
    return found


def awaits_script(page: Page) -> bool:
    """Return whether a page has the place of the feed but no entry in it, and scripts that may put them there."""
    if page.tree.css_first(PLACE) is None and page.tree.css_first(FEED) is None:
        return False
    try:
        entries = feed(page).entries
    except LayoutError:
        entries = []
    return not entries and page.tree.css_first(SCRIPT) is not None


def more_button(page: Page) -> str | None:
    """Return the selector of a "More news" that leads nowhere by itself and has to be pressed; None without one."""
    if _more(page):
        return None
    return next((selector for selector in MORE_BUTTONS if page.tree.css_first(selector)), None)


def link_count(page: Page) -> int:
    """Return how many links a page has, as a browser counts ``document.links``."""
    return len(page.tree.css("a[href], area[href]"))


def feed_text(page: Page) -> str | None:
    """Return the words of a page's feed as they stand, at a tenth of the cost of reading it; None without its markup.

    Two pages with the same words carry the same entries.
    """
    block = page.tree.css_first(FEED)
    return block.text() if block is not None else None


def page_number(url: str) -> int:
    """Return the page number of a listing's address; 1 when it has none.

    >>> page_number("https://espreso.tv/news?page=3")
    3
    """
    number = parse_qs(urlsplit(url).query).get(site.PAGE, ["1"])[0]
    return int(number) if number.isascii() and number.isdigit() and len(number) <= LONGEST_NUMBER else 1


def _by_markup(block: LexborNode, page: Page) -> Feed:
    result = Feed(more_url=_more(page))
    clock = Clock(page.fetched_at)
    counts = Counter[str]()
    for part in block.css(PARTS):
        kind = _kind(part.attributes["class"] or "")
        counts[kind] += 1
        if counts[kind] > MOST_PARTS + 2 * len(result.entries):
            raise LayoutError(
                f"{page.url}: {counts[kind]} parts of one kind for {len(result.entries)} entries of a feed"
            )
        if kind == "day":
            clock.take(line_of(part) or "")
        elif kind in ("entry", "important"):
            result.entries.append(FeedEntry("", day=clock.day, important=kind == "important"))
        elif result.entries:
            _fill(result.entries[-1], kind, part, page, clock)
    result.wrong_weekdays, result.unread_headings = clock.wrong_weekdays, clock.unread
    result.entries = list(_numbered(result.entries))
    return result


@lru_cache(maxsize=256)  # a feed says the same six things two hundred times
def _kind(classes: str) -> str:
    names = classes.lower().split()  # on a page without a doctype, selectors match in any case
    if "news-tape-item" in names:
        return "important" if IMPORTANT in names else "entry"
    return next(kind for name, kind in KINDS.items() if name in names)


def _fill(entry: FeedEntry, kind: str, part: LexborNode, page: Page, clock: Clock) -> None:
    if kind == "link":
        entry.url = page.absolute(part.attributes.get("href")) or ""
    elif kind == "time":
        entry.published_at = clock.moment(part.text().strip())
        entry.day = clock.day_of_entry
    elif kind == "label":
        entry.label = label(line_of(part))
    else:
        entry.headline = line_of(part)


def _by_structure(page: Page) -> Feed:
    result = Feed(more_url=_more(page), way="structure")
    clock = Clock(page.fetched_at)
    for row in structure.feed_rows(page.tree):
        if row.heading != clock.line:
            clock.take(row.heading)
        headline = max(row.words, key=len)
        marks = [word for word in row.words if word != headline and len(word) <= LONGEST_LABEL]
        result.entries.append(
            FeedEntry(
                page.absolute(row.href) or "",
                headline,
                next((name for name in map(label, marks) if name), None),
                clock.day,
                clock.moment(row.time),
            )
        )
    result.wrong_weekdays, result.unread_headings = clock.wrong_weekdays, clock.unread
    result.entries = list(_numbered(result.entries))
    return result


def _numbered(entries: list[FeedEntry]) -> Iterator[FeedEntry]:
    """Yield entries that have an address, in canonical form, with their place in the feed."""
    position = 0
    for entry in entries:
        if entry.url:
            position += 1
            entry.url, entry.position = identity.canonical_url(entry.url), position
            yield entry


def _more(page: Page) -> str | None:
    node = page.tree.css_first(MORE)
    href = (node.attributes.get("href") or "").strip() if node is not None else ""
    if href and not href.startswith("#"):
        return page.absolute(href)
    here = page_number(page.url)
    links = (page.absolute(link.attributes.get("href")) for link in page.tree.css(MORE_BY_LINK))
    return next((url for url in links if url and page_number(url) == here + 1), None)
