"""What is known of every feed entry and article, and the only way into the output; no scrapy.

Two doors: `Ledger` for crawls, `LedgerCare` for commands. The other names are the data that pass through them.
"""

from espreso_crawler.ledger.articles.decisions import Decision, Draft, Known, Record
from espreso_crawler.ledger.articles.neighbours import Near, Neighbour
from espreso_crawler.ledger.articles.rechecks import Recheck
from espreso_crawler.ledger.articles.schedule import parse_schedule
from espreso_crawler.ledger.care.care import DecidingRun, LedgerCare
from espreso_crawler.ledger.care.evidence import Evidence
from espreso_crawler.ledger.care.forgetting import Forgotten
from espreso_crawler.ledger.care.reconcile import Report
from espreso_crawler.ledger.care.reextracting import Reextracted
from espreso_crawler.ledger.care.releasing import Released
from espreso_crawler.ledger.delivery.files import Written, write_document
from espreso_crawler.ledger.delivery.lines import STREAMS
from espreso_crawler.ledger.delivery.tail import SealedLine
from espreso_crawler.ledger.entries.coverage import WITNESSES, Coverage, Stretch
from espreso_crawler.ledger.entries.gaps import Gap, GapReason
from espreso_crawler.ledger.entries.sightings import Lease, Listed, Sighting
from espreso_crawler.ledger.holding.held_draft import HeldDraft
from espreso_crawler.ledger.ledger import Ledger
from espreso_crawler.ledger.pauses import Pauses
from espreso_crawler.ledger.rules import Rules
from espreso_crawler.ledger.runs import Run, new_run_id
from espreso_crawler.ledger.store.opening import Place, is_there, shown
from espreso_crawler.ledger.times import utc_now

__all__ = [
    "STREAMS",
    "WITNESSES",
    "Coverage",
    "DecidingRun",
    "Decision",
    "Draft",
    "Evidence",
    "Forgotten",
    "Gap",
    "GapReason",
    "HeldDraft",
    "Known",
    "Lease",
    "Ledger",
    "LedgerCare",
    "Listed",
    "Near",
    "Neighbour",
    "Pauses",
    "Place",
    "Recheck",
    "Record",
    "Reextracted",
    "Released",
    "Report",
    "Rules",
    "Run",
    "SealedLine",
    "Sighting",
    "Stretch",
    "Written",
    "is_there",
    "new_run_id",
    "parse_schedule",
    "shown",
    "utc_now",
    "write_document",
]
