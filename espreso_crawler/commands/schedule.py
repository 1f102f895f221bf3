"""``scrapy schedule``: a crawl each interval, through Scrapyd or as a child process, until SIGTERM."""

import argparse
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from threading import Event
from typing import Any

from scrapy.exceptions import UsageError
from scrapy.spiderloader import get_spider_loader
from scrapy.utils.conf import arglist_to_dict
from scrapy.utils.log import configure_logging

from espreso_crawler.command import EspresoCommand, refuse_unknown
from espreso_crawler.exceptions import ArgumentError, ConfigurationError
from espreso_crawler.places import places
from espreso_crawler.scheduling.children import GRACE, Children
from espreso_crawler.scheduling.kind import Kind, duration
from espreso_crawler.scheduling.locks import sole_scheduler
from espreso_crawler.scheduling.targets import target

FOLDER = "schedule"
MISSING = 'the extra "schedule" is not installed: run pip install -e ".[schedule]" in the project\'s folder'


class Command(EspresoCommand):
    """Polls a feed for months; what it starts are ordinary crawls, so it holds nothing that could be lost."""

    usage = "--every 10m [options] [spider]"
    purpose = "Start a crawl at each interval, as a child process or on a Scrapyd"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add this command's options."""
        super().add_options(parser)
        parser.add_argument("-a", dest="spargs", action="append", default=[], metavar="NAME=VALUE",
                            help="argument of the spider (may be repeated); the crawls get -s too")  # fmt: skip
        parser.add_argument("--every", type=_duration, required=True, metavar="10m", help="interval between two starts")
        parser.add_argument(
            "--jitter", type=_duration, default=timedelta(), metavar="60s", help="longest random delay, added each time"
        )
        parser.add_argument("--limit", type=_duration, default=timedelta(hours=1), metavar="1h",
                            help="a crawl that takes longer is stopped (default: 1h)")  # fmt: skip
        parser.add_argument(
            "--to",
            action="append",
            default=[],
            metavar="URL|TARGET",
            help="a Scrapyd that runs the crawls; of several the one with the fewest jobs runs the next one "
            "(default: none, they are child processes)",
        )

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Check the times; one argument is allowed, the spider."""
        super().process_options(args[1:], opts)
        refuse_unknown(args[:1], self._parser)
        if not opts.every:
            raise UsageError("--every 0s: give an interval longer than 0s, such as 10m")
        if opts.jitter > opts.every:
            raise UsageError(f"--jitter {opts.jitter} is longer than --every {opts.every}: give a shorter delay")

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        """Start crawls until a signal; one ends a child crawl in order too, and leaves a Scrapyd's job."""
        try:
            from espreso_crawler.scheduling.timer import run_until_stopped  # noqa: PLC0415  # an extra: may be missing
        except ModuleNotFoundError:
            raise ConfigurationError(MISSING) from None
        kind = self._kind(args[0] if args else "read_also", opts)
        folder = places(self.given).state / FOLDER
        configure_logging(self.given)
        try:
            with closing(sole_scheduler(kind, folder)):
                poll = self._poll(kind, folder, opts)
                run_until_stopped(poll, every=opts.every, jitter=opts.jitter)
        except OSError as error:
            raise ConfigurationError(f"{error.filename or folder}: {error.strerror or error}") from error

    def _kind(self, spider: str, opts: argparse.Namespace) -> Kind:
        """Return what to crawl; raises `ArgumentError` now for what would fail every crawl."""
        kind = Kind(spider, _pairs("-a", opts.spargs), _pairs("-s", opts.set))
        spiders = get_spider_loader(self.given)
        if spider not in spiders.list():
            raise ArgumentError(f"no spider {spider!r}: give one of {', '.join(spiders.list())}")
        loaded: Any = spiders.load(spider)
        loaded.arguments_type.parse(kind.arguments)
        return kind

    def _poll(self, kind: Kind, folder: Any, opts: argparse.Namespace) -> Callable[[Event], None]:
        if not opts.to:
            return Children(kind, folder, opts.limit, every=opts.every).poll
        from espreso_crawler.scheduling.scrapyd import ScrapydJobs  # noqa: PLC0415  # its client takes 80 ms to load

        jobs = ScrapydJobs(kind, [target(name) for name in opts.to], opts.limit, GRACE, opts.every)
        jobs.check()
        return jobs.poll


def _duration(text: str) -> timedelta:
    try:
        return duration(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _pairs(option: str, given: list[str]) -> dict[str, str]:
    try:
        return dict(arglist_to_dict(given))
    except ValueError:
        raise ArgumentError(f"{option} {' '.join(given)}: give NAME=VALUE") from None
