"""``scrapy extract FILE|URL``: one page's record on stdout, or a table for people of where each value came from."""

import argparse
import gzip
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from scrapy import Request, Spider
from scrapy.commands import ScrapyCommand
from scrapy.crawler import CrawlerProcess
from scrapy.exceptions import UsageError
from scrapy.http import Response

from espreso_crawler import identity
from espreso_crawler.commands import refuse
from espreso_crawler.exceptions import ExitCode, PageError
from espreso_crawler.items import Article, Evidence
from espreso_crawler.pages import Feed, Page, article, feed
from espreso_crawler.pipelines.tag import tag
from espreso_crawler.record import encode

GZIP = b"\x1f\x8b"
CELL = 70
# One page and nothing remembered: of a crawl's components only those that keep its manners towards the host, and an
# answer of any status is answered for here.
ONE_PAGE: dict[str, Any] = {
    "EXTENSIONS": {"espreso_crawler.extensions.health.HealthExtension": 25},
    "ITEM_PIPELINES": {},
    "SPIDER_MIDDLEWARES": {"scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": None},
    "LOG_LEVEL": "WARNING",
}


class Command(ScrapyCommand):
    """Parses one saved or fetched page, without ledger or output folder."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        """Return the usage line."""
        return "[options] <FILE|URL>"

    def short_desc(self) -> str:
        """Return the line in the list of commands."""
        return "Print the record of one page, saved or fetched"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add this command's options."""
        super().add_options(parser)
        parser.add_argument("--url", help="address of a saved page (default: what the page says)")
        parser.add_argument(
            "--fetched-at", help="ISO time at which a saved page was fetched (default: its file's time)"
        )
        parser.add_argument("--explain", action="store_true", help="a table for people: field, value, source, others")
        parser.add_argument(
            "--feed", action="store_true", help="the entries of the page's news feed, one JSON line each"
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Read the page and print what was asked for."""
        if len(args) != 1:
            raise UsageError("give one file or address")
        try:
            if args[0].startswith(("http://", "https://")):
                self._fetch(args[0], lambda page: _show(page, opts))
            else:
                _show(_saved_page(args[0], opts), opts)
        except BrokenPipeError:  # whoever reads our output has seen enough
            sys.stdout = None  # so that nothing is flushed into the broken pipe at exit
        except (PageError, OSError, EOFError, ValueError) as error:
            refuse(self, str(error), ExitCode.ARGUMENT if isinstance(error, OSError) else ExitCode.SOURCE)

    def _fetch(self, url: str, show: Callable[[Page], None]) -> None:
        """Fetch one page as a crawl would, robots.txt included."""
        assert self.settings  # noqa: S101  # Scrapy sets them before it calls run
        self.settings.setdict(ONE_PAGE, priority="cmdline")
        process = CrawlerProcess(self.settings)
        outcome: list[Page | str] = []
        process.crawl(OnePageSpider, url=url, outcome=outcome)
        process.start()
        page = outcome[0] if outcome else f"{url}: not fetched"
        if isinstance(page, str):
            refuse(self, page, ExitCode.SOURCE)
        else:
            show(page)


class OnePageSpider(Spider):
    """Fetches one page for ``scrapy extract``."""

    name = "one_page"

    def __init__(self, url: str, outcome: list[Page | str]) -> None:
        super().__init__()
        self.url, self.outcome = url, outcome
        self.hosts = {identity.host_of(url)}

    async def start(self) -> AsyncIterator[Request]:
        """Ask for the page."""
        yield Request(self.url, self.parse, errback=self.failed)

    def parse(self, response: Response) -> None:
        """Keep the page, or why it cannot be used."""
        now = datetime.now(UTC)
        try:
            if response.status != HTTPStatus.OK:
                self.outcome.append(f"{response.url}: HTTP {response.status}")
            else:
                self.outcome.append(Page.read(response.body, url=response.url, fetched_at=now, http_status=200))
        except PageError as error:
            self.outcome.append(str(error))

    def failed(self, failure: Any) -> None:
        """Keep why there is no page."""
        self.outcome.append(f"{self.url}: {failure.type.__name__}: {failure.getErrorMessage()}")


def _saved_page(name: str, opts: argparse.Namespace) -> Page:
    path = Path(name)
    body = path.read_bytes()
    if body[:2] == GZIP:
        body = gzip.decompress(body)
    if opts.fetched_at:
        fetched_at = datetime.fromisoformat(opts.fetched_at)
        fetched_at = fetched_at if fetched_at.tzinfo else fetched_at.replace(tzinfo=UTC)
    else:
        fetched_at = datetime.fromtimestamp(path.stat().st_mtime, UTC).replace(microsecond=0)
    return Page.read(body, url=opts.url, fetched_at=fetched_at)


def _show(page: Page, opts: argparse.Namespace) -> None:
    if opts.feed:
        for entry in feed(page).entries:
            _write(encode(asdict(entry)))
        return
    record = article(page)
    record.id = identity.article_id(record.edition or "", record.entity_id, record.url or "")
    tag(record)
    if opts.explain:
        _explain(record, feed(page))
    else:
        _write(encode(record))


def _write(line: bytes) -> None:
    sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()


def _explain(record: Article, found: Feed) -> None:
    console = Console()
    table = Table("field", "value", "source", "agrees", "others", title=record.url, show_lines=True)
    sources = {provenance.field: provenance for provenance in record.provenance}
    for name in record.__dataclass_fields__:
        value = getattr(record, name)
        said = sources.get(name)
        if name == "provenance" or (value in (None, []) and said is None):
            continue
        others = "\n".join(f"{other.source}: {other.raw}" for other in said.others) if said else ""
        agrees = {True: "yes", False: "NO", None: ""}[said.agrees] if said else ""
        table.add_row(name, _cell(value), said.source if said else "", agrees, others)
    console.print(table)
    rows = Table("#", "time", "label", "headline", "address", title=f"news feed, by {found.way}")
    for entry in found.entries:
        time = entry.published_at.strftime("%Y-%m-%d %H:%M %z") if entry.published_at else str(entry.day or "")
        rows.add_row(str(entry.position), time, entry.label or "", entry.headline or "", entry.url)
    console.print(rows)


def _cell(value: Any) -> str:
    if isinstance(value, Evidence):
        lines = [f"{name}: {part}" for name, part in asdict(value).items() if part is not None]
    else:
        lines = [_plain(part) for part in (value if isinstance(value, list) else [value])]
    return "\n".join(line if len(line) <= CELL else line[: CELL - 1] + "…" for line in lines)


def _plain(value: Any) -> str:
    for name in ("name", "text", "headline", "url"):
        if getattr(value, name, None):
            return str(getattr(value, name))
    return value.isoformat() if isinstance(value, datetime) else str(value)
