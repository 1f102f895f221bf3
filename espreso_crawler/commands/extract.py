"""``scrapy extract``: the record of each page given on stdout, or a table for people of where each value came from."""

import argparse
import sys
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table
from scrapy import Request, Spider
from scrapy.commands import ScrapyCommand
from scrapy.crawler import CrawlerProcess
from scrapy.exceptions import UsageError
from scrapy.http import Response
from scrapy.settings import BaseSettings, Settings

from espreso_crawler import identity, saved_pages
from espreso_crawler.addon import MANNERS
from espreso_crawler.command import prepared, refuse_unknown, refusing
from espreso_crawler.commands import refuse
from espreso_crawler.commands._archived import archived
from espreso_crawler.exceptions import ConfigurationError, ExitCode, LayoutError, PageError
from espreso_crawler.extensions.vocabularies import tagger_of
from espreso_crawler.extraction import record_of
from espreso_crawler.items import Article, Evidence
from espreso_crawler.pages import Feed, Page, feed
from espreso_crawler.record import encode
from espreso_crawler.spiders.captures import reason, served

STDIN = "-"
CELL = 70
BAD_PAGES = 1
"""Exit code when some of several pages could not be read: the others are printed."""


class Source(NamedTuple):
    """One page that was asked for."""

    name: str
    """As errors name it."""
    page: Callable[[], Page]
    """Reads it. Raises `PageError`, OSError or ValueError."""


class Command(ScrapyCommand):
    """Parses saved or fetched pages, without ledger or output folder."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        """Return the usage line."""
        return "[options] <FILE|FOLDER|URL|-> ..."

    def short_desc(self) -> str:
        """Return the line in the list of commands."""
        return "Print the records of pages, saved or fetched"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add this command's options."""
        super().add_options(parser)
        self._parser = prepared(parser)
        parser.add_argument("--url", help="address of a saved page (default: that in its meta.json, else in the page)")
        parser.add_argument(
            "--fetched-at",
            metavar="TIME",
            help="ISO time at which saved pages were fetched (default is that in meta.json, else the file's)",
        )
        parser.add_argument(
            "--from-archive", action="store_true", help="read the kept pages of records: give their ids"
        )
        parser.add_argument("--page", action="store_true", help="print the pages as they are instead of records")
        parser.add_argument(
            "--explain", action="store_true", help="print a table of fields, values and sources instead of JSON"
        )
        parser.add_argument(
            "--feed", action="store_true", help="print the entries of the pages' news feeds instead, one JSON line each"
        )

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Take the options over; raises UsageError for an unknown one."""
        super().process_options(args, opts)
        refuse_unknown(args, self._parser)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Read the pages and print what was asked for."""
        if not args:
            raise UsageError("give files, folders or addresses; - for a page on standard input")
        assert self.settings  # noqa: S101  # Scrapy sets them before it calls run
        try:
            moment = _moment(opts.fetched_at)
            if opts.from_archive:
                kept = archived(args, self.settings)
                sources = [Source(arg, partial(kept.page, arg)) for arg in args]
            else:
                sources = _sources(args, opts.url, moment, self.settings)
            show = _printer(opts, self.settings)
        except (ValueError, ConfigurationError) as error:
            is_setting = isinstance(error, ConfigurationError)
            refuse(self, str(error), ExitCode.CONFIGURATION if is_setting else ExitCode.ARGUMENT)
            return
        with refusing(self):
            self._print(sources, show, is_alone=len(sources) == 1 and not Path(args[0]).is_dir())

    def _print(self, sources: Sequence[Source], show: Callable[[Page], None], *, is_alone: bool) -> None:
        for source in sources:
            try:
                show(source.page())
            except Exception as error:
                if isinstance(error, OSError) and error.errno and not error.filename:  # standard output
                    raise
                is_expected = isinstance(error, PageError | OSError | ValueError)
                said = _said(error) if is_expected else f"{type(error).__name__}: {error}"
                refuse(self, _named(source.name, said), _code(error))
                if not is_alone:
                    self.exitcode = BAD_PAGES


class PagesSpider(Spider):
    """Fetches some pages for ``scrapy extract``."""

    name = "pages"

    def __init__(self, urls: Sequence[str], outcome: dict[str, Page | str], *, decode_emails: bool) -> None:
        super().__init__()
        self.urls, self.outcome = urls, outcome
        self.hosts = set(map(identity.host_of, urls))
        self._decode_emails = decode_emails

    async def start(self) -> AsyncIterator[Request]:
        """Ask for the pages."""
        for url in self.urls:
            keys = {"asked": url}
            yield Request(url, self.parse, errback=partial(self.failed, url), cb_kwargs=keys, dont_filter=True)

    def parse(self, response: Response, asked: str) -> None:
        """Keep the page, or why it cannot be used."""
        try:
            if response.status != HTTPStatus.OK:
                self.outcome[asked] = f"{response.url}: HTTP {response.status}"
            else:
                self.outcome[asked] = served(response, decode_emails=self._decode_emails).page(response.body)
        except PageError as error:
            self.outcome[asked] = str(error)

    def failed(self, asked: str, failure: Any) -> None:
        """Keep why there is no page."""
        self.outcome[asked] = f"{asked}: {reason(failure)}"


