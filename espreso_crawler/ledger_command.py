"""The base of the commands on the ledger: `scrapy ledger <name>`, and their old names."""

import argparse
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import ClassVar

from espreso_crawler import identity, record
from espreso_crawler.command import EspresoCommand
from espreso_crawler.exceptions import ArgumentError, ConfigurationError
from espreso_crawler.extensions.ledger import rules_of
from espreso_crawler.ledger import DecidingRun, LedgerCare
from espreso_crawler.places import places

FAMILY = "ledger"


class LedgerCommand(EspresoCommand):
    """Base of ``scrapy ledger <name>``; under its own name alone it says where it went, once, on stderr."""

    called: str | None = None
    takes_reason: ClassVar[str] = ""
    """What ``--reason`` is for; empty for a command without."""

    @property
    def name(self) -> str:
        """The name in the family."""
        return type(self).__module__.rpartition(".")[2]

    def short_desc(self) -> str:
        """Return the line in the list of commands: an old name."""
        return f"Old name of `scrapy {FAMILY} {self.name}`"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add Scrapy's options, and ``--reason`` where one is wanted."""
        super().add_options(parser)
        if self.takes_reason:
            parser.add_argument("--reason", required=True, metavar="TEXT", help=self.takes_reason)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Do the work."""
        if self.called is None:
            told = f"scrapy {self.name}: use `scrapy {FAMILY} {self.name}`; version 0.2 removes this name"
            sys.stderr.write(f"{told}\n")
        super().run(args, opts)

    @property
    def care(self) -> LedgerCare:
        """The ledger; raises ConfigurationError for a crawl without memory."""
        where = places(self.given)
        if where.ledger is None:
            raise ConfigurationError("ESPRESO_LEDGER=none: there is no ledger to work on; leave the setting out")
        return LedgerCare(where.ledger, output=where.output, state=where.state)

    @contextmanager
    def as_run(self, arguments: Mapping[str, str]) -> Iterator[DecidingRun]:
        """Open the ledger for a command that writes lines: see `LedgerCare.as_run`."""
        with self.care.as_run(self.name, arguments, record=record, rules=rules_of(self.given)) as run:
            yield run


def checked(text: str) -> str:
    """Return an argument without white space around it; raises ArgumentError when a line cannot hold it."""
    if not (stripped := text.strip()):
        raise ArgumentError("the argument and --reason must not be empty")
    try:
        stripped.encode()
    except UnicodeEncodeError:
        raise ArgumentError(f"{stripped!r}: not in UTF-8") from None
    return stripped


def id_or_address(given: str) -> str:
    """Return an id as it is, and an address in its canonical form; raises ArgumentError for what is neither."""
    if "://" not in given:
        return given
    try:
        return identity.canonical_url(given)
    except ValueError as error:
        raise ArgumentError(f"{given}: {error}") from error
