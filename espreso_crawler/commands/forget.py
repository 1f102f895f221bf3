"""``scrapy forget ID|URL --reason TEXT``: takes a text out everywhere, for good."""

import argparse

from espreso_crawler import identity
from espreso_crawler.command import EspresoCommand
from espreso_crawler.commands._ledger_run import checked, ledger_of_its_own
from espreso_crawler.exceptions import ArgumentError
from espreso_crawler.ledger.care.forgetting import forget


class Command(EspresoCommand):
    """Erases an article from ledger, sealed files and rejects; it is never fetched nor emitted again."""

    usage = "<ID|URL> --reason TEXT"
    purpose = "Take an article out of ledger and output, for good"
    wanted = "one article id or address"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add this command's options."""
        super().add_options(parser)
        parser.add_argument("--reason", required=True, metavar="TEXT", help="why; it goes into the emitted line")

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        """Forget, seal, and print what was done."""
        target, reason = _target(args[0]), checked(opts.reason)
        # The run file outlives what is forgotten, so it does not name it.
        with ledger_of_its_own(self.given, "forget", {"reason": reason}) as ledger:
            done = forget(ledger, target, reason=reason)
        for decision in done.decisions:
            print(f"{decision.event} {decision.id} revision {decision.revision}")
        if not done.decisions:
            print("no article stood in the output; the rest is forgotten")
        for name in done.rewritten:
            print(f"rewritten {name}")
        for name in done.archived:
            print(f"archived, still holds the text: {name}")


def _target(given: str) -> str:
    target = checked(given)
    if "://" not in target:
        return target
    try:
        return identity.canonical_url(target)
    except ValueError as error:
        raise ArgumentError(f"{target}: {error}") from error
