"""``scrapy ledger forget ID|URL --reason TEXT``: takes a text out everywhere, for good."""

import argparse

from espreso_crawler.ledger_command import LedgerCommand, checked, id_or_address


class Command(LedgerCommand):
    """Erases an article from ledger, sealed files and rejects; it is never fetched nor emitted again."""

    usage = "<ID|URL> --reason TEXT"
    purpose = "Take an article out of ledger and output, for good"
    takes_reason = "the reason; the emitted line holds it"
    wanted = "one article id or address"

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        """Forget, seal, and print what was done."""
        target, reason = id_or_address(checked(args[0])), checked(opts.reason)
        # The run file outlives what is forgotten, so it does not name it.
        with self.as_run({"reason": reason}) as run:
            done = run.forget(target, reason=reason)
        for decision in done.decisions:
            print(f"{decision.event} {decision.id} revision {decision.revision}")
        if not done.decisions:
            print("the output holds no such article; everything else is forgotten")
        for name in done.rewritten:
            print(f"rewritten {name}")
        for name in done.archived:
            print(f"archived file that still holds the text: {name}")
