"""``scrapy ledger discard RUN --reason TEXT``: drops what a run's monitors held back; the entries are fetched again."""

import argparse

from espreso_crawler.ledger_command import LedgerCommand, checked
from espreso_crawler.progress.words import many


class Command(LedgerCommand):
    """Deletes a run's quarantined rows and makes their entries pending, for a corrected parser to read."""

    usage = "<RUN> --reason TEXT"
    purpose = "Drop the rows that a run's monitors put into quarantine"
    takes_reason = "the reason; the ledger keeps it with the entries"
    wanted = "the id of one run; `scrapy ledger` shows which have rows in quarantine"

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        """Discard, and print how much."""
        target, reason = checked(args[0]), checked(opts.reason)
        with self.as_run({"target": target, "reason": reason}) as run:
            dropped, pending = run.discard(target, reason=reason)
        print(f"{many(dropped, 'row')} dropped, {many(pending, 'entry', 'entries')} pending")
