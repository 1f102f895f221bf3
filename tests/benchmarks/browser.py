"""What a feed built by script costs: the same articles by plain requests and by a real browser, time and memory."""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from scrapy.crawler import CrawlerProcess
from scrapy.settings import Settings

from espreso_crawler.browser import HOW_TO_INSTALL, program
from tests.benchmarks.crawler import ROOT, clocks, settings_of
from tests.benchmarks.report import show
from tests.site import DemoSite, SiteOptions, running_apart

DAYS = 7
ROUNDS = 3
LOOK_SECONDS = 0.2
# Name -> layout of the site, where to begin, browser=.
CRAWLS = {
    "plain feed, browser=never": ("plain", "/news", "never"),
    "plain feed, browser=auto": ("plain", "/news", "auto"),
    "feed by script, browser=auto": ("script_feed", "/", "auto"),
}


class Cost(NamedTuple):
    """What one crawl took; its children are Playwright's driver, every process of Chromium, and the one that reads pages."""

    articles: int
    seconds: float
    """From the start of the process's work to its end, the browser's start and end included."""
    crawler_cpu: float
    children_cpu: float
    requests: int = 0
    """As the site counts them."""
    crawler_mb: float = 0.0
    children_mb: float = 0.0
    """Highest sum of their proportional sizes, sampled: shared pages count once."""


def table() -> None:
    """Measure and print."""
    if program(Settings({"ESPRESO_BROWSER_PATH": None})) is None:
        print(f"browser: left out, no browser is installed: {HOW_TO_INSTALL}")
        return
    with running_apart(SiteOptions()) as plain, running_apart(SiteOptions(layout="script_feed")) as script:
        sites = {"plain": plain, "script_feed": script}
        runs = [{name: cost(sites[how[0]], *how[1:]) for name, how in CRAWLS.items()} for _ in range(ROUNDS)]
    rows = []
    for name in CRAWLS:
        whole = Cost(*(median(column) for column in zip(*(run[name] for run in runs), strict=True)))
        rows.append(
            (
                name,
                f"{whole.articles:.0f}",
                f"{whole.requests:.0f}",
                f"{whole.seconds:.1f}",
                f"{whole.crawler_cpu:.1f} + {whole.children_cpu:.1f}",
                f"{whole.crawler_mb:.0f} + {whole.children_mb:.0f}",
            )
        )
    columns = ("crawl + its other processes", "articles", "requests", "seconds", "CPU, s", "peak MB")
    show(f"Seven days of a site, median of {ROUNDS} interleaved rounds", columns, rows)


def cost(site: DemoSite, path: str, mode: str) -> Cost:
    """Run one crawl in a process of its own, and watch the memory of it and its children."""
    site.control.clear_log()
    since = f"{site.site.clock.now().timestamp() - DAYS * 86_400:.0f}"
    with tempfile.TemporaryDirectory(prefix="espreso-bench-") as folder:
        command = [sys.executable, "-m", "tests.benchmarks.browser", site.url + path, since, mode, folder]
        crawler_mb = children_mb = 0.0
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
            while process.poll() is None:
                crawler_mb = max(crawler_mb, megabytes(process.pid))
                children_mb = max(children_mb, sum(map(megabytes, below(process.pid))))
                time.sleep(LOOK_SECONDS)
            said = process.stdout.read() if process.stdout else ""
    taken = Cost(*json.loads(said.splitlines()[-1]))
    return taken._replace(crawler_mb=crawler_mb, children_mb=children_mb, requests=len(site.control.log()))


def run(start: str, since: int, mode: str, folder: Path) -> Cost:
    """Run a crawl in this process."""
    began = clocks()
    process = CrawlerProcess(settings_of("ours", folder))
    crawler = process.create_crawler("read_also")
    arguments: dict[str, Any] = {"start": start, "since": since_text(since), "browser": mode}
    process.crawl(crawler, **arguments)
    process.start()
    seconds, cpu = (end - begin for begin, end in zip(began, clocks(), strict=True))
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Cost(
        crawler.stats.get_value("item_scraped_count", 0),
        seconds,
        cpu,
        children.ru_utime + children.ru_stime,
    )


def since_text(seconds: int) -> str:
    """Return seconds since 1970 as an argument."""
    return time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(seconds))


def below(pid: int) -> Iterator[int]:
    """Yield every process below one; nothing where the system does not say."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    except OSError:
        return
    for child in map(int, children):
        yield child
        yield from below(child)


def megabytes(pid: int) -> float:
    """Return the proportional size of a process; 0 for one that has ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1000 for line in lines if line.startswith("Pss:")), 0.0)


if __name__ == "__main__":
    print(json.dumps(run(sys.argv[1], int(sys.argv[2]), sys.argv[3], Path(sys.argv[4]))))
