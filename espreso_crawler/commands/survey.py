"""``scrapy survey``: the first minute on a site; a few pages of each edition, one table, and a verdict in words."""

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import fields
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from scrapy.crawler import AsyncCrawlerProcess

from espreso_crawler import identity, site
from espreso_crawler.command import EspresoCommand
from espreso_crawler.commands.demo import demo_sites
from espreso_crawler.commands.extract import remember_nothing
from espreso_crawler.exceptions import ArgumentError, ExitCode
from espreso_crawler.extensions.vocabularies import tagger_of
from espreso_crawler.record import FORM
from espreso_crawler.spiders.arguments import CrawlArguments
from espreso_crawler.spiders.read_also import ReadAlsoSpider
from espreso_crawler.survey.captures import Captures
from espreso_crawler.survey.findings import Findings, findings
from espreso_crawler.survey.keeping import Kept, keep
from espreso_crawler.survey.spider import MOST_REQUESTS, SurveySpider
from espreso_crawler.survey.table import show
from espreso_crawler.survey.verdict import is_readable, verdict

WIDTH = 80
"""Columns where the output goes to no terminal."""


class Command(EspresoCommand):
    """Looks at a site before its first crawl; writes neither ledger nor output."""

    usage = "[options] [URL ...]"
    purpose = "Show what a crawl of an edition would find, with about seventeen requests"
    takes_many = True
    is_checked = False

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add this command's options."""
        super().add_options(parser)
        parser.add_argument("--edition", help=f"{', '.join(site.CRAWLED_EDITIONS)}, several joined by commas, or all")
        parser.add_argument("--demo", action="store_true", help="survey an invented site on this machine")
        parser.add_argument("--save", metavar="FOLDER", help="keep the pages, for scrapy extract and as test fixtures")
        parser.add_argument("--json", action="store_true", help="print one JSON document instead of the table")

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        """Fetch, look, and print what was found."""
        err = Console(stderr=True)
        starts = _starts(args, opts)
        tagged_by = tagger_of(self.given)
        folder = Path(opts.save) if opts.save else None
        if folder:
            _make(folder)
        with ExitStack() as stack:
            if opts.demo:
                starts = [f"{url}{ReadAlsoSpider.path}" for url in stack.enter_context(demo_sites(self.given))]
            captures = self._fetched(starts, err)
        if captures is None:
            self.exitcode = int(ExitCode.CONFIGURATION)
            return
        found = [findings(each, tagged_by) for each in captures]
        kept = [keep(each, folder) for each in captures] if folder else []
        self.exitcode = int(ExitCode.OK if all(map(is_readable, found)) else ExitCode.SOURCE)
        _print(found, as_json=opts.json)
        for each in kept:
            _tell_kept(each, opts.save, err)

    def _fetched(self, starts: Sequence[str], err: Console) -> list[Captures] | None:
        """Return what the editions gave; None when nothing could be started."""
        remember_nothing(self.given)
        captures = [Captures(start) for start in starts]
        hosts = ", ".join(identity.host_of(start) for start in starts)
        err.print(f"Asks {hosts} for at most {MOST_REQUESTS} pages each, slowly, and writes nothing to the output.")
        process = AsyncCrawlerProcess(self.given)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
            task = progress.add_task("pages", total=MOST_REQUESTS * len(starts))
            process.crawl(SurveySpider, captures=captures, told=lambda _capture: progress.advance(task))
            process.start()
        return None if process.bootstrap_failed else captures


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ArgumentError(f"--save {folder}: {error.strerror}") from error


def _starts(args: list[str], opts: argparse.Namespace) -> list[str]:
    """Return the addresses to begin with. Raises `ArgumentError`."""
    if sum((bool(args), bool(opts.edition), opts.demo)) > 1:
        raise ArgumentError("give addresses, or --edition, or --demo")
    if args:
        starts = CrawlArguments.parse({"start": ",".join(args)}).start
        if len(set(map(identity.host_of, starts))) < len(starts):
            raise ArgumentError("give one address of each edition: two are on the same host")
        return list(starts)
    names = [name.strip() for name in (opts.edition or site.DEFAULT_EDITION).split(",")]
    arguments = [CrawlArguments.parse({"edition": name}) for name in names]
    return list(dict.fromkeys(start for each in arguments for start in each.starts(ReadAlsoSpider.path)))


def _print(found: Sequence[Findings], *, as_json: bool) -> None:
    try:
        if as_json:
            sys.stdout.buffer.write(orjson.dumps(list(map(_plain, found)), option=FORM | orjson.OPT_INDENT_2) + b"\n")
            sys.stdout.buffer.flush()
            return
        console = Console(highlight=False, width=None if sys.stdout.isatty() or "COLUMNS" in os.environ else WIDTH)
        for each in found:
            show(each, console)
    except BrokenPipeError:  # the reader of our output has seen enough
        sys.stdout = None


def _plain(found: Findings) -> dict[str, Any]:
    own = {each.name: getattr(found, each.name) for each in fields(found)}  # asdict cannot copy a Counter
    return {**own, "is_readable": is_readable(found), "verdict": verdict(found)}


def _tell_kept(kept: Kept, folder: str, err: Console) -> None:
    err.print(f"Kept in {folder}: {kept.articles} articles, {kept.lists} lists.", highlight=False, soft_wrap=True)
    for url in kept.reserved:
        err.print(f"Not kept, because of its opt-out: {url}", highlight=False, soft_wrap=True)
