"""``scrapy discard RUN --reason TEXT``: drops what a run's monitors held back; the entries are fetched again."""

import argparse

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from espreso_crawler.commands import refusing
from espreso_crawler.commands._ledger_run import checked, ledger_of_its_own
from espreso_crawler.ledger.releasing import discard


class Command(ScrapyCommand):
    """Deletes a run's quarantined rows and makes their entries pending, for a mended parser to read."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        """Return the usage line."""
        return "<RUN> --reason TEXT"

    def short_desc(self) -> str:
        """Return the line in the list of commands."""
        return "Drop what a run's monitors put into quarantine"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add this command's options."""
        super().add_options(parser)
        parser.add_argument("--reason", required=True, metavar="TEXT", help="why; it stays with the entries")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Discard, and print how much."""
        if len(args) != 1:
            raise UsageError("give the id of one run; `scrapy ledger` shows which have rows in quarantine")
        assert self.settings  # noqa: S101  # Scrapy sets them before it calls run
        with refusing(self):
            target, reason = checked(args[0]), checked(opts.reason)
            with ledger_of_its_own(self.settings, "discard", {"target": target, "reason": reason}) as ledger:
                dropped, pending = discard(ledger, target, reason=reason)
            print(f"{dropped} rows dropped, {pending} entries pending")
