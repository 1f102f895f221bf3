"""One article page, from the bytes served to what a crawl needs of it; plain data, so that it can cross processes."""

import traceback
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b

from espreso_crawler import identity
from espreso_crawler.exceptions import BrokenPage, LayoutError, NotAnArticle, PageError
from espreso_crawler.items import Article, FeedSighting
from espreso_crawler.pages import Feed, Page, article_with_digests, feed, other_addresses
from espreso_crawler.pages.feed import feed_text
from espreso_crawler.pages.opt_outs import opt_outs
from espreso_crawler.reading.preparation import Prepared

KEPT_HEADERS = ("x-robots-tag", "tdm-reservation", "date")
"""What says how an answer may be used, and when it was given."""


@dataclass(slots=True)
class Served:
    """How the site served a page; the attributes are those of `Page`."""

    url: str
    fetched_at: datetime
    http_status: int
    charset: str | None = None
    """What the answer's header declares."""
    decode_emails: bool = False
    is_rendered: bool = False
    headers: dict[str, str] = field(default_factory=dict)
    """By name; of a header that came several times, a line each."""

    def page(self, body: bytes) -> Page:
        """Return the page, parsed. Raises `BrokenPage`."""
        return Page.read(
            body,
            url=self.url,
            fetched_at=self.fetched_at,
            charset=self.charset,
            http_status=self.http_status,
            decode_emails=self.decode_emails,
            is_rendered=self.is_rendered,
            headers=self.headers,
        )


@dataclass(slots=True)
class Asked:
    """A page to read, and what is known of it."""

    served: Served
    sighting: FeedSighting | None
    """How the article's entry first looked in a feed."""
    label: str | None
    """The entry's label now."""
    wants_feed: bool = False
    last_words: bytes | None = None
    """`FeedReading.words` of the feed that was last read on this host: the same one is not read again."""


@dataclass(slots=True)
class FeedReading:
    """What a page's feed says."""

    words: bytes | None
    """Digest of its words as they stand: two pages of a host with the same one carry the same entries. None without
    its markup."""
    found: Feed | None
    """None when the words are those already known, or when there is no feed."""
    is_missing: bool


@dataclass(slots=True)
class Reading:
    """What was read from a page."""

    article: Article | None = None
    digests: identity.Digests | None = None
    """Of the article as it stands on the page."""
    error: str | None = None
    """Why there is no article."""
    is_no_article: bool = False
    """Whether that is because the page, whole and readable, holds none."""
    opt_outs: list[str] | None = None
    """What page and headers ask of machines, also without an article; None when the page could not be parsed."""
    bug: str | None = None
    """The traceback of an error that no parser may raise."""
    other_addresses: tuple[str, ...] = ()
    feed: FeedReading | None = None
    """None when it was not asked for, or the page is broken: then what its feed says is as broken."""
    prepared: Prepared | None = None
    """What was made of the article at once; None when the pipelines are to make it."""

    def report_bug(self) -> None:
        """Raise RuntimeError with the traceback of a bug, for Scrapy to log and count; wherever the page was read."""
        if self.bug:
            raise RuntimeError(f"{self.error}\n{self.bug}")


def read(body: bytes, asked: Asked) -> Reading:
    """Read a page; what is wrong with it, or with the parser, stands in the reading."""
    reading = Reading()
    try:
        _read(reading, body, asked)
    except Exception as error:  # noqa: BLE001  # also a bug is an attempt of this page, and no end of the process
        why = f"{asked.served.url}: {type(error).__name__}: {error}"
        return Reading(error=why, opt_outs=reading.opt_outs, bug=traceback.format_exc())
    return reading


def read_feed(page: Page, last_words: bytes | None) -> FeedReading:
    """Read a page's feed, unless its words are those of the feed that was last read on its host."""
    text = feed_text(page)
    words = None if text is None else blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
    if words is not None and words == last_words:
        return FeedReading(words, None, is_missing=False)
    try:
        return FeedReading(words, feed(page), is_missing=False)
    except LayoutError:
        return FeedReading(words, None, is_missing=True)


def _read(result: Reading, body: bytes, asked: Asked) -> None:
    try:
        page = asked.served.page(body)
        result.opt_outs = opt_outs(page)
        result.article, result.digests = article_with_digests(page, asked.sighting, asked.label)
        result.other_addresses = other_addresses(page)
    except BrokenPage as error:
        result.error = str(error)
        return
    except PageError as error:
        result.error, result.is_no_article = str(error), isinstance(error, NotAnArticle)
    if asked.wants_feed:
        result.feed = read_feed(page, asked.last_words)
