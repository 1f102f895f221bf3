"""The survey's spider: some seventeen requests an edition, with a crawl's manners, and nothing remembered."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from typing import Any, Self
from urllib.parse import urljoin

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from espreso_crawler import identity, site
from espreso_crawler.exceptions import PageError
from espreso_crawler.items import FeedSighting
from espreso_crawler.pages import FeedEntry, feed, is_article
from espreso_crawler.pages.listing import listing, page_at
from espreso_crawler.pages.lists import rss, sitemap
from espreso_crawler.spiders.captures import reason, served
from espreso_crawler.survey.captures import Capture, Captures, Kind

ARTICLES = 10
LISTS: tuple[tuple[Kind, str], ...] = (
    ("reservations", site.RESERVATIONS),
    ("rss", site.RSS),
    ("sitemap", site.SITEMAP),
)
MOST_REQUESTS = len(LISTS) + 4 + ARTICLES
"""Of one edition: these lists, robots.txt, start page, archive page, one sitemap of an index, articles."""
FORBIDDEN = "not allowed by robots.txt"


class SurveySpider(Spider):
    """Fetches an edition's lists, then ten of the articles that they name; yields nothing."""

    name = "survey"

    def __init__(self, captures: Sequence[Captures], told: Callable[[Capture], None]) -> None:
        super().__init__()
        self.hosts = {identity.host_of(each.start) for each in captures}
        self._captures = captures
        self._told = told
        self._pending = dict.fromkeys((each.start for each in captures), 0)

    @classmethod
    def from_crawler(cls, crawler: Crawler, *_args: Any, **given: Any) -> Self:
        """Make the spider, which also hears what robots.txt answers: the middleware asks for that."""
        spider = super().from_crawler(crawler, **given)
        crawler.signals.connect(spider.response_received, signals.response_received)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        """Ask for the lists of each edition."""
        for captures in self._captures:
            archive = page_at(urljoin(captures.start, site.NEWS), 2)
            wanted = [("start", captures.start), *((kind, urljoin(captures.start, path)) for kind, path in LISTS)]
            self._pending[captures.start] = len(wanted) + 1
            for kind, url in (*wanted, ("archive", archive)):
                yield self._request(captures, Capture(kind, url))

    def response_received(self, response: Response, request: Request) -> None:
        """Keep robots.txt as it was answered."""
        if not request.url.endswith("/robots.txt"):
            return
        for captures in self._captures:
            if identity.host_of(captures.start) == identity.host_of(request.url) and captures.one("robots") is None:
                problem = None if response.status == HTTPStatus.OK else f"HTTP {response.status}"
                captures.all.append(Capture("robots", request.url, response.body, problem=problem))

    def answered(self, response: Response, captures: Captures, capture: Capture) -> Iterator[Request]:
        """Keep an answer; after the last list, ask for articles."""
        if response.status == HTTPStatus.OK:
            decode = self.settings.getbool("ESPRESO_DECODE_EMAILS")
            capture.body, capture.served = response.body, served(response, decode_emails=decode)
        else:
            capture.problem = f"HTTP {response.status}"
        yield from self._next(captures, capture)

    def failed(self, captures: Captures, capture: Capture, failure: Any) -> Iterator[Request]:
        """Keep why there is no answer; after the last list, ask for articles."""
        is_rule = type(failure.value) is IgnoreRequest and "robots.txt" in str(failure.value)
        capture.problem = FORBIDDEN if is_rule else reason(failure)
        yield from self._next(captures, capture)

    def _request(self, captures: Captures, capture: Capture) -> Request:
        return Request(
            capture.url,
            self.answered,
            errback=partial(self.failed, captures, capture),
            cb_kwargs={"captures": captures, "capture": capture},
            dont_filter=True,
        )

    def _next(self, captures: Captures, capture: Capture) -> Iterator[Request]:
        captures.all.append(capture)
        self._told(capture)
        if capture.kind == "article":
            return
        self._pending[captures.start] -= 1
        if capture.kind == "sitemap" and (child := first_child(capture)):
            self._pending[captures.start] += 1
            yield self._request(captures, Capture("child", child))
        if self._pending[captures.start] == 0:
            yield from (self._request(captures, each) for each in wanted_articles(captures))


def first_child(capture: Capture) -> str | None:
    """Return the sitemap of articles that an index names first, on the same host; None for what is no index."""
    try:
        children = sitemap(capture.body, capture.url).children
    except PageError:
        return None
    own = [each.url for each in children if identity.host_of(each.url) == identity.host_of(capture.url)]
    return next((url for url in own if "news" in url or "article" in url), own[0] if own else None)


def wanted_articles(captures: Captures) -> list[Capture]:
    """Return the captures to make of articles: the start page itself if it is one, then entries of the best list."""
    start = captures.one("start")
    entries, seen_on = next(((found, url) for found, url in _lists(captures) if found), ([], ""))
    own = [each for each in entries if identity.host_of(each.url) == identity.host_of(captures.start)]
    if start and start.served and _is_article(start):
        captures.all.append(Capture("article", start.url, start.body, start.served))
    known = {identity.canonical_url(each.url) for each in captures.articles()}
    fresh = [each for each in own if each.url not in known]
    wanted = []
    for entry in chosen(fresh, ARTICLES - len(known)):
        sighting = None
        if start and seen_on == start.url:
            sighting = FeedSighting(
                entry.published_at, entry.label, entry.position, entry.important, datetime.now(UTC), seen_on
            )
        wanted.append(Capture("article", entry.url, sighting=sighting))
    return wanted


def chosen(entries: Sequence[FeedEntry], count: int) -> list[FeedEntry]:
    """Return so many entries, as different as the list allows: one of each label, the others spread evenly."""
    by_label = {entry.label: entry for entry in reversed(entries)}
    picked = list(by_label.values())[:count]
    rest = [entry for entry in entries if all(entry is not each for each in picked)]
    left = count - len(picked)
    if left > 0 and rest:
        step = max(len(rest) / left, 1.0)
        picked += [rest[int(place * step)] for place in range(left) if int(place * step) < len(rest)]
    return sorted(picked, key=entries.index)


def _is_article(capture: Capture) -> bool:
    assert capture.served  # noqa: S101  # asked by the caller
    try:
        return is_article(capture.served.page(capture.body))
    except PageError:
        return False


def _lists(captures: Captures) -> Iterator[tuple[list[FeedEntry], str]]:
    """Yield the entries of each list that could be read, the best list first."""
    for kind, read in (("start", feed), ("archive", listing)):
        capture = captures.one(kind)  # type: ignore[arg-type]  # both are kinds
        if capture and capture.served:
            try:
                yield read(capture.served.page(capture.body)).entries, capture.url
            except PageError:
                continue
    for kind, parse in (("rss", rss), ("child", sitemap), ("sitemap", sitemap)):
        capture = captures.one(kind)  # type: ignore[arg-type]  # so are these
        if capture and not capture.problem:
            try:
                found = parse(capture.body, capture.url).entries
            except PageError:
                continue
            yield [FeedEntry(each.url, each.headline, published_at=each.published_at) for each in found], capture.url
