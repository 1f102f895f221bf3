"""A span of two editions by two spiders, in both orders: ``python -m tests.spiders.reach`` prints what each costs."""

import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.crawls import PAGE, Desk
from tests.site import DemoSite, SiteOptions, running_apart

NOW = SiteOptions().now
ORDERS = (("read_also", "sitemap"), ("sitemap", "read_also"))
PATHS = {"read_also": "/news", "sitemap": "/sitemap.xml"}
PATIENCE = 1_200.0


@dataclass(frozen=True)
class Reached:
    """What one crawl of both editions took, and how the output stands after it."""

    spider: str
    exit_code: int
    emitted: int
    """Articles that this crawl wrote."""
    missing: int
    """Articles of the span that the output does not hold."""
    beyond: int
    """Articles outside the span that it holds."""
    doubled: int
    """Lines beyond one an article."""
    requests: int
    """Everything that both sites were asked, robots.txt included."""
    seconds: float

    @property
    def requests_an_article(self) -> float | None:
        """Requests per article written; None when none was."""
        return self.requests / self.emitted if self.emitted else None


@contextmanager
def editions(articles: int, days: int) -> Iterator[tuple[DemoSite, DemoSite]]:
    """Run two editions that have published so many articles together, over so many days."""
    first_day = (NOW - timedelta(days=days)).date()
    sites = [
        SiteOptions(language=language, page_bytes=PAGE, per_day=round(articles / days / 2), first_day=first_day)
        for language in ("en", "uk")
    ]
    with running_apart(sites[0]) as one, running_apart(sites[1], host="127.0.0.2") as other:
        yield one, other


def reached(sites: Sequence[DemoSite], spiders: Sequence[str], since_days: int, home: Path) -> Iterator[Reached]:
    """Crawl the last days of both sites by one spider after the other, with one ledger."""
    desk = Desk(home, now=NOW, patience=PATIENCE)
    expected = {name for site in sites for name in ids(site, since_days)}
    before = 0
    for spider in spiders:
        for site in sites:
            site.control.clear_log()
        starts = ",".join(f"{site.url}{PATHS[spider]}" for site in sites)
        began = time.perf_counter()
        done = desk.crawl(f"start={starts}", f"since={since_days}d", spider=spider)
        seconds = time.perf_counter() - began
        found = [record["id"] for record in desk.records()]
        yield Reached(
            spider=spider,
            exit_code=done.exit_code,
            emitted=len(found) - before,
            missing=len(expected - set(found)),
            beyond=len(set(found) - expected),
            doubled=len(found) - len(set(found)),
            requests=sum(len(site.control.log()) for site in sites),
            seconds=seconds,
        )
        before = len(found)


def ids(demo: DemoSite, since_days: int) -> Iterator[str]:
    """Yield the ids of the articles that a site published in the last days."""
    host = demo.url.removeprefix("http://").partition(":")[0]
    for number in demo.site.numbers(NOW - timedelta(days=since_days), NOW):
        yield f"{host}:{demo.site.truth(number).entity_id}"


def main(articles: int = 5_000, days: int = 75, since_days: int = 30) -> None:
    """Print a row for each crawl; exit with 1 unless every one is exact and cheap."""
    table = Table(title=f"{articles:,} articles over {days} days in two editions, since={since_days}d")
    for name in ("ledger", "spider", "written", "missing", "beyond", "doubled", "requests", "per article", "seconds"):
        table.add_column(name, justify="left" if name in ("ledger", "spider") else "right")
    is_right = True
    with editions(articles, days) as sites, tempfile.TemporaryDirectory(prefix="espreso-reach-") as home:
        for order in ORDERS:
            for place, row in enumerate(reached(sites, order, since_days, Path(home) / order[0])):
                each = row.requests_an_article
                table.add_row(
                    "the same" if place else "new",
                    row.spider,
                    *map(str, (row.emitted, row.missing, row.beyond, row.doubled, row.requests)),
                    f"{each:.3f}" if each else "",
                    f"{row.seconds:.0f}",
                )
                is_right &= not (row.exit_code or row.missing or row.beyond or row.doubled or (each or 0) > 1.1)
    Console(width=120).print(table)
    sys.exit(not is_right)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
