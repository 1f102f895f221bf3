"""``scrapy ledger forget ID|URL --reason TEXT``: takes a text out everywhere, for good."""

import argparse

from espreso_crawler.archive import finish_forgetting, note_forgotten
from espreso_crawler.exceptions import ConfigurationError
from espreso_crawler.ledger_command import LedgerCommand, checked, id_or_address
from espreso_crawler.places import places


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
        archive = places(self.given).archive
        with self.as_run({"reason": reason}) as run:
            ids, addresses = run.to_forget(target)
            if archive is None and any(each.id in ids for each in self.care.evidence()):
                raise ConfigurationError(f"{target}: its pages are in an archive: set ESPRESO_ARCHIVE to its folder")
            if archive is not None and archive.is_dir():
                note_forgotten(archive, addresses)
            done = run.forget(target, reason=reason)
        changed, busy = finish_forgetting(archive, waits=True) if archive is not None else ([], [])
        for decision in done.decisions:
            print(f"{decision.event} {decision.id} revision {decision.revision}")
        if not done.decisions:
            print("the output holds no such article; everything else is forgotten")
        for name in done.rewritten:
            print(f"rewritten {name}")
        for name in changed:
            print(f"blanked in {name}")
        for name in busy:
            print(f"a crawl still writes {name}: what it has of this is blanked when it ends")
        for name in done.archived:
            print(f"archived file that still holds the text: {name}")
