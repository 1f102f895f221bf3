"""``scrapy ledger release RUN``: lets what monitors held back go out, and accepts the change that they found."""

import argparse
from collections.abc import Mapping
from typing import Any

from espreso_crawler.ledger import DecidingRun, Released
from espreso_crawler.ledger_command import LedgerCommand, checked
from espreso_crawler.monitors import Observation, Tally
from espreso_crawler.monitors.judge import ENOUGH


class Command(LedgerCommand):
    """Decides a run's quarantined rows again and seals them; what the run saw is usual from then on."""

    usage = "<RUN>"
    purpose = "Write the rows that a run's monitors put into quarantine, and accept the change they found"
    wanted = "the id of one run; `scrapy ledger` shows which have rows in quarantine"

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        """Release, seal, and print what became of each row."""
        target = checked(args[0])
        with self.as_run({"target": target}) as run:
            changed = run.changed(target)
            is_held = run.has_quarantine(target) or not changed  # with neither, `release` says so
            released = run.release(target) if is_held else Released()
            _teach(run, released, changed)
        for edition, tally in changed.items():
            print(f"accepted {edition}: {', '.join(tally['changes'])}; later runs are compared with this one")
        for decision in released.decisions:
            print(f"{decision.event or decision.outcome} {decision.id} revision {decision.revision}")


def _teach(run: DecidingRun, released: Released, changed: Mapping[str, dict[str, Any]]) -> None:
    """Take what a person has said to be right for usual; a change, or many rows, for the new normal."""
    seen: dict[str, Tally] = {edition: Tally.from_document(tally) for edition, tally in changed.items()}
    for text in released.observations:
        row = Observation.from_json(text)
        seen.setdefault(row.edition, Tally()).add(Tally.of([row]))
    for edition, tally in seen.items():
        run.learn(edition, tally.document(), anew=edition in changed or tally.rows >= ENOUGH)
