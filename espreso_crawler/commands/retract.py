"""``scrapy retract RUN|ID --reason TEXT``: takes wrong rows back; the next crawl fetches their articles again."""

import argparse

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from espreso_crawler.commands import refusing
from espreso_crawler.commands._ledger_run import checked, ledger_of_its_own
from espreso_crawler.ledger.retraction import retract


class Command(ScrapyCommand):
    """Emits a ``retracted`` line for every article that a run wrote, or for one article."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        """Return the usage line."""
        return "<RUN|ID> --reason TEXT"

    def short_desc(self) -> str:
        """Return the line in the list of commands."""
        return "Take back what a run wrote, or one article"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add this command's options."""
        super().add_options(parser)
        parser.add_argument("--reason", required=True, metavar="TEXT", help="why; it goes into the emitted lines")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Retract, seal, and print what was emitted."""
        if len(args) != 1:
            raise UsageError("give one run or article id")
        assert self.settings  # noqa: S101  # Scrapy sets them before it calls run
        with refusing(self):
            target, reason = checked(args[0]), checked(opts.reason)
            with ledger_of_its_own(self.settings, "retract", {"target": target, "reason": reason}) as ledger:
                decisions = retract(ledger, target, reason=reason)
            for decision in decisions:
                print(f"{decision.event} {decision.id} revision {decision.revision}")
