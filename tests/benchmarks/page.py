"""A report of many articles: seconds to make it, its size, and seconds until a browser can search it."""

import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright
from scrapy.settings import Settings

from espreso_crawler.browser import program
from espreso_crawler.report.writing import Report, write
from tests.benchmarks.export import SIZES, crawled_models, fill
from tests.benchmarks.report import show


def table() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="espreso-bench-") as folder:
        root = Path(folder)
        models = crawled_models(root / "desk")
        rows = []
        for size in SIZES:
            fill(root / str(size), models, size)
            rows.append(row(root / str(size), size))
    show(
        "Report",
        ("articles", "s to make", "MB", "s to the list", "s to search", "s with all charts"),
        rows,
        "the file is opened cold",
    )


def row(home: Path, size: int) -> tuple[str, ...]:
    """Return the figures of an output folder."""
    began = time.perf_counter()
    written = write(Report(home / "output", home / "state", None), home / "report.html")
    seconds = time.perf_counter() - began
    opened = (f"{value:.2f}" for value in times(home / "report.html"))
    return f"{size:,}", f"{seconds:.1f}", f"{written.bytes / 1e6:.2f}", *opened


def times(page: Path) -> tuple[float, ...]:
    """Return after how many seconds a browser shows the newest articles, can search all, and has drawn the charts."""
    path = program(Settings())
    if path is None:
        return (float("nan"),) * 3
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        tab = browser.new_page()
        began = time.perf_counter()
        tab.goto(page.as_uri(), wait_until="commit")
        tab.wait_for_selector("body[data-shown]", timeout=60_000)
        shown = time.perf_counter() - began
        tab.wait_for_selector("body[data-ready]", timeout=60_000)
        ready = time.perf_counter() - began
        tab.wait_for_selector("body[data-drawn]", timeout=60_000)
        drawn = time.perf_counter() - began
        browser.close()
    return shown, ready, drawn
