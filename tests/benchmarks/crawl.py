"""A crawl of 2,000 demo pages: ours against one that does nothing and one that a user would write."""

from statistics import median

from tests.benchmarks.crawler import Crawled, crawled
from tests.benchmarks.report import show
from tests.site import running_apart

ARTICLES = 2_000
ROUNDS = 3
CRAWLS = {
    "bare": "bare: downloads, does nothing",
    "ours": "ours: read_also, ledger, sealed output",
    "ours, ESPRESO_READERS=0": "the same in one process",
    "plain": "plain: 15 fields, ItemLoader, jsonl",
}


def table() -> None:
    """Measure and print."""
    with running_apart() as site:
        runs = [{who: crawled(who, site.url, ARTICLES) for who in CRAWLS} for _ in range(ROUNDS)]
    rows = [
        (
            name,
            f"{median(run[who].items for run in runs):,}",
            f"{median(run[who].articles_a_second for run in runs):.0f}",
            f"{median(run[who].cpu_seconds / run[who].items for run in runs) * 1000:.1f}",
            f"{ratio(runs, who, 'bare'):.2f}",
            f"{ratio(runs, who, 'plain'):.2f}",
            f"{median(run[who].peak_mb for run in runs):.0f}",
        )
        for who, name in CRAWLS.items()
    ]
    columns = ("", "articles", "articles/s", "CPU ms each", "× bare", "× plain", "peak MB")
    show(
        "Crawl, server and crawler in separate processes",
        columns,
        rows,
        f"medians of {ROUNDS} interleaved rounds",
    )


def ratio(runs: list[dict[str, Crawled]], who: str, other: str) -> float:
    """Return how many times faster one is than another, round by round."""
    return median(run[who].articles_a_second / run[other].articles_a_second for run in runs)
