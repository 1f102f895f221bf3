"""``scrapy crawl`` with honest exit codes and one-line errors; everything else is Scrapy's own command."""

import argparse
import asyncio
import logging
import sys
from typing import Any, cast

from scrapy.commands.crawl import Command as CrawlCommand
from scrapy.exceptions import UsageError
from scrapy.spiderloader import get_spider_loader
from scrapy.utils.log import configure_logging

from espreso_crawler.commands import refuse
from espreso_crawler.exceptions import ArgumentError, ConfigurationError, EspresoError, ExitCode, LedgerError
from espreso_crawler.extensions.notification import tell_of_no_start
from espreso_crawler.extensions.signals import exit_code_of, stops
from espreso_crawler.scrapy_settings import check_reactor

logger = logging.getLogger(__name__)


class Command(CrawlCommand):
    """Runs a spider; see `ExitCode` for what it tells the shell."""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options; from here on, what is loaded and opened is closed in order when a signal comes."""
        super().add_options(parser)
        stops.watch()

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Check spider and arguments before anything is opened or logged."""
        super().process_options(args, opts)
        if len(args) != 1:
            raise UsageError("give one spider, e.g. scrapy crawl read_also")
        assert self.settings  # noqa: S101  # Scrapy sets them before it calls this
        spiders = get_spider_loader(self.settings)
        try:
            spider: Any = spiders.load(args[0])
            spider.arguments_type.parse(opts.spargs)
            check_reactor(self.settings)
        except KeyError:
            self._refuse(f"no spider {args[0]!r}: there are {', '.join(spiders.list())}", ExitCode.ARGUMENT)
        except ArgumentError as error:
            self._refuse(str(error), ExitCode.ARGUMENT)
        except ConfigurationError as error:
            self._not_started(args[0], error)
        if self.exitcode:
            sys.exit(self.exitcode)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Crawl, and set the exit code from what happened."""
        process = self.crawler_process
        assert process  # noqa: S101  # Scrapy sets it before it calls run
        crawler = process.create_crawler(args[0])
        # Scrapy runs commands by AsyncCrawlerProcess, whose crawls are tasks.
        crawl = cast("asyncio.Task[None]", process.crawl(crawler, **opts.spargs))
        process.start(install_signal_handlers=not stops.is_watching)
        if process.bootstrap_failed:
            self.exitcode = ExitCode.CONFIGURATION
        error = crawl.exception() if crawl.done() and not crawl.cancelled() else None
        if error:
            self._not_started(args[0], error)
        self.exitcode = max(self.exitcode, exit_code_of(crawler), 0 if stops.is_over else stops.code or 0)

    def _not_started(self, spider: str, error: BaseException) -> None:
        if not isinstance(error, EspresoError):
            raise error
        code = ExitCode.OUTPUT if isinstance(error, LedgerError) else ExitCode.CONFIGURATION
        self._refuse(str(error), code)
        if self.settings:
            tell_of_no_start(self.settings, spider, code, str(error))

    def _refuse(self, reason: str, code: ExitCode) -> None:
        """Say why there is no crawl on stderr, and in the log file if there is one: a Scrapyd job shows that only."""
        refuse(self, reason, code)
        if self.settings and self.settings.get("LOG_FILE"):
            configure_logging(self.settings)
            logger.critical("%s", reason)
