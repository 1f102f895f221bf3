"""``scrapy ledger forget ID|URL --reason TEXT``: takes a text out everywhere, for good."""

import argparse
from pathlib import Path

from espreso_crawler.archive import finish_forgetting, is_own, missing, note_forgotten
from espreso_crawler.cluster import clear
from espreso_crawler.exceptions import ConfigurationError
from espreso_crawler.ledger import Forgotten
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
            files = {each.file for each in self.care.evidence() if each.id in ids}
            if any(map(is_own, files)) and not (archive and archive.is_dir()):
                raise ConfigurationError(
                    f"{target}: its pages are in an archive: set ESPRESO_ARCHIVE to its folder"
                    + (f", {archive} is none" if archive else "")
                    + "; if it is gone, to an empty one"
                )
            if archive and archive.is_dir():
                note_forgotten(archive, addresses)
            done = run.forget(target, reason=reason)
        clear(places(self.given).cluster)
        changed, busy = list[str](), list[str]()
        try:
            if archive and archive.is_dir():
                changed, busy = finish_forgetting(archive, waits=True)
        finally:
            self._tell(done, changed, busy)
            _tell_of_others(archive, files)

    def _tell(self, done: Forgotten, changed: list[str], busy: list[str]) -> None:
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


def _tell_of_others(archive: Path | None, files: set[str]) -> None:
    for name in missing(archive, files) if archive and archive.is_dir() else ():
        print(f"not in {archive}; if it is elsewhere, it still holds the page: {name}")
    for name in sorted(name for name in files if not is_own(name)):
        print(f"an archive that is not this crawler's, still holds the page: {name}")
