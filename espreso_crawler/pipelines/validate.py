"""Step 800: holds the whole record to the strict schema; keeps what breaks it, with every error."""

import errno
import logging
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import orjson
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.statscollectors import StatsCollector

from espreso_crawler.drops import Invalid
from espreso_crawler.exceptions import LedgerError
from espreso_crawler.extensions.ledger import LedgerExtension
from espreso_crawler.items import Article
from espreso_crawler.places import places
from espreso_crawler.record import encode
from espreso_crawler.schema.problem import Problem
from espreso_crawler.schema.validator import problems

logger = logging.getLogger(__name__)


class ValidatePipeline:
    """Passes an article that the strict schema accepts; drops any other as `Invalid`, kept as a reject."""

    def __init__(self, rejects: Path, run_id: str, stats: StatsCollector) -> None:
        self._file = rejects / f"{run_id}.jsonl"
        self._run_id = run_id
        self._stats = stats

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make it for a crawl."""
        extension = crawler.get_extension(LedgerExtension)
        if extension is None:
            raise NotConfigured(
                "EXTENSIONS: LedgerExtension is switched off, and no record is checked without it: switch it on"
            )
        return cls(places(crawler.settings).state / "rejects", extension.ledger.run.id, crawler.stats)

    def process_item(self, item: Article) -> Article:
        """Return a valid article as it is. Raises `Invalid` for any other one."""
        line, found = _checked(item)
        if not found:
            return item
        self._count(found)
        reasons = "; ".join(map(str, found))
        logger.warning("Invalid record: %s: %s", item.url, reasons)
        append_line(self._file, self._reject(item, found, line))
        raise Invalid(f"{item.url}: {reasons}", log_level="DEBUG")  # told above, without the whole item

    def _count(self, found: list[Problem]) -> None:
        for field in {problem.field for problem in found}:
            self._stats.inc_value(f"espreso/invalid/{field}")

    def _reject(self, item: Article, found: list[Problem], line: bytes) -> bytes:
        return encode(
            {
                "url": item.url,
                "errors": [str(problem) for problem in found],
                "record": orjson.Fragment(line),
                "run_id": self._run_id,
                "at": datetime.now(UTC),
            }
        )


def append_line(path: Path, line: bytes) -> None:
    """Add a whole line to a file that other processes may add to as well. Raises `LedgerError`."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            # One call: lines of two processes never mix.
            written = os.write(descriptor, line + b"\n")
            if written <= len(line):
                os.write(descriptor, b"\n")  # the next one begins a line all the same
        finally:
            os.close(descriptor)
    except OSError as error:
        raise LedgerError(f"{path}: {error.strerror}; a rejected record could not be kept") from error
    if written <= len(line):
        raise LedgerError(f"{path}: {os.strerror(errno.ENOSPC)}; a rejected record could not be kept")


def _checked(item: Article) -> tuple[bytes, list[Problem]]:
    """Return the line, null if JSON cannot hold the article, and its errors."""
    try:
        line = encode(item)
    except TypeError as error:
        return b"null", [Problem("record", "record", f"cannot be written as JSON: {error}")]
    return line, problems(line)
