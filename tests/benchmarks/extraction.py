"""Extraction of one page: our whole record with the feed against a bare parse and a general extractor."""

import gzip
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import lxml.html
import parsel
import trafilatura
from selectolax.lexbor import LexborHTMLParser

from espreso_crawler.demo_site.responses import Request
from espreso_crawler.pages import Page, article, feed
from tests.benchmarks.report import show
from tests.site.application import Application
from tests.site.options import SiteOptions
from tests.site.site import Site

ROUNDS = 15
TURN_SECONDS = 0.05
BASELINE, OURS, RIVAL = "lxml, bare parse", "ours: record and feed", "trafilatura"
REAL_URL = (
    "https://espreso.tv/news-bilorus-pogodilas-pripiniti-zapuskati-povitryani-kuli-na-litvu"  # its own, as in a crawl
)
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def table() -> None:
    """Measure and print."""
    for name, body, url in pages():
        times = measured(contenders(body, url))
        rows = [(who, f"{median(taken) * 1000:.2f}", *ratios(times, who)) for who, taken in times.items()]
        show(
            f"Extraction: {name}, {len(body) / 1000:.0f} kB",
            ("", "ms", "× lxml's parse", "× faster than trafilatura"),
            rows,
            f"medians of {ROUNDS} interleaved rounds",
        )


def pages() -> list[tuple[str, bytes, str]]:
    """Return (name, body, address) of the pages to measure; the real page when it is there."""
    found = [("demo page", *demo_page())]
    folder = Path(os.environ.get("ESPRESO_REAL_PAGES") or Path(__file__).parents[3] / "shared" / "real")
    real = folder / "ua-article.html.gz"
    if real.exists():
        found.append(("real page", gzip.decompress(real.read_bytes()), REAL_URL))
    return found


def demo_page() -> tuple[bytes, str]:
    """Return body and address of a page of the demo site."""
    site = Site(SiteOptions())
    slug = site.brief(site.newest - 100).slug
    return Application(site).response(Request("GET", f"/{slug}", "demo.example")).body, f"http://demo.example/{slug}"


def contenders(body: bytes, url: str) -> dict[str, Callable[[], object]]:
    """Return what is measured, by name."""
    text = body.decode()
    parser = lxml.html.HTMLParser(encoding="utf-8")
    return {
        BASELINE: lambda: lxml.html.document_fromstring(body, parser=parser),
        "parsel, bare parse": lambda: parsel.Selector(text=text).root,
        "selectolax, bare parse": lambda: LexborHTMLParser(body),
        OURS: lambda: extracted(body, url),
        RIVAL: lambda: trafilatura.bare_extraction(text, url=url, with_metadata=True),
    }


def extracted(body: bytes, url: str) -> tuple[object, object]:
    """Return article and feed of a page, parsed once."""
    page = Page.read(body, url=url, fetched_at=NOW)
    return article(page), feed(page)


def measured(subjects: dict[str, Callable[[], object]]) -> dict[str, list[float]]:
    """Return seconds per call; every round gives each subject its turn, so that noise hits all of them."""
    times: dict[str, list[float]] = {name: [] for name in subjects}
    for _ in range(ROUNDS):
        for name, subject in subjects.items():
            times[name].append(turn(subject))
    return times


def turn(subject: Callable[[], object]) -> float:
    """Return the median of several calls in a row; the first only warms caches that the others cooled."""
    subject()
    taken: list[float] = []
    while sum(taken) < TURN_SECONDS:
        started = time.perf_counter()
        subject()
        taken.append(time.perf_counter() - started)
    return median(taken)


def ratios(times: dict[str, list[float]], who: str) -> tuple[str, str]:
    """Return how many times the bare parse it takes, and how many times faster than trafilatura it is."""
    slower = median(mine / base for mine, base in zip(times[who], times[BASELINE], strict=True))
    faster = median(rival / mine for rival, mine in zip(times[RIVAL], times[who], strict=True))
    return f"{slower:.2f}", f"{faster:.1f}"
