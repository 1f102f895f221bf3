"""``scrapy crawl`` with honest exit codes and one-line errors; everything else is Scrapy's own command."""

import argparse
import asyncio
import logging
import sys
from collections.abc import Iterator
from textwrap import wrap
from typing import Any, cast

from scrapy.commands.crawl import Command as CrawlCommand
from scrapy.exceptions import UsageError
from scrapy.settings import Settings
from scrapy.spiderloader import get_spider_loader
from scrapy.utils.log import configure_logging

from espreso_crawler.command import add_cluster, prepared, refuse_unknown, refusing, take_cluster
from espreso_crawler.commands import refuse
from espreso_crawler.exceptions import ArgumentError, ConfigurationError, EspresoError, ExitCode, LedgerError
from espreso_crawler.extensions.notification import MEANING, STOPPED, tell_of_no_start
from espreso_crawler.extensions.signals import exit_code_of, stops
from espreso_crawler.log_format import hide_chatter
from espreso_crawler.scrapy_settings import check_early
from espreso_crawler.spiders.arguments import CrawlArguments, ReadAlsoArguments

logger = logging.getLogger(__name__)


ADVICE = {
    ExitCode.SOURCE: "crawl again later: what was not fetched is pending",
    ExitCode.OUTPUT: "correct what the line above names, then crawl again",
    ExitCode.MONITOR: "look at the findings in the run file, then release or discard the rows: docs/monitors.md",
    ExitCode.INTERRUPTED: "crawl again to go on where it stopped",
    ExitCode.TERMINATED: "crawl again to go on where it stopped",
}
ARGUMENTS = frozenset(ReadAlsoArguments.model_fields) - {"job"}
"""Of the spider that takes most."""


class FirstError(logging.Handler):
    """Remembers the first error of this project's components, or the first critical one: it is why the run failed."""

    def __init__(self, spider: str = "") -> None:
        super().__init__(logging.ERROR)
        self.text = ""
        self._gravest = 0
        self._ours = ("espreso_crawler", spider)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the message; later ones follow from it."""
        if record.name.partition(".")[0] in self._ours and record.levelno > self._gravest:
            self.text, self._gravest = record.getMessage(), record.levelno


def ended(code: ExitCode, error: str) -> str:
    """Return why a crawl failed and what to do, for the last line of its run.

    >>> ended(ExitCode.SOURCE, "Start page http://h/news: HTTP 404")
    'exit code 3: the source could not be read (Start page http://h/news: HTTP 404); crawl again later: what ...'
    """
    reason = f" ({error})" if error and code not in STOPPED else ""
    advice = ADVICE.get(code, "see the log")
    return f"exit code {int(code)}: {MEANING[code]}{reason}; {advice}"


class Help(argparse.Action):
    """``--help`` with the arguments of the spider that is named, else of all of them."""

    def __init__(self, option_strings: list[str], dest: str, spiders: Any) -> None:
        super().__init__(option_strings, argparse.SUPPRESS, nargs=0, help="show this help message and exit")
        self._spiders = spiders

    def __call__(self, parser: argparse.ArgumentParser, *_given: Any) -> None:
        """Print the help and end."""
        print(parser.format_help())
        named = [name for name in self._spiders.list() if name in sys.argv]
        for name in named or self._spiders.list():
            spider = self._spiders.load(name)
            if model := getattr(spider, "arguments_type", None):
                title = f"Arguments of {name}"
                print(title, "=" * len(title), *described(model), "", sep="\n")
        parser.exit()


def described(model: type[CrawlArguments]) -> Iterator[str]:
    """Yield what a spider's arguments are, in lines of 80 columns at most."""
    for name, field in model.model_fields.items():
        if name != "job":
            meaning = " ".join((field.description or "").replace("`", "").split())
            yield from wrap(meaning, 79, initial_indent=f"  -a {name + '=':<18}", subsequent_indent=" " * 23)


class Command(CrawlCommand):
    """Runs a spider; see `ExitCode` for what it tells the shell."""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options; from here on, what is loaded and opened is closed in order when a signal comes."""
        super().add_options(parser)
        self._parser = prepared(parser)
        add_cluster(parser)
        parser.add_argument("-h", "--help", action=Help, spiders=get_spider_loader(self._given))
        stops.watch()

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Check spider and arguments before anything is opened or logged."""
        super().process_options(args, opts)
        refuse_unknown(args, self._parser, ARGUMENTS)
        if len(args) != 1:
            raise UsageError("give one spider, e.g. scrapy crawl read_also")
        take_cluster(self._given, opts)
        spiders = get_spider_loader(self._given)
        try:
            spider: Any = spiders.load(args[0])
            spider.arguments_type.parse(opts.spargs)
            check_early(self._given)
        except KeyError:
            self._refuse(f"no spider {args[0]!r}: give one of {', '.join(spiders.list())}", ExitCode.ARGUMENT)
        except ArgumentError as error:
            self._refuse(str(error), ExitCode.ARGUMENT)
        except ConfigurationError as error:
            self._not_started(args[0], error)
        else:
            if opts.cluster is not None and getattr(spider, "is_live", True):
                self._refuse("--cluster is for the spider archive: others fetch, from this machine", ExitCode.ARGUMENT)
        if self.exitcode:
            sys.exit(self.exitcode)
        hide_chatter(self._given.get("LOG_LEVEL"))  # the first of it comes before the add-on

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Crawl, and set the exit code from what happened."""
        process = self.crawler_process
        assert process  # noqa: S101  # Scrapy sets it before it calls run
        crawler = process.create_crawler(args[0])
        first_error = FirstError(args[0])
        logging.getLogger().addHandler(first_error)
        # Scrapy runs commands by AsyncCrawlerProcess, whose crawls are tasks.
        crawl = cast("asyncio.Task[None]", process.crawl(crawler, **opts.spargs))
        process.start(install_signal_handlers=not stops.is_watching)
        if process.bootstrap_failed:
            self.exitcode = ExitCode.CONFIGURATION
        error = crawl.exception() if crawl.done() and not crawl.cancelled() else None
        if error:
            self._not_started(args[0], error)
        self.exitcode = max(self.exitcode, exit_code_of(crawler), 0 if stops.is_over else stops.code or 0)
        with refusing(self):
            sys.stdout.flush()  # a copy may go there
        if self.exitcode and not error:
            self._refuse(ended(ExitCode(self.exitcode), first_error.text), ExitCode(self.exitcode))

    @property
    def _given(self) -> Settings:
        assert self.settings  # noqa: S101  # Scrapy sets them before it calls anything
        return self.settings

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
