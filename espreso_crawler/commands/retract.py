"""``scrapy retract RUN|ID --reason TEXT``: takes wrong rows back; the next crawl fetches their articles again."""

import argparse

from espreso_crawler.command import EspresoCommand
from espreso_crawler.commands._ledger_run import checked, ledger_of_its_own
from espreso_crawler.ledger.care.retraction import retract


class Command(EspresoCommand):
    """Emits a ``retracted`` line for every article that a run wrote, or for one article."""

    usage = "<RUN|ID> --reason TEXT"
    purpose = "Take back what a run wrote, or one article"
    wanted = "one run or article id"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add this command's options."""
        super().add_options(parser)
        parser.add_argument("--reason", required=True, metavar="TEXT", help="why; it goes into the emitted lines")

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        """Retract, seal, and print what was emitted."""
        target, reason = checked(args[0]), checked(opts.reason)
        with ledger_of_its_own(self.given, "retract", {"target": target, "reason": reason}) as ledger:
            decisions = retract(ledger, target, reason=reason)
        for decision in decisions:
            print(f"{decision.event} {decision.id} revision {decision.revision}")
