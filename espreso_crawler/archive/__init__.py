"""The pages behind the records, kept as WARC files: written by a crawl, proved, cut down to what is still wanted.

docs/evidence.md describes the folder. Nothing here opens a ledger; what a ledger points to is given to it.
"""

from espreso_crawler.archive.records import Answer
from espreso_crawler.archive.warc_file import Pointer
from espreso_crawler.archive.writing import Archive

__all__ = ["Answer", "Archive", "Pointer"]
