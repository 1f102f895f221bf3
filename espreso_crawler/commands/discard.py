"""``scrapy discard RUN --reason TEXT``: drops what a run's monitors held back; the entries are fetched again."""

import argparse

from espreso_crawler.command import EspresoCommand
from espreso_crawler.commands._ledger_run import checked, ledger_of_its_own
from espreso_crawler.ledger.care.releasing import discard


class Command(EspresoCommand):
    """Deletes a run's quarantined rows and makes their entries pending, for a mended parser to read."""

    usage = "<RUN> --reason TEXT"
    purpose = "Drop what a run's monitors put into quarantine"
    wanted = "the id of one run; `scrapy ledger` shows which have rows in quarantine"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add this command's options."""
        super().add_options(parser)
        parser.add_argument("--reason", required=True, metavar="TEXT", help="why; it stays with the entries")

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        """Discard, and print how much."""
        target, reason = checked(args[0]), checked(opts.reason)
        with ledger_of_its_own(self.given, "discard", {"target": target, "reason": reason}) as ledger:
            dropped, pending = discard(ledger, target, reason=reason)
        print(f"{dropped} rows dropped, {pending} entries pending")
