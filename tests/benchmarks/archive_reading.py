"""Archives: other sites' records passed over against a bare read of the file; pages read again against a bare parse."""

import gzip
import os
import random
import resource
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import NamedTuple

import lxml.html
import trafilatura
from fastwarc.warc import ArchiveIterator

from espreso_crawler.archive import Answer, Archive
from espreso_crawler.archive.reading.scanning import scan
from espreso_crawler.archive.reading.volumes import Volume, volumes
from espreso_crawler.demo_site.responses import Request
from espreso_crawler.extraction import record_of
from espreso_crawler.pages import Page
from espreso_crawler.record import encode
from espreso_crawler.reextraction.running import outcomes, started
from espreso_crawler.reextraction.work import ReextractionWork, Settings
from espreso_crawler.tagging import tagger
from tests.archives import Shot, foreign, page, warc
from tests.benchmarks.report import show
from tests.site.application import Application
from tests.site.options import SiteOptions
from tests.site.site import Site

FOREIGN, OURS = 20_000, 50
FOREIGN_BYTES = 10_000
PAGES, PARSED = 5_000, 300
ROUNDS = 3
AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
RUN = "20260302T120000Z-00000000"


def table() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        skipping(Path(folder))
        reextraction(Path(folder))


def skipping(folder: Path) -> None:
    """Compare the scan of a file of other sites with a bare read of it."""
    step = FOREIGN // OURS
    chance = random.Random(1)  # noqa: S311  # no secret
    words = [f"{chance.getrandbits(30):x}" for _ in range(3_000)]
    text = [" ".join(chance.choices(words, k=FOREIGN_BYTES // 8)).encode() for _ in range(50)]  # packs to 60 percent
    shots = (page(n // step, AT) if n % step == 0 else elsewhere(n, text[n % 50]) for n in range(FOREIGN + OURS))
    file = folder / "news.warc.gz"
    file.write_bytes(warc(shots))
    (volume,) = volumes(file, folder)
    assert isinstance(volume, Volume)
    hosts = frozenset({"global.espreso.tv"})
    subjects: dict[str, Callable[[], object]] = {
        "bare read by FastWARC": lambda: sum(1 for _ in ArchiveIterator(str(file), parse_http=False)),
        "scan for one host": lambda: scan(volume, hosts, folder),
    }
    rounds = [{name: timed(subject) for name, subject in subjects.items()} for _ in range(ROUNDS)]
    taken = {name: median(each[name] for each in rounds) for name in subjects}
    bare = taken["bare read by FastWARC"]
    rows = [(name, f"{(FOREIGN + OURS) / seconds:,.0f}", f"{bare / seconds:.2f}") for name, seconds in taken.items()]
    title = f"A file of {FOREIGN:,} pages of other sites and {OURS} of ours"
    show(title, ("", "records a second", "of a bare read"), rows, f"medians of {ROUNDS} interleaved rounds")


def elsewhere(number: int, text: bytes) -> Shot:
    """Return a page of another site."""
    return replace(foreign(number, AT, 0), body=b"<html><body>" + text)


def reextraction(folder: Path) -> None:
    """Compare pages read again, in all processes, with a bare parse of the same payloads in one."""
    lines, bodies = archived(folder / "archive")
    cores = len(os.sched_getaffinity(0))
    work = ReextractionWork(
        Settings(folder / "archive", tagger(), decodes_emails=False, withholds=True, is_to_emit=False)
    )
    parser = lxml.html.HTMLParser(encoding="utf-8")
    parsed = Cost.of(lambda: [lxml.html.document_fromstring(body, parser=parser) for body in bodies], len(bodies))
    again = Cost.of(lambda: require_same([*outcomes(lines, work, started(cores, work, print))]), PAGES, cores)
    some = bodies[: PARSED // 10]
    rival = Cost.of(
        lambda: [trafilatura.bare_extraction(body.decode(), with_metadata=True) for body in some], len(some)
    )
    rows = [
        ("lxml, bare parse, one process", *parsed.shown(parsed)),
        (f"reextract, {cores} processes", *again.shown(parsed)),
        ("trafilatura, one process", *rival.shown(parsed)),
    ]
    title = f"{PAGES:,} archived pages read again, {len(bodies[0]) / 1000:.0f} kB each"
    columns = ("", "pages a second", "per core", "of lxml's", "CPU ms each", "of lxml's")
    show(title, columns, rows, "the last two columns hold on a busy machine too")


class Cost(NamedTuple):
    """What work on a page costs."""

    rate: float
    """Pages a second and core."""
    cores: int
    cpu: float
    """Seconds of all processes."""

    @classmethod
    def of(cls, work: Callable[[], object], pages: int, cores: int = 1) -> "Cost":
        """Do some work on so many pages."""
        before = cpu_seconds()
        taken = timed(work)
        return cls(pages / taken / cores, cores, (cpu_seconds() - before) / pages)

    def shown(self, bare: "Cost") -> tuple[str, ...]:
        """Return the cells of a row."""
        rates = f"{self.rate * self.cores:,.0f}", f"{self.rate:,.0f}", f"{self.rate / bare.rate:.2f}"
        return (*rates, f"{self.cpu * 1000:.2f}", f"{bare.cpu / self.cpu:.2f}")


def cpu_seconds() -> float:
    """Return what this process and those that it has ended took of all cores."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def archived(folder: Path) -> tuple[list[bytes], list[bytes]]:
    """Write an archive; return the records as lines, and some of the pages."""
    site, tags = Site(SiteOptions()), tagger()
    application = Application(site)
    archive = Archive(folder, RUN, information={}, about={}, most_bytes=500_000_000, most_seconds=1e9)
    lines, bodies = list[bytes](), list[bytes]()
    made: list[tuple[str, bytes]] = []
    for number in range(PARSED):
        slug = site.brief(site.newest - number).slug
        url = f"http://demo.example/{slug}"
        made.append((url, application.response(Request("GET", f"/{slug}", "demo.example")).body))
    headers = ((b"Content-Type", b"text/html; charset=utf-8"), (b"Content-Encoding", b"gzip"))
    for number in range(PAGES):
        url, body = made[number % PARSED]
        pointer = archive.write(Answer(url, AT, 200, headers, gzip.compress(body, 6, mtime=number)))
        assert pointer is not None
        record = record_of(Page.read(body, url=url, fetched_at=AT, http_status=200), tags)
        record.evidence.warc_file, record.evidence.warc_offset = pointer
        record.revision, record.emitted_at, record.run_id = 1, AT, RUN
        lines.append(encode(record))
        bodies.append(body)
    archive.close()
    return lines, bodies[:PARSED]


def require_same(found: list[object]) -> None:
    """Raise AssertionError unless every page gave its record again."""
    wrong = [each for each in found if each.changes or each.error or each.missing]  # type: ignore[attr-defined]
    assert len(found) == PAGES and not wrong, wrong[:1]


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that some work takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
