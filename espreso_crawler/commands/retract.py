"""``scrapy ledger retract RUN|ID --reason TEXT``: takes wrong rows back; the next crawl fetches them again."""

import argparse

from espreso_crawler.ledger_command import LedgerCommand, checked


class Command(LedgerCommand):
    """Emits a ``retracted`` line for every article that a run wrote, or for one article."""

    usage = "<RUN|ID> --reason TEXT"
    purpose = "Take back what a run wrote, or one article"
    takes_reason = "the reason; the emitted lines hold it"
    wanted = "one run or article id"

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        """Retract, seal, and print what was emitted."""
        target, reason = checked(args[0]), checked(opts.reason)
        with self.as_run({"target": target, "reason": reason}) as run:
            decisions = run.retract(target, reason=reason)
        for decision in decisions:
            print(f"{decision.event} {decision.id} revision {decision.revision}")
