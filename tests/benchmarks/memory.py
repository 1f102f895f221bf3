"""Peak memory of our crawl at two sizes: it must not grow with the number of articles."""

from tests.benchmarks.crawler import crawled
from tests.benchmarks.report import show
from tests.site import running_apart

SIZES = (2_000, 20_000)


def table() -> None:
    """Measure and print."""
    with running_apart() as site:
        runs = {size: crawled("ours", site.url, size) for size in SIZES}
    least = runs[SIZES[0]].peak_mb
    rows = [
        (f"{size:,}", f"{run.items:,}", f"{run.peak_mb:.0f}", f"{run.peak_mb / least:.2f}")
        for size, run in runs.items()
    ]
    show("Peak memory of one crawl", ("articles asked for", "written", "MB", "× the first"), rows)
