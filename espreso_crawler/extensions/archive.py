"""The archive of a crawl: what servers answered is kept, and a record gets a pointer only to what was written whole."""

import logging
import os
import platform
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Response

from espreso_crawler import __version__
from espreso_crawler.archive import Answer, Archive, Pointer
from espreso_crawler.durable import make_folder
from espreso_crawler.exceptions import ArchiveError, ExitCode
from espreso_crawler.extensions.ledger import keeper_of
from espreso_crawler.extensions.receivers import connect
from espreso_crawler.extensions.signals import EXIT_CODE_STAT
from espreso_crawler.items import EXTRACTOR_VERSION
from espreso_crawler.places import places
from espreso_crawler.progress.words import many

logger = logging.getLogger(__name__)

WAITS = "espreso_archive_waits"
"""In the meta of a request: its 200 answer is kept when its page was read, because the page may ask not to be."""
ANSWER = "espreso_archive_answer"
"""In the meta of such a request: the answer, until then."""
MEGABYTE = 1_000_000


class ArchiveExtension:
    """Holds the crawl's `Archive`; the middleware gives it what comes, the spiders tell it what was read.

    An answer that cannot be kept (a full disk) costs its record the pointer and the run exit code 4, nothing else.
    Before the ledger commits a record, what it points to is made durable; if that fails, the record is not committed.
    """

    _archive: Archive

    def __init__(self, crawler: Crawler, folder: Path) -> None:
        self._crawler = crawler
        self._stats = crawler.stats
        self._folder = folder
        self._is_open = False
        self._error: str | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make the folder, before there is a run. Raises `ArchiveError` when that cannot be done."""
        folder = places(crawler.settings).archive
        if folder is None:
            raise NotConfigured
        try:
            make_folder(folder)
        except OSError as error:
            raise ArchiveError(f"ESPRESO_ARCHIVE: {error.filename}: {error.strerror}") from error
        if not os.access(folder, os.W_OK | os.X_OK):
            raise ArchiveError(f"ESPRESO_ARCHIVE: {folder}: it cannot be written: check the rights of the folder")
        extension = cls(crawler, folder)
        connect(crawler, (extension.spider_closed, signals.spider_closed))
        return extension

    def open(self) -> None:
        """Begin to keep, now that the run has an id, and seal what killed crawls left."""
        settings, ledger = self._crawler.settings, keeper_of(self._crawler).ledger
        run = ledger.run
        self._archive = Archive(
            self._folder,
            run.id,
            information={
                "software": f"espreso_crawler/{__version__} Python/{platform.python_version()}",
                "format": "WARC File Format 1.1",
                "isPartOf": run.id,
                "robots": "obey" if settings.getbool("ROBOTSTXT_OBEY") else "ignore",
                "http-header-user-agent": settings["USER_AGENT"],
                "description": "headers as parsed: normalised, grouped names, no reason phrases; bodies as sent",
            },
            about={"run_id": run.id, "spider": run.spider, "extractor_version": EXTRACTOR_VERSION},
            most_bytes=settings.getint("ESPRESO_ARCHIVE_MEGABYTES") * MEGABYTE,
            most_seconds=settings.getfloat("ESPRESO_ARCHIVE_SECONDS"),
        )
        ledger.session.make_durable = self._archive.sync
        self._is_open = True
        for name in self._tried(self._archive.recover):
            logger.info("%s was left open by a crawl that was killed; it is sealed now", name)
        self._tried(self._archive.finish_forgetting)

    def take(self, request: Request, response: Response) -> None:
        """Keep an answer as it came, or hold it until its page was read."""
        answer = _answer(request, response)
        if request.meta.get(WAITS) and response.status == 200:  # noqa: PLR2004  # what is read is a 200
            request.meta[ANSWER] = answer
        else:
            self._write(answer)

    def keep(self, response: Response) -> Pointer | None:
        """Keep the answer that was held for a page that was read; None when it could not be, or has been."""
        answer = response.meta.pop(ANSWER, None)
        return self._write(answer) if answer else None

    def leave_out(self, response: Response) -> None:
        """Let go of an answer whose page asks not to be kept."""
        if response.meta.pop(ANSWER, None):
            self._stats.inc_value("espreso/archive/left_out")

    def spider_closed(self, spider: Spider) -> None:
        """Seal the last file, and say in the run file what was kept."""
        self._is_open = False
        self._tried(self._archive.close)
        self._tried(self._archive.finish_forgetting)
        kept, left_out, failed = (
            self._stats.get_value(name, 0)
            for name in ("espreso/archive/kept", "espreso/archive/left_out", "espreso/archive/failed")
        )
        count = {"kept": kept, "left_out": left_out, "failed": failed}
        keeper_of(self._crawler).extra["archive"] = {"files": self._archive.files, **count, "error": self._error}
        if failed:
            logger.error("Not kept in the archive: %s; %s", many(failed, "answer"), self._error)

    def _write(self, answer: Answer) -> Pointer | None:
        if not self._is_open:
            return None
        try:
            pointer = self._archive.write(answer)
        except ArchiveError as error:
            self._stats.inc_value("espreso/archive/failed")
            self._failed(error)
            return None
        self._stats.inc_value("espreso/archive/kept")
        return pointer

    def _tried(self, work: Callable[[], list[str] | None]) -> list[str]:
        """Do work on files that are there, and return what it says of which; the crawl goes on without it."""
        try:
            return work() or []
        except ArchiveError as error:
            self._failed(error)
            return []

    def _failed(self, error: ArchiveError) -> None:
        self._stats.max_value(EXIT_CODE_STAT, int(ExitCode.OUTPUT))
        if str(error) != self._error:
            logger.error("Archive: %s; the crawl goes on, and records whose pages are not kept say so", error)
        self._error = str(error)


def _answer(request: Request, response: Response) -> Answer:
    is_rendered = "browser" in response.flags
    coding = b"content-encoding" if is_rendered else b""  # a browser's document is not packed, whatever its answer was
    return Answer(
        url=response.url,
        at=datetime.now(UTC),
        status=response.status,
        headers=tuple(each for each in _headers(response.headers) if each[0].lower() != coding),
        body=response.body,
        method=request.method,
        request_headers=tuple(_headers(request.headers)),
        is_rendered=is_rendered,
        redirected_from=tuple(request.meta.get("redirect_urls", ())),
    )


def _headers(headers: Any) -> list[tuple[bytes, bytes]]:
    return [(name, value) for name, values in headers.items() for value in values]
