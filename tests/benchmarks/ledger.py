"""What the ledger costs: as it grows, as a share of a crawl, at its opening, and against a crawl without memory."""

import gc
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import mean, median
from typing import NamedTuple

from espreso_crawler.ledger import Ledger
from tests.benchmarks.crawler import Crawled, crawled
from tests.benchmarks.filled import filled, seen, written
from tests.benchmarks.report import show
from tests.ledger.builders import open_ledger, see
from tests.site import running_apart

FEW, MANY = 1_000, 1_000_000
BATCH = 40
"""Articles between two measurements: a page of the archive, and a flush."""
ROUNDS = 60
OPENINGS = 7
CRAWLS, ARTICLES = 3, 1_000
WITH, WITHOUT = "ours", "ours, ESPRESO_LEDGER=none"


class Cost(NamedTuple):
    """Milliseconds for an article."""

    wall: float
    cpu: float


def table() -> None:
    """Measure and print."""
    with running_apart() as site:
        runs = [{who: crawled(who, site.url, ARTICLES) for who in (WITH, WITHOUT)} for _ in range(CRAWLS)]
    with ledgers() as (few, many, sizes):
        costs = {FEW: list[Cost](), MANY: list[Cost]()}
        numbers = iter(range(1, 10**9))
        for _ in range(ROUNDS):
            for known, ledger in ((FEW, few), (MANY, many)):
                costs[known].append(batch(ledger, [next(numbers) for _ in range(BATCH)]))
        _show_costs(costs, runs)
        root = Path(str(many.session.output)).parent
        many.close("measured", 0)
        few.close("measured", 0)
        _show_openings({0: root / "none", FEW: root.parent / str(FEW), MANY: root})
        per_article = (sizes[MANY] - sizes[FEW]) / (MANY - FEW)
    _show_throughput(runs, per_article)


@contextmanager
def ledgers() -> Iterator[tuple[Ledger, Ledger, dict[int, int]]]:
    """Give a small and a large ledger, and their sizes in bytes."""
    folder = Path(tempfile.mkdtemp(prefix="espreso-bench-"))
    try:
        made = {known: filled(folder / str(known), known) for known in (FEW, MANY)}
        for ledger in made.values():
            ledger.session.db.write("PRAGMA wal_checkpoint(TRUNCATE)")
        sizes = {known: (folder / str(known) / "state" / "ledger.sqlite3").stat().st_size for known in made}
        yield made[FEW], made[MANY], sizes
    finally:
        shutil.rmtree(folder)


def batch(ledger: Ledger, numbers: list[int]) -> Cost:
    """Do what a crawl asks of the ledger for so many new articles: see, lease, identify, emit, flush, seal."""
    drafts = [written(number) for number in numbers]
    sightings = [seen(number) for number in numbers]
    gc.collect()

    def work() -> None:
        see(ledger, *sightings)
        for draft in drafts:
            ledger.entries.handling(draft.url)
            ledger.articles.identify(draft.edition, draft.entity_id, draft.url)
            ledger.outbox.emit(draft)
        ledger.tick()
        if ledger.segments.is_due():
            ledger.segments.seal()

    wall, cpu = timed(work)
    return Cost(wall * 1000 / len(numbers), cpu * 1000 / len(numbers))


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Return wall-clock and processor seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def _show_costs(costs: dict[int, list[Cost]], runs: list[dict[str, Crawled]]) -> None:
    crawl = median(_cpu(run[WITH]) for run in runs)
    few = costs[FEW]
    rows = [
        (
            f"{known:,}",
            f"{median(cost.wall for cost in taken):.3f}",
            f"{mean(cost.cpu for cost in taken):.3f}",
            f"{median(cost.wall / base.wall for cost, base in zip(taken, few, strict=True)):.2f}",
            f"{mean(cost.cpu for cost in taken) / crawl:.1%}",
        )
        for known, taken in costs.items()
    ]
    columns = ("known articles", "ms an article", "CPU ms, sealing included", "× the first", "of a crawl's CPU time")
    note = f"lines of 12 kB, {ROUNDS} interleaved batches, times are medians, CPU is the mean; a crawl takes {crawl:.1f} ms of CPU an article"
    show("Ledger and outbox: see, lease, identify, emit, flush, seal", columns, rows, note)


def _show_openings(roots: dict[int, Path]) -> None:
    taken: dict[int, list[float]] = {known: [] for known in roots}
    for _ in range(OPENINGS):
        shutil.rmtree(roots[0], ignore_errors=True)
        for known, root in roots.items():
            opened: list[Ledger] = []
            taken[known].append(timed(lambda root=root, opened=opened: opened.append(open_ledger(root)))[0])  # type: ignore[misc]
            opened[0].close("measured", 0)
    rows = [
        (f"{known:,}" if known else "none", f"{median(times) * 1000:.1f}", f"{(median(times) - median(taken[0])):.3f}")
        for known, times in taken.items()
    ]
    show("Opening the ledger", ("known articles", "ms", "seconds more than with none"), rows)


def _show_throughput(runs: list[dict[str, Crawled]], per_article: float) -> None:
    rows = [
        (
            who,
            f"{median(run[who].articles_a_second for run in runs):.0f}",
            f"{median(map(_cpu, (run[who] for run in runs))):.2f}",
            f"{median(run[who].articles_a_second / run[WITHOUT].articles_a_second for run in runs):.2f}",
            f"{median(_cpu(run[WITHOUT]) / _cpu(run[who]) for run in runs):.2f}",
        )
        for who in (WITHOUT, WITH)
    ]
    note = f"medians of {CRAWLS} interleaved rounds; {per_article:,.0f} bytes an article in the ledger"
    show("A crawl with and without memory", ("", "articles/s", "CPU ms each", "× without", "by CPU time"), rows, note)


def _cpu(run: Crawled) -> float:
    """Return milliseconds of processor time for an article."""
    return run.cpu_seconds / run.items * 1000
