"""An archive of many pages, and the records that were made of them."""

import gzip
import os
import signal
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

from espreso_crawler.archive import Answer, Archive
from espreso_crawler.demo_site.responses import Request
from espreso_crawler.extraction import record_of
from espreso_crawler.pages import Page
from espreso_crawler.record import encode
from espreso_crawler.reextraction.work import ReextractionWork, Settings
from espreso_crawler.tagging import Tagger, tagger
from espreso_crawler.vocabularies.concepts import Kind
from tests.crawls import PAGE
from tests.site.application import Application
from tests.site.options import SiteOptions
from tests.site.site import Site

AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
RUN = "20260302T120000Z-00000000"
HEADERS = ((b"Content-Type", b"text/html; charset=utf-8"), (b"Content-Encoding", b"gzip"))
DEADLY = "deadly"
TAGS = tagger(None, frozenset(get_args(Kind)) - {"genre"})
"""A few tags, because each worker loads them, and so does each that takes the place of one that was killed."""

SMALL = SiteOptions(page_bytes=PAGE)


def archived(
    folder: Path, pages: int, tags: Tagger, different: int = 300, options: SiteOptions | None = None
) -> list[bytes]:
    """Write an archive of so many pages of a demo site, `different` of them; return records as lines."""
    site = Site(options or SiteOptions())
    application = Application(site)
    archive = Archive(folder, RUN, information={}, about={}, most_bytes=500_000_000, most_seconds=1e9)
    made = []
    for number in range(different):
        slug = site.brief(site.newest - number).slug
        body = application.response(Request("GET", f"/{slug}", "demo.example")).body
        page = Page.read(body, url=f"http://demo.example/{slug}", fetched_at=AT, http_status=200)
        made.append((body, record_of(page, tags)))
    lines = list[bytes]()
    for number in range(pages):
        body, known = made[number % different]
        assert known.url
        # Packed at another time, a page is no repetition of the one before.
        pointer = archive.write(Answer(known.url, AT, 200, HEADERS, gzip.compress(body, 6, mtime=number)))
        assert pointer is not None
        evidence = replace(known.evidence, warc_file=pointer.file, warc_offset=pointer.offset)
        own = {"evidence": evidence, "revision": 1, "emitted_at": AT, "run_id": RUN}
        # A field that differs in one of seven, so that there is something to compare.
        own |= {"headline": f"{known.headline} {number}"} if number % 7 == 0 else {}
        lines.append(encode(replace(known, **own)))  # type: ignore[arg-type]
    archive.close()
    return lines


def work(archive: Path, tags: Tagger, kind: type[ReextractionWork] = ReextractionWork) -> ReextractionWork:
    """Return the work of reading it again."""
    return kind(Settings(archive, tags, decodes_emails=False, withholds=True, is_to_emit=True))


def killed(archive: Path) -> Path:
    """Return the file of the processes that ended on a deadly page of an archive."""
    return archive.with_suffix(".killed")


class Deadly(ReextractionWork):
    """Reads a page that ends every process, as a bug in a parser of C may do."""

    def answer(self, question: bytes) -> bytes:
        """End on some pages, and note it first."""
        if DEADLY.encode() in question:
            with killed(self._settings.archive).open("a") as file:
                file.write(f"{os.getpid()}\n")
            os.kill(os.getpid(), signal.SIGKILL)
        return super().answer(question)
