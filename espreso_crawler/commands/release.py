"""``scrapy release RUN``: lets what a run's monitors held back go out, and accepts the change that they found."""

import argparse
from collections.abc import Mapping
from typing import Any

from espreso_crawler.command import EspresoCommand
from espreso_crawler.commands._ledger_run import checked, ledger_of_its_own
from espreso_crawler.ledger import Ledger
from espreso_crawler.ledger.care.releasing import Released, has_quarantine, release
from espreso_crawler.monitors import Observation, Tally
from espreso_crawler.monitors.judge import ENOUGH


class Command(EspresoCommand):
    """Decides a run's quarantined rows again and seals them; what the run saw is usual from then on."""

    usage = "<RUN>"
    purpose = "Let out what a run's monitors put into quarantine, and accept the change they found"
    wanted = "the id of one run; `scrapy ledger` shows which have rows in quarantine"

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        """Release, seal, and print what became of each row."""
        target = checked(args[0])
        with ledger_of_its_own(self.given, "release", {"target": target}) as ledger:
            changed = ledger.baselines.changed(target)
            is_held = has_quarantine(ledger, target) or not changed  # with neither, `release` says so
            released = release(ledger, target) if is_held else Released()
            _teach(ledger, released, changed)
        for edition, tally in changed.items():
            print(f"accepted {edition}: {', '.join(tally['changes'])}; what the run saw is the new normal")
        for decision in released.decisions:
            print(f"{decision.event or decision.outcome} {decision.id} revision {decision.revision}")


def _teach(ledger: Ledger, released: Released, changed: Mapping[str, dict[str, Any]]) -> None:
    """Take what a person has said to be right for usual; a change, or many rows, for the new normal."""
    seen: dict[str, Tally] = {edition: Tally.from_document(tally) for edition, tally in changed.items()}
    for text in released.observations:
        row = Observation.from_json(text)
        seen.setdefault(row.edition, Tally()).add(Tally.of([row]))
    for edition, tally in seen.items():
        ledger.baselines.add(edition, tally.document(), anew=edition in changed or tally.rows >= ENOUGH)
