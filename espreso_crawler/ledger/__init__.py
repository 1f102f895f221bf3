"""The ledger: what is known of every feed entry and article, and the one way to the output; no scrapy."""

from espreso_crawler.ledger.coverage import WITNESSES, Stretch
from espreso_crawler.ledger.decisions import Decision, Draft, Known, Record
from espreso_crawler.ledger.gaps import Gap, GapReason
from espreso_crawler.ledger.ledger import Ledger
from espreso_crawler.ledger.neighbours import Neighbour
from espreso_crawler.ledger.rechecks import Recheck
from espreso_crawler.ledger.rules import Rules
from espreso_crawler.ledger.runs import Run, new_run_id
from espreso_crawler.ledger.schedule import parse_schedule
from espreso_crawler.ledger.sightings import Lease, Listed, Sighting

__all__ = [
    "WITNESSES",
    "Decision",
    "Draft",
    "Gap",
    "GapReason",
    "Known",
    "Lease",
    "Ledger",
    "Listed",
    "Neighbour",
    "Recheck",
    "Record",
    "Rules",
    "Run",
    "Sighting",
    "Stretch",
    "new_run_id",
    "parse_schedule",
]
