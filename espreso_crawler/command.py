"""The base of the commands: checked settings and options, one line for an error, output that may end at any time."""

import argparse
import atexit
import errno
import os
import re
import sys
from abc import abstractmethod
from collections.abc import Container, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from types import TracebackType
from typing import ClassVar

from scrapy.commands import ScrapyCommand, ScrapyHelpFormatter
from scrapy.exceptions import UsageError
from scrapy.settings import Settings

from espreso_crawler import options
from espreso_crawler.exceptions import ArgumentError, ClusterError, ConfigurationError, ExitCode, LedgerError

BROKEN = (errno.EPIPE, errno.ENOSPC, errno.EIO, errno.EFBIG)
"""Errors of an output that nobody reads any more, or that has no room."""
NEAR = 0.75
"""How alike two names are, of 1, so that one may be meant by the other."""


class EspresoCommand(ScrapyCommand):
    """Base of the commands: `work` does what was asked for, or raises one of the project's errors."""

    requires_project = True
    requires_crawler_process = False
    usage: ClassVar[str] = "[options]"
    purpose: ClassVar[str]
    """The line in the list of commands."""
    wanted: ClassVar[str] = ""
    """What the one argument is; empty for a command that takes none."""
    takes_many: ClassVar[bool] = False
    """Whether it takes any number of arguments."""
    is_checked: ClassVar[bool] = True
    """Whether a wrong setting is refused; False for a command that makes a crawl, which checks its own."""

    def syntax(self) -> str:
        """Return the usage line."""
        return self.usage

    def short_desc(self) -> str:
        """Return the line in the list of commands."""
        return self.purpose

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add Scrapy's options."""
        super().add_options(parser)
        self._parser = prepared(parser)

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Take the options over; raises UsageError for an unknown one, and for too many or too few arguments."""
        super().process_options(args, opts)
        refuse_unknown(args, self._parser)
        if self.wanted and len(args) != 1:
            raise UsageError(f"give {self.wanted}")
        if not self.wanted and args and not self.takes_many:
            raise UsageError(f"takes no arguments, only options: {' '.join(args)}")
        take_cluster(self.given, opts)
        self.given.setdict(options.defaults(), "default")  # another project's settings do not have them

    @property
    def given(self) -> Settings:
        """The settings."""
        assert self.settings  # noqa: S101  # Scrapy sets them before it calls anything
        return self.settings

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Do the work; an error of the project's is one line and an exit code."""
        with refusing(self):
            if self.is_checked:
                options.check(self.given)
            self.work(args, opts)

    @abstractmethod
    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        """Do what was asked for."""


def add_cluster(parser: argparse.ArgumentParser) -> None:
    """Add the option that names a cluster; it is a setting."""
    parser.add_argument(
        "--cluster", metavar="ADDRESS", help="Dask scheduler whose workers read, tcp://HOST:8786 (ESPRESO_CLUSTER)"
    )


def take_cluster(settings: Settings, opts: argparse.Namespace) -> None:
    """Take the option over. Raises UsageError for what is no address."""
    if (address := getattr(opts, "cluster", None)) is None:
        return
    allowed = options.OPTIONS["ESPRESO_CLUSTER"].allowed
    if not address or not allowed.accepts(address):
        raise UsageError(f"--cluster {address!r}: give {allowed.words}")
    settings.set("ESPRESO_CLUSTER", address, "cmdline")


class HelpFormatter(ScrapyHelpFormatter):
    """Scrapy's help, in which only what begins at the margin is a heading, and not each line that ends in a colon."""

    def format_part_strings(self, part_strings: list[str]) -> list[str]:
        """Keep the lines of help as they are."""
        kept = [f"{part}\0" if part.startswith(" ") else part for part in part_strings]
        return [part.replace("\0", "") for part in super().format_part_strings(kept)]


def prepared(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """Return a parser with the project's help."""
    parser.formatter_class = HelpFormatter
    return parser


def refuse_unknown(args: list[str], parser: argparse.ArgumentParser, arguments: Container[str] = ()) -> None:
    """Raise UsageError for an option that a parser left over: Scrapy takes it for an argument.

    ``arguments`` are those of a spider: what is meant is `-a since=1d` where `--since 1d` is given.
    """
    for each in (each for each in args if each.startswith("-") and each != "-"):
        name = each.partition("=")[0]
        near = get_close_matches(name, re.findall(r"--[a-z][a-z-]+", parser.format_help()), 1, NEAR)
        meant = f"-a {name.lstrip('-')}=..." if name.lstrip("-") in arguments else near[0] if near else ""
        raise UsageError(f"unknown option {each}" + (f": did you mean {meant}?" if meant else ""))


def refuse(command: ScrapyCommand, reason: str, code: ExitCode) -> None:
    """Print why a command does not do what was asked, and set the code it exits with."""
    name = getattr(command, "called", None) or type(command).__module__.rpartition(".")[2]
    print(f"scrapy {name}: {reason}", file=sys.stderr)
    command.exitcode = int(code)


@contextmanager
def refusing(command: ScrapyCommand) -> Iterator[None]:
    """End a command in one line and the exit code that fits, where one of the project's errors ends the block.

    Standard output that breaks is one too: a reader that has seen enough is no error, a full disk is.
    """
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        _let_go()
    except ArgumentError as error:
        refuse(command, str(error), ExitCode.ARGUMENT)
    except ConfigurationError as error:
        refuse(command, str(error), ExitCode.CONFIGURATION)
    except ClusterError as error:
        refuse(command, f"{error}; what was written stays, and a second call goes on", ExitCode.SOURCE)
    except LedgerError as error:
        refuse(command, str(error), ExitCode.OUTPUT)
    except OSError as error:
        if error.filename is None:
            _let_go()
        refuse(command, f"{error.filename or 'standard output'}: {error.strerror}", ExitCode.OUTPUT)


def guard_output() -> None:
    """Let standard output that breaks be one line in Scrapy's own commands too, where nobody catches it.

    A stream that was closed before the start leads nowhere from now on: Scrapy's log fails without one.
    """
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123  # to the end
    before = sys.excepthook

    def told(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if isinstance(error, OSError) and error.errno in BROKEN and error.filename is None:
            _say_broken(error)
        else:
            before(kind, error, trace)

    sys.excepthook = told
    atexit.register(_flush_last)


def _flush_last() -> None:
    """Write what is left, before Python tries to and complains."""
    try:
        sys.stdout.flush()
    except OSError as error:
        _say_broken(error)
        os._exit(0 if error.errno == errno.EPIPE else int(ExitCode.OUTPUT))


def _say_broken(error: OSError) -> None:
    _let_go()
    if error.errno != errno.EPIPE:
        print(f"scrapy: standard output: {error.strerror}", file=sys.stderr, flush=True)


def _let_go() -> None:
    """Send what is left for standard output nowhere: Python would complain of it at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
