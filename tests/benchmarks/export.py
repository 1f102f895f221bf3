"""An export of few and of many articles in each format: its time, and its peak memory, which must not grow with them."""

import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from espreso_crawler.export.formats import FORMATS
from espreso_crawler.ledger.delivery.segment_paths import segment_path
from tests.benchmarks.report import show
from tests.crawls import ROOT, Desk
from tests.site import running_apart

SIZES = (2_000, 20_000)
MODELS = 200
"""Articles of the demo site; the others are these under other names, at other times."""
A_DAY = 66
SEGMENT = 1_000
FIRST = datetime(2024, 1, 1, 6, tzinfo=UTC)


class Taken(NamedTuple):
    """What an export took, from the start of its process to the end."""

    seconds: float
    peak_mb: float


def table() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="espreso-bench-") as folder:
        root = Path(folder)
        models = crawled_models(root / "desk")
        for size in SIZES:
            fill(root / str(size), models, size)
        rows = [row(root, name) for name in FORMATS]
    columns = ("format", *(f"{size:,}: {unit}" for size in SIZES for unit in ("s", "MB")), "MB, × the first", "ms each")
    show(
        "Export of the newest revisions", columns, rows, "processes from start to end, 0.9 s of which is Scrapy's start"
    )


def row(root: Path, name: str) -> tuple[str, ...]:
    """Return a format's row of the table."""
    few, many = (exported(root / str(size), name) for size in SIZES)
    each = (many.seconds - few.seconds) / (SIZES[1] - SIZES[0]) * 1000
    figures = (f"{value:.{digits}f}" for taken in (few, many) for value, digits in zip(taken, (1, 0), strict=True))
    return name, *figures, f"{many.peak_mb / few.peak_mb:.2f}", f"{each:.2f}"


def exported(output: Path, name: str) -> Taken:
    """Export in a process of its own."""
    command = [sys.executable, "-m", "tests.measured", "export", "--format", name, "--to", str(output / "export")]
    began = time.perf_counter()
    done = subprocess.run(
        [*command, "-s", f"ESPRESO_OUTPUT={output / 'output'}"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    seconds = time.perf_counter() - began
    found = re.search(r"^peak (\d+) MB$", done.stderr, re.MULTILINE)
    if not found:
        raise RuntimeError(done.stderr)
    return Taken(seconds, float(found[1]))


def crawled_models(home: Path) -> list[dict[str, Any]]:
    """Return records of the demo site, as a crawl writes them."""
    desk = Desk(home)
    with running_apart() as site:
        done = desk.crawl(f"start={site.url}/news", "since=2024-01-01", f"limit={MODELS}")
    if done.exit_code:
        raise RuntimeError(done.log)
    return desk.records()


def fill(home: Path, models: list[dict[str, Any]], size: int) -> None:
    """Write an output folder with so many articles, in the form a crawl leaves it."""
    lines = copies(models)
    for number in range(1, -(-size // SEGMENT) + 1):
        path = home / "output" / segment_path("articles", number, day="2024-11-02", run="bench")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"".join(islice(lines, min(SEGMENT, size - (number - 1) * SEGMENT))))


def copies(models: list[dict[str, Any]]) -> Iterator[bytes]:
    """Yield the models again and again as other articles, `A_DAY` a day."""
    for number in count():
        published = FIRST + timedelta(days=number // A_DAY, minutes=number % A_DAY * 10)
        model = models[number % len(models)]
        times = {"date_published": published.isoformat(), "date_published_day": published.date().isoformat()}
        names = {"id": f"global:{number}", "entity_id": str(number), "url": f"{model['url']}-{number}"}
        yield orjson.dumps(model | times | names) + b"\n"
