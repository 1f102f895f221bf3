"""``scrapy release RUN``: lets what a run's monitors held back go out after all."""

import argparse
from collections import defaultdict

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from espreso_crawler.commands import refusing
from espreso_crawler.commands._ledger_run import checked, ledger_of_its_own
from espreso_crawler.ledger import Ledger
from espreso_crawler.ledger.releasing import Released, release
from espreso_crawler.monitors import Observation, Tally
from espreso_crawler.monitors.judge import ENOUGH


class Command(ScrapyCommand):
    """Decides a run's quarantined rows anew and seals them; what they look like is usual from then on."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        """Return the usage line."""
        return "<RUN>"

    def short_desc(self) -> str:
        """Return the line in the list of commands."""
        return "Let out what a run's monitors put into quarantine"

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Release, seal, and print what became of each row."""
        if len(args) != 1:
            raise UsageError("give the id of one run; `scrapy ledger` shows which have rows in quarantine")
        assert self.settings  # noqa: S101  # Scrapy sets them before it calls run
        with refusing(self):
            target = checked(args[0])
            with ledger_of_its_own(self.settings, "release", {"target": target}) as ledger:
                released = release(ledger, target)
                _teach(ledger, released)
            for decision in released.decisions:
                print(f"{decision.event or decision.outcome} {decision.id} revision {decision.revision}")


def _teach(ledger: Ledger, released: Released) -> None:
    """Take released rows for usual; where they are many, for the new normal: a person has said that they are right."""
    by_edition: dict[str, list[Observation]] = defaultdict(list)
    for text in released.observations:
        row = Observation.from_json(text)
        by_edition[row.edition].append(row)
    for edition, rows in by_edition.items():
        ledger.baselines.add(edition, Tally.of(rows).document(), anew=len(rows) >= ENOUGH)
