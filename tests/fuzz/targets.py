"""What is fuzzed: each target takes bytes and raises `Finding` or anything unexpected when a promise is broken."""

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime

from scrapy.robotstxt import ProtegoRobotParser

from espreso_crawler.exceptions import ArgumentError, BrokenPage, LayoutError, NotAnArticle
from espreso_crawler.identity import article_id
from espreso_crawler.items import Article
from espreso_crawler.manners.answers import as_utf8
from espreso_crawler.manners.challenge import challenge
from espreso_crawler.manners.waits import retry_after
from espreso_crawler.pages import Page, article, awaits_script, feed, more_button
from espreso_crawler.pages.listing import listing
from espreso_crawler.pages.lists import rss, sitemap
from espreso_crawler.pages.structured import OfPage, news_article
from espreso_crawler.processors import dates, instants
from espreso_crawler.processors.text import clean, label
from espreso_crawler.record import encode
from espreso_crawler.schema.validator import problems
from espreso_crawler.spiders.arguments import ReadAlsoArguments

URL = "https://global.espreso.tv/news-a-bridge-opens"
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LONGEST = 2.0
"""Seconds of processor time for one input."""
MAY_LACK = {"headline", "article_body"}
"""What a page may have lost: such a record is put into the rejects, and no error of a parser."""


class Finding(AssertionError):  # noqa: N818  # reads as what it is
    """A promise of a parser that an input broke."""


def checked(target: str, data: bytes) -> None:
    """Run a target on an input. Raises `Finding`, or what the parser should not have raised."""
    started = time.process_time()
    TARGETS[target](data)
    seconds = time.process_time() - started
    if seconds > LONGEST:
        raise Finding(f"{seconds:.1f} s")


def _page(data: bytes) -> None:
    challenge(None, 200, data)
    try:
        page = Page.read(data, url=URL, fetched_at=NOW, http_status=200)
    except BrokenPage:
        return
    for parse in (feed, listing):
        try:
            found = parse(page)
        except LayoutError:
            continue
        for entry in found.entries:
            _require_address(entry.url)
    awaits_script(page)
    more_button(page)
    try:
        record = article(page)
    except (NotAnArticle, BrokenPage):
        return
    _require_valid(record)


def _require_valid(record: Article) -> None:
    """Hold a record to the strict schema, as the pipeline does, with what the ledger would have filled in."""
    record.id = article_id(record.edition or "", record.entity_id, record.url or "")
    record.is_sponsored = False
    record.revision, record.run_id, record.emitted_at = 1, "20260302T120000Z-0123abcd", NOW
    found = [problem for problem in problems(encode(record)) if problem.field not in MAY_LACK]
    if found:
        raise Finding("; ".join(map(str, found)))
    for block in record.blocks:
        if block.end is not None and (record.article_body or "")[block.start : block.end] != block.text:
            raise Finding(f"offsets of a block are wrong: {block}")
    for link in record.links:
        if (record.article_body or "")[link.start : link.end] != link.text:
            raise Finding(f"offsets of a link are wrong: {link}")


def _require_address(url: str) -> None:
    if not url.startswith(("http://", "https://")) or any(letter < " " or letter == "\x7f" for letter in url):
        raise Finding(f"no address: {url!r}")


def _list(read: Callable[[bytes, str], object]) -> Callable[[bytes], None]:
    def target(data: bytes) -> None:
        with suppress(BrokenPage, LayoutError):
            read(data, URL)

    return target


def _robots(data: bytes) -> None:
    rules = ProtegoRobotParser(as_utf8(data), None)
    rules.allowed(URL, "espreso_crawler")
    rules.crawl_delay("espreso_crawler")


def _jsonld(data: bytes) -> None:
    texts = [data.decode("utf-8", "replace"), data.decode("utf-8", "surrogatepass" if _is_wtf8(data) else "replace")]
    news_article(texts, OfPage(URL, (None,), ("A bridge opens",)))


def _is_wtf8(data: bytes) -> bool:
    try:
        data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True


def _text(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    for function in (clean, label, dates.printed_day, dates.printed_time, dates.stamp, dates.stamp_day,
                     instants.changed_between, instants.instant):  # fmt: skip
        function(text)
    dates.day_heading(text, date(2026, 3, 2))
    retry_after(data, NOW)
    for name in ("since", "until", "start", "limit", "edition"):
        try:
            ReadAlsoArguments.parse({name: text})
        except ArgumentError as error:
            if "\n" in str(error):
                raise Finding(f"more than a line: {error}") from error


TARGETS: dict[str, Callable[[bytes], None]] = {
    "page": _page,
    "sitemap": _list(sitemap),
    "rss": _list(rss),
    "robots": _robots,
    "jsonld": _jsonld,
    "text": _text,
}
