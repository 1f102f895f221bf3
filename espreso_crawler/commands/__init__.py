"""What a person or a job runs: crawl, extract, demo; thin, the work is done elsewhere."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from scrapy.commands import ScrapyCommand

from espreso_crawler.exceptions import ArgumentError, ConfigurationError, ExitCode, LedgerError


def refuse(command: ScrapyCommand, reason: str, code: ExitCode) -> None:
    """Print why a command does not do what was asked, and set the code it exits with."""
    name = type(command).__module__.rpartition(".")[2]
    print(f"scrapy {name}: {reason}", file=sys.stderr)
    command.exitcode = int(code)


@contextmanager
def refusing(command: ScrapyCommand) -> Iterator[None]:
    """End a command in one line and the exit code that fits, where one of the project's errors ends the block."""
    try:
        yield
    except ArgumentError as error:
        refuse(command, str(error), ExitCode.ARGUMENT)
    except ConfigurationError as error:
        refuse(command, str(error), ExitCode.CONFIGURATION)
    except LedgerError as error:
        refuse(command, str(error), ExitCode.OUTPUT)
