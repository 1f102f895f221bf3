"""One crawl in a process of its own: ``ours`` (``ours, SETTING=value``), ``plain`` or ``bare``, on the same network."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

from scrapy import signals
from scrapy.crawler import CrawlerProcess
from scrapy.settings import Settings
from scrapy.utils.project import get_project_settings

from tests.benchmarks.rivals import BareSpider, PlainSpider
from tests.site import Site

ROOT = Path(__file__).parents[2]
LISTED = 40  # articles on a page of the demo's archive
ENOUGH = 0.9  # an article under two addresses is written once
NETWORK = {
    "AUTOTHROTTLE_ENABLED": False,
    "DOWNLOAD_DELAY": 0,
    "CONCURRENT_REQUESTS": 16,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 16,
    "REMOTE_CONTROL_ENABLED": False,
    "TELNETCONSOLE_ENABLED": False,
    "LOG_LEVEL": "ERROR",
    "LOG_FILE": None,
}
SPIDERS: dict[str, Any] = {
    "ours": "read_also",
    "plain": PlainSpider,
    "bare": BareSpider,
}


class Crawled(NamedTuple):
    """What one crawl took."""

    seconds: float
    """From the start of the engine to the end of the process's work, closing of files included."""
    cpu_seconds: float
    """Time on a processor in that span: other programs on the machine disturb it less."""
    pages: int
    items: int
    peak_mb: float

    @property
    def articles_a_second(self) -> float:
        """Articles per second; listing pages and robots.txt are overhead."""
        return self.items / self.seconds


def crawled(who: str, base: str, count: int) -> Crawled:
    """Run a crawl of the newest `count` articles in a new process."""
    with tempfile.TemporaryDirectory(prefix="espreso-bench-") as folder:
        command = [sys.executable, "-m", "tests.benchmarks.crawler", who, base, str(count), folder]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return Crawled(*json.loads(done.stdout.splitlines()[-1]))


def run(who: str, base: str, count: int, folder: Path) -> Crawled:
    """Run a crawl in this process."""
    process = CrawlerProcess(settings_of(who, folder))
    crawler = process.create_crawler(SPIDERS.get(who, SPIDERS["ours"]))
    arguments: dict[str, Any] = {"start": f"{base}/news", "since": "2024-01-01", "limit": str(count)}
    if who == "bare":
        arguments = {"urls": article_urls(base, count)}
    elif who == "plain":
        arguments = {"start": f"{base}/news", "pages": count // LISTED}
    started: list[tuple[float, float]] = []
    crawler.signals.connect(lambda: started.append(clocks()), signals.engine_started, weak=False)
    peaks: list[float] = []
    crawler.signals.connect(lambda: peaks.append(peak_mb()), signals.spider_closed, weak=False)
    process.crawl(crawler, **arguments)
    process.start()
    seconds, cpu_seconds = (end - start for start, end in zip(started[0], clocks(), strict=True))
    pages = crawler.stats.get_value("downloader/response_count")
    items = pages if who == "bare" else crawler.stats.get_value("item_scraped_count", 0)
    if items < count * ENOUGH:
        raise RuntimeError(f"{who}: {items} of {count} articles; the log above says why")
    return Crawled(seconds, cpu_seconds, pages, items, peaks[0])


def settings_of(who: str, folder: Path) -> Settings:
    """Return the settings of a crawl that writes into a folder."""
    ours = get_project_settings()
    # The rivals run on Scrapy's defaults, as a new project does, but for what would be unfair.
    settings = ours if who.startswith("ours") else Settings({"CONCURRENT_ITEMS": ours["CONCURRENT_ITEMS"]})
    settings.setdict(NETWORK, "cmdline")
    if who.startswith("ours"):
        places = {"ESPRESO_OUTPUT": str(folder / "output"), "ESPRESO_STATE": str(folder / "state")}
        name, _, value = who.partition(", ")[2].partition("=")
        value = str(folder / value) if name == "ESPRESO_ARCHIVE" else value
        settings.setdict(places | ({name: value} if name else {}), "cmdline")
    if who == "plain":
        settings.set("FEEDS", {str(folder / "plain.jsonl"): {"format": "jsonlines"}}, "cmdline")
    return settings


def clocks() -> tuple[float, float]:
    """Return wall-clock time and processor time of this process and of those it has waited for, in seconds."""
    return time.perf_counter(), sum(os.times()[:4])


def article_urls(base: str, count: int) -> list[str]:
    """Return the addresses of the newest articles of a demo site with default options."""
    site = Site()
    return [f"{base}/{site.brief(number).slug}" for number in range(site.newest, site.newest - count, -1)]


def peak_mb() -> float:
    """Return the largest resident sizes of this process and its children, added up, in MB.

    Not ``ru_maxrss``: Linux starts that at the size of the process that forked this one.
    """
    me = os.getpid()
    children = Path(f"/proc/{me}/task/{me}/children").read_text("ascii").split()
    return sum(map(_peak_mb, (str(me), *children)))


def _peak_mb(process: str) -> float:
    lines = Path(f"/proc/{process}/status").read_text("ascii").splitlines()
    return sum(int(line.split()[1]) / 1000 for line in lines if line.startswith("VmHWM:"))


if __name__ == "__main__":
    result = run(sys.argv[1], sys.argv[2], int(sys.argv[3]), Path(sys.argv[4]))
    print(json.dumps(result))