def remember_nothing(settings: Settings) -> None:
    """Leave of a crawl's components those that keep its manners; the command answers for each answer and refusal."""
    own = {
        "SPIDER_MIDDLEWARES": {"scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": None},
        "DOWNLOADER_MIDDLEWARES": settings.getdict("DOWNLOADER_MIDDLEWARES"),
        "LOG_LEVEL": "WARNING",
    }
    settings.setdict(MANNERS | own, priority="cmdline")


def fetched(settings: Settings, urls: Sequence[str]) -> dict[str, Page | str]:
    """Fetch pages as a crawl would, robots.txt included; return each page by its address, or why there is none."""
    outcome: dict[str, Page | str] = {url: f"{url}: not fetched" for url in urls}
    if urls:
        remember_nothing(settings)
        process = CrawlerProcess(settings)
        decode = settings.getbool("ESPRESO_DECODE_EMAILS")
        process.crawl(PagesSpider, urls=list(outcome), outcome=outcome, decode_emails=decode)
        process.start()
    return outcome


def _moment(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"--fetched-at {text!r}: give an ISO time such as 2026-01-31T18:00:00+02:00") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _sources(args: list[str], url: str | None, moment: datetime | None, settings: Settings) -> list[Source]:
    """Return the pages named by the arguments, in their order. Raises ValueError for what names none."""
    if args.count(STDIN) > 1:
        raise ValueError("standard input holds one page: give - once")
    if url and (len(args) > 1 or Path(args[0]).is_dir()):
        raise ValueError("--url names the address of one page: give one file, or keep each page with a meta.json")
    web = {arg for arg in args if arg.startswith(("http://", "https://"))}
    answers = fetched(settings, sorted(web))
    return [source for arg in args for source in _of_argument(arg, url, moment, answers)]


def _of_argument(arg: str, url: str | None, moment: datetime | None, answers: dict[str, Page | str]) -> list[Source]:
    if arg in answers:
        return [Source(arg, partial(_page_or_reason, answers[arg]))]
    if arg == STDIN:
        return [Source("standard input", partial(_standard_input, url, moment))]
    path = Path(arg)
    if not path.is_dir():
        return [Source(arg, partial(saved_pages.read, path, url=url, fetched_at=moment))]
    paths = saved_pages.pages_in(path)
    if not paths:
        raise ValueError(f"{arg}: the folder holds no page: give one with {' or '.join(saved_pages.NAMES)}")
    return [Source(str(each), partial(saved_pages.read, each, fetched_at=moment)) for each in paths]


def _page_or_reason(answer: Page | str) -> Page:
    if isinstance(answer, str):
        raise PageError(answer)
    return answer


def _standard_input(url: str | None, moment: datetime | None) -> Page:
    body = saved_pages.unpacked(sys.stdin.buffer.read(), "standard input")
    return Page.read(body, url=url, fetched_at=moment or datetime.now(UTC).replace(microsecond=0))


def _said(error: Exception) -> str:
    return f"{error.filename}: {error.strerror}" if isinstance(error, OSError) and error.filename else str(error)


def _named(name: str, said: str) -> str:
    return said if name in said else f"{name}: {said}"


def _code(error: Exception) -> ExitCode:
    is_argument = isinstance(error, OSError) or (isinstance(error, ValueError) and not isinstance(error, PageError))
    return ExitCode.ARGUMENT if is_argument else ExitCode.SOURCE


def _printer(opts: argparse.Namespace, settings: BaseSettings) -> Callable[[Page], None]:
    """Return what prints a page in the form asked for. Raises `ConfigurationError` for a wrong vocabulary."""
    if opts.page:
        return lambda page: _write([page.body], end=b"")
    if opts.feed:
        return lambda page: _write(encode(asdict(entry)) for entry in feed(page).entries)
    tagged_by = tagger_of(settings)
    if opts.explain:
        return lambda page: _explain(record_of(page, tagged_by), _feed(page))
    return lambda page: _write([encode(record_of(page, tagged_by))])


def _feed(page: Page) -> Feed | None:
    try:
        return feed(page)
    except LayoutError:
        return None


def _write(lines: Iterable[bytes], *, end: bytes = b"\n") -> None:
    for line in lines:
        sys.stdout.buffer.write(line + end)
    sys.stdout.buffer.flush()


def _explain(record: Article, found: Feed | None) -> None:
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
    if found is None:
        console.print("no news feed on this page")
        return
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
