"""``scrapy ledger copy``: a ledger moves between SQLite and PostgreSQL, compared before it counts."""

import argparse
from collections.abc import Sequence

from scrapy.exceptions import UsageError

from espreso_crawler import ledger_places
from espreso_crawler.exceptions import ArgumentError
from espreso_crawler.ledger import LedgerCare
from espreso_crawler.ledger_command import LedgerCommand
from espreso_crawler.places import base, ledger_place, places


class Command(LedgerCommand):
    """Copies a ledger to a new place; the old one stays as it is."""

    usage = "FROM TO [options]"
    purpose = "Copy the ledger between SQLite and PostgreSQL, while no crawl runs"
    takes_many = True

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Take the options over; two arguments are wanted."""
        super().process_options(args, opts)
        if len(args) != 2:  # noqa: PLR2004  # from one to the other
            raise UsageError("give two places: that of the ledger, and that of its copy")

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        """Copy, and print how many rows each table has."""
        source, target = _checked(args)
        where = places(self.given)
        care = LedgerCare(ledger_place(source, base()), output=where.output, state=where.state)
        for table, rows in care.copy(ledger_place(target, base())).items():
            print(f"{rows:>12} {table}")
        print(f"Copied and compared. From now on: ESPRESO_LEDGER={target}; set the old ledger aside")


def _checked(args: Sequence[str]) -> Sequence[str]:
    for each in args:
        if not ledger_places.is_place(each):
            raise ArgumentError(f"{ledger_places.without_password(each)}: give {ledger_places.WORDS}")
    return args
