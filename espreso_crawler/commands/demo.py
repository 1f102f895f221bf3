"""``scrapy demo``: a day of an invented news site, crawled by the real spider; or the site alone, to rehearse on."""

import argparse
import asyncio
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from scrapy.exceptions import UsageError
from scrapy.settings import BaseSettings

from espreso_crawler.command import EspresoCommand
from espreso_crawler.commands._demo_day import Day
from espreso_crawler.commands._demo_told import tell
from espreso_crawler.exceptions import ArgumentError, ConfigurationError
from espreso_crawler.places import Places, places
from espreso_crawler.site import NEWS, TIME_ZONE

if TYPE_CHECKING:
    from espreso_crawler.demo_site import Site

# Two editions side by side; each has an address of its own, as the real ones have.
EDITIONS = (("en", "127.0.0.1"), ("uk", "127.0.0.2"))
PORT = 8000
MISSING = 'the extra "demo" is not installed: run pip install -e ".[demo]" in the project\'s folder'


class Command(EspresoCommand):
    """Shows in half a minute what crawls give; needs no network."""

    usage = "[options] [--serve [--fast N] [--port N]]"
    purpose = "Crawl a day of an invented news site into output/demo/, or keep that site running for rehearsals"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add this command's options."""
        super().add_options(parser)
        parser.add_argument("--serve", action="store_true", help="crawl nothing: keep the site running until Ctrl-C")
        parser.add_argument("--fast", type=int, metavar="N", help="with --serve: N times as many articles a day")
        parser.add_argument("--port", type=int, metavar="N", help=f"with --serve: the site's port (default: {PORT})")

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Take the options over; those of the server need ``--serve``."""
        super().process_options(args, opts)
        for name in ("fast", "port"):
            value = getattr(opts, name)
            if value is not None and not opts.serve:
                raise UsageError(f"--{name} works only with --serve")
            if value is not None and value < 1:
                raise UsageError(f"--{name} {value}: give a whole number from 1 on")

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        """Serve until a signal, or crawl a day and tell what came of it."""
        if opts.serve:
            _serve(port=opts.port or PORT, fast=opts.fast or 1)
            return
        try:
            import_module("time_machine")
        except ModuleNotFoundError:
            raise ConfigurationError(MISSING) from None
        given = places(self.given)
        if not isinstance(given.output, Path):
            raise ConfigurationError(f"ESPRESO_OUTPUT {given.output}: the demo writes into a folder: name one")
        state = given.state.with_name(given.state.name + "-demo")
        where = Places(given.output / "demo", state, state / "ledger.sqlite3", archive=None, cluster=state / "cluster")
        for folder in (given.output / "demo", where.state):
            shutil.rmtree(folder, ignore_errors=True)
        console = Console(highlight=False)
        with demo_sites(self.given, with_stories=True) as sites:
            day = Day(sites, where, opts.set, console)
            self.exitcode = day.crawl() or day.report()
        if not self.exitcode:
            tell(where, Path(str(day.page)), console)


@contextmanager
def demo_sites(settings: BaseSettings, *, with_stories: bool = False) -> "Iterator[dict[str, Site]]":
    """Run the invented sites, by URL, as long as a ``with`` block, to crawl without delay: they belong to the user."""
    # Scrapy imports every command for each of them: the site is loaded for those that need it only.
    from espreso_crawler.demo_site import Application, Site, SiteOptions, running  # noqa: PLC0415
    from espreso_crawler.demo_site.stories import stories  # noqa: PLC0415

    settings.setdict({"DOWNLOAD_DELAY": 0, "AUTOTHROTTLE_ENABLED": False}, priority="cmdline")
    with ExitStack() as stack:
        sites = {}
        for language, host in _editions():
            options = SiteOptions(language=language)
            site = Site(options, stories(language, options.now) if with_stories else ())
            sites[stack.enter_context(running(Application(site), host=host))] = site
        yield sites


def _serve(*, port: int, fast: int) -> None:
    """Serve the editions at the machine's time until SIGINT or SIGTERM, with `fast` times as many articles.

    Raises ArgumentError for a port that cannot be used.
    """
    from espreso_crawler.demo_site import Application, Site, SiteOptions, serve  # noqa: PLC0415

    sites = []
    for language, host in _editions():
        usual = SiteOptions(language=language)
        given = replace(usual, now=datetime.now(TIME_ZONE), clock_rate=1.0, per_day=usual.per_day * fast)
        sites.append((Application(Site(given)), host))
    try:
        asyncio.run(serve(sites, port, _tell_addresses))
    except (OSError, OverflowError) as error:
        raise ArgumentError(f"--port {port}: {error}") from error


def _tell_addresses(urls: Sequence[str]) -> None:
    console = Console(highlight=False)
    start = ",".join(f"{url}{NEWS}" for url in urls)
    apart = "-s ESPRESO_OUTPUT=output/rehearsal -s ESPRESO_STATE=.scrapy/rehearsal"
    lines = (
        f"An invented news site runs at {', '.join(urls)} until Ctrl-C. Crawl it:",
        f"  scrapy crawl read_also -a start={start} -s DOWNLOAD_DELAY=0 -s AUTOTHROTTLE_ENABLED=False {apart}",
        "Edit its newest article (docs/demo.md has the other commands):",
        f"""  curl -d '{{"kind": "headline", "text": "Another headline"}}' {urls[0]}/_demo/update""",
    )
    console.print("\n".join(lines), soft_wrap=True, markup=False)


def _editions() -> tuple[tuple[Any, str], ...]:
    """Return the editions this machine has addresses for: only Linux has the whole of 127.0.0.0/8."""
    return EDITIONS if sys.platform == "linux" else EDITIONS[:1]
