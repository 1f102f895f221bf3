"""What keeping the pages costs a crawl, with an archive and without, of a site that packs its answers; then the reading."""

from statistics import median

from tests.benchmarks import archive_reading
from tests.benchmarks.crawler import Crawled, crawled
from tests.benchmarks.report import show
from tests.site import SiteOptions, running_apart

ARTICLES = 2_000
ROUNDS = 3
WITHOUT, WITH = "ours", "ours, ESPRESO_ARCHIVE=archive"


def table() -> None:
    """Measure and print."""
    recording()
    archive_reading.table()


def recording() -> None:
    """Compare crawls of a site that packs its answers, as nearly all do, and of one that does not."""
    rows = []
    for name, is_compressed in (("answers packed by gzip", True), ("answers not packed", False)):
        with running_apart(SiteOptions(is_compressed=is_compressed)) as site:
            runs = [{who: crawled(who, site.url, ARTICLES) for who in (WITHOUT, WITH)} for _ in range(ROUNDS)]
        for who, what in ((WITHOUT, "no archive"), (WITH, "archive")):
            rows.append((f"{name}, {what}", *_figures(runs, who)))
    columns = ("", "articles/s", "CPU ms each", "× without: speed", "× without: CPU")
    show(
        "Crawl that keeps its pages", columns, rows, f"medians of {ROUNDS} interleaved rounds of {ARTICLES:,} articles"
    )


def _figures(runs: list[dict[str, Crawled]], who: str) -> tuple[str, ...]:
    speed = median(run[who].articles_a_second / run[WITHOUT].articles_a_second for run in runs)
    cost = median(_cpu(run[who]) / _cpu(run[WITHOUT]) for run in runs)
    return (
        f"{median(run[who].articles_a_second for run in runs):.0f}",
        f"{median(_cpu(run[who]) for run in runs) * 1000:.1f}",
        f"{speed:.2f}",
        f"{cost:.2f}",
    )


def _cpu(crawl: Crawled) -> float:
    return crawl.cpu_seconds / crawl.items
