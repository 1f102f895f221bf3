"""The pages behind the records, kept as WARC files: written by a crawl, proved, cut down to what is still wanted.

docs/evidence.md describes the folder. Nothing here opens a ledger; what a ledger points to is given to it.
"""

from espreso_crawler.archive.blanking import finish as finish_forgetting
from espreso_crawler.archive.blanking import note as note_forgotten
from espreso_crawler.archive.captures import missing, stored_answer
from espreso_crawler.archive.layout import is_own
from espreso_crawler.archive.records import Answer
from espreso_crawler.archive.retention import Pruned, prune
from espreso_crawler.archive.verification import Pointed, Verified, verify
from espreso_crawler.archive.warc_file import Pointer
from espreso_crawler.archive.writing import Archive

__all__ = [
    "Answer",
    "Archive",
    "Pointed",
    "Pointer",
    "Pruned",
    "Verified",
    "finish_forgetting",
    "is_own",
    "missing",
    "note_forgotten",
    "prune",
    "stored_answer",
    "verify",
]
