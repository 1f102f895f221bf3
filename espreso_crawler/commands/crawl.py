"""``scrapy crawl`` with honest exit codes and one-line errors; everything else is Scrapy's own command."""

import argparse
import asyncio
import sys
from typing import Any, cast

from scrapy.commands.crawl import Command as CrawlCommand
from scrapy.exceptions import UsageError
from scrapy.spiderloader import get_spider_loader

from espreso_crawler.commands import refuse
from espreso_crawler.exceptions import ArgumentError, EspresoError, ExitCode, LedgerError
from espreso_crawler.extensions.signals import exit_code_of


class Command(CrawlCommand):
    """Runs a spider; see `ExitCode` for what it tells the shell."""

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
        except KeyError:
            refuse(self, f"no spider {args[0]!r}: there are {', '.join(spiders.list())}", ExitCode.ARGUMENT)
        except ArgumentError as error:
            refuse(self, str(error), ExitCode.ARGUMENT)
        if self.exitcode:
            sys.exit(self.exitcode)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Crawl, and set the exit code from what happened."""
        process = self.crawler_process
        assert process  # noqa: S101  # Scrapy sets it before it calls run
        crawler = process.create_crawler(args[0])
        # Scrapy runs commands by AsyncCrawlerProcess, whose crawls are tasks.
        crawl = cast("asyncio.Task[None]", process.crawl(crawler, **opts.spargs))
        process.start()
        if process.bootstrap_failed:
            self.exitcode = ExitCode.CONFIGURATION
        error = crawl.exception() if crawl.done() and not crawl.cancelled() else None
        if error:
            self._not_started(error)
        self.exitcode = max(self.exitcode, exit_code_of(crawler))

    def _not_started(self, error: BaseException) -> None:
        if not isinstance(error, EspresoError):
            raise error
        code = ExitCode.OUTPUT if isinstance(error, LedgerError) else ExitCode.CONFIGURATION
        refuse(self, str(error), code)
