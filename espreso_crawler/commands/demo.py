"""``scrapy demo``: an invented news site on this machine, crawled by the real spider with the real settings."""

import argparse
import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from scrapy import signals
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.settings import BaseSettings

from espreso_crawler.command import EspresoCommand
from espreso_crawler.exceptions import ExitCode
from espreso_crawler.extensions.signals import exit_code_of
from espreso_crawler.places import places
from espreso_crawler.site import NEWS

if TYPE_CHECKING:
    from espreso_crawler.demo_site import Site

SPAN = timedelta(hours=36)
# Two editions side by side; each has an address of its own, as the real ones have.
EDITIONS = (("en", "127.0.0.1"), ("uk", "127.0.0.2"))


class Command(EspresoCommand):
    """Shows in half a minute what a crawl gives; needs no network."""

    purpose = "Crawl an invented news site on this machine into output/demo/"

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        """Clear the demo's folders, start the sites, crawl them and show the first record."""
        where = places(self.given)
        output, state = where.output / "demo", where.state.with_name(where.state.name + "-demo")
        for folder in (output, state):
            shutil.rmtree(folder, ignore_errors=True)
        changed = {"ESPRESO_OUTPUT": output, "ESPRESO_STATE": state, "LOG_LEVEL": "WARNING"}
        self.given.setdict(changed, priority="cmdline")
        console = Console(stderr=True)
        with demo_sites(self.given) as sites:
            console.print("Invented news sites: " + ", ".join(sites))
            self.exitcode = self._crawl(sites, console)
        _show(output, console)

    def _crawl(self, sites: "dict[str, Site]", console: Console) -> int:
        since = min(site.clock.now() for site in sites.values()) - SPAN
        total = sum(len(site.numbers(since, site.clock.now())) for site in sites.values())
        process = AsyncCrawlerProcess(self.given)
        crawler = process.create_crawler("read_also")
        arguments = {"start": ",".join(f"{url}{NEWS}" for url in sites), "since": since.isoformat()}
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=console) as progress:
            task = progress.add_task("articles", total=total)
            _on_article(crawler, lambda: progress.advance(task))
            process.crawl(crawler, **arguments)
            process.start()
        failed = ExitCode.CONFIGURATION if process.bootstrap_failed else ExitCode.OK
        return max(int(failed), exit_code_of(crawler))


@contextmanager
def demo_sites(settings: BaseSettings) -> "Iterator[dict[str, Site]]":
    """Run the invented sites, by URL, as long as a ``with`` block, to crawl without delay: they belong to the user."""
    # Scrapy imports every command for each of them: the site is loaded for those that need it only.
    from espreso_crawler.demo_site import Application, Site, SiteOptions, running  # noqa: PLC0415

    settings.setdict({"DOWNLOAD_DELAY": 0, "AUTOTHROTTLE_ENABLED": False}, priority="cmdline")
    with ExitStack() as stack:
        sites = [(Site(SiteOptions(language=language)), host) for language, host in _editions()]
        yield {stack.enter_context(running(Application(site), host=host)): site for site, host in sites}


def _editions() -> tuple[tuple[Any, str], ...]:
    """Return the editions this machine has addresses for: only Linux has the whole of 127.0.0.0/8."""
    return EDITIONS if sys.platform == "linux" else EDITIONS[:1]


def _on_article(crawler: Crawler, advance: Any) -> None:
    crawler.signals.connect(lambda **_: advance(), signals.item_scraped, weak=False)


def _show(output: Path, console: Console) -> None:
    files = sorted((output / "articles").glob("*/*.jsonl"))
    count = sum(file.read_bytes().count(b"\n") for file in files)
    console.print(f"{count} articles in {output}:", *map(str, files), sep="\n  ", soft_wrap=True)
    if files:
        console.print("The first of them:")
        first = files[0].read_bytes().split(b"\n", 1)[0]
        Console(soft_wrap=True).print_json(orjson.dumps(orjson.loads(first)).decode())
