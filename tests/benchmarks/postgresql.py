"""A crawl whose ledger is on a server, near and far, beside one with a file; round trips are counted on the way."""

from contextlib import ExitStack
from itertools import count
from statistics import median

from tests.benchmarks.crawler import Crawled, crawled
from tests.benchmarks.report import show
from tests.postgres import schema_of, server, socket_of, through
from tests.proxy import between
from tests.site import running_apart

ARTICLES = 1_000
ROUNDS = 3
SQLITE = "SQLite"
DELAYS = {
    "PostgreSQL, the same machine": 0.0,
    "PostgreSQL, 1 ms there and back": 0.0005,
    "PostgreSQL, 1 ms each way": 0.001,
}


def table() -> None:
    """Measure and print."""
    taken: dict[str, list[tuple[Crawled, int]]] = {name: [] for name in (SQLITE, *DELAYS)}
    with running_apart() as site, server() as address:
        schemas = count(1)
        for _ in range(ROUNDS):
            taken[SQLITE].append((crawled("ours", site.url, ARTICLES), 0))
            for name, delay in DELAYS.items():
                with ExitStack() as stack:
                    proxy = stack.enter_context(between(socket_of(address), delay=delay))
                    place = through(schema_of(address, f"bench{next(schemas)}"), proxy.port)
                    done = crawled(f"ours, ESPRESO_LEDGER={place}", site.url, ARTICLES)
                    taken[name].append((done, proxy.trips))
    rows = [
        (
            name,
            f"{median(run.articles_a_second for run, _ in runs):.0f}",
            f"{median(run.cpu_seconds / run.items for run, _ in runs) * 1000:.1f}",
            f"{median(run.seconds / base.seconds for (run, _), (base, _) in zip(runs, taken[SQLITE], strict=True)):.2f}",
            f"{median(trips / run.items for run, trips in runs):.1f}",
        )
        for name, runs in taken.items()
    ]
    columns = ("ledger", "articles/s", "CPU ms each", "× SQLite's time", "round trips an article")
    show("A crawl with its ledger on a server", columns, rows, f"medians of {ROUNDS} interleaved rounds")
