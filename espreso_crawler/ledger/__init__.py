"""The ledger: what is known of every feed entry and article, and the one way to the output; no scrapy."""

from espreso_crawler.ledger.articles.decisions import Decision, Draft, Known, Record
from espreso_crawler.ledger.articles.neighbours import Neighbour
from espreso_crawler.ledger.articles.rechecks import Recheck
from espreso_crawler.ledger.articles.schedule import parse_schedule
from espreso_crawler.ledger.entries.coverage import WITNESSES, Stretch
from espreso_crawler.ledger.entries.gaps import Gap, GapReason
from espreso_crawler.ledger.entries.sightings import Lease, Listed, Sighting
from espreso_crawler.ledger.ledger import Ledger
from espreso_crawler.ledger.rules import Rules
from espreso_crawler.ledger.runs import Run, new_run_id

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
