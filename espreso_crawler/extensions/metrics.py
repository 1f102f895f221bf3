"""A Prometheus text file for each spider and edition, written again at the end of every run."""

import logging
import os
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from espreso_crawler import identity
from espreso_crawler.exceptions import ConfigurationError
from espreso_crawler.extensions.ledger import keeper_of
from espreso_crawler.places import base

logger = logging.getLogger(__name__)

LEVELS = ("ok", "warning", "critical")
QUANTILES = {"p50": "0.5", "p95": "0.95"}
# A number of a run, not a running total: every one is a gauge. No label grows with the runs.
HELP = {
    "espreso_run_start_timestamp_seconds": "When the last run began.",
    "espreso_run_end_timestamp_seconds": "When the last run ended.",
    "espreso_run_exit_code": "Exit code of the last run.",
    "espreso_run_verdict": "Verdict over the last run: 0 ok, 1 warning, 2 critical.",
    "espreso_run_gaps": "Spans of feed time that were not read when the last run ended.",
    "espreso_run_segments": "Files that the last run sealed.",
    "espreso_run_count": "What the last run did, as in its run file under counts.",
    "espreso_run_latency_seconds": "From publication to emission in the last run.",
    "espreso_run_stat": "Scrapy's stats of the last run that are numbers.",
}
Sample = tuple[str, dict[str, str], float]


class MetricsExtension:
    """Writes ``<ESPRESO_METRICS>/espreso_<spider>_<edition>.prom`` for the node exporter's textfile collector."""

    def __init__(self, crawler: Crawler, folder: Path) -> None:
        self.crawler = crawler
        self.folder = folder

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make the folder; raises `ConfigurationError` when nothing can be written there."""
        folder = crawler.settings.get("ESPRESO_METRICS")
        if not folder:
            raise NotConfigured
        extension = cls(crawler, _writable(base() / folder))
        crawler.signals.connect(extension.engine_started, signals.engine_started)
        return extension

    def engine_started(self) -> None:
        """Ask to be called at the end: receivers are called in the order in which they asked, the ledger before."""
        self.crawler.signals.connect(self.engine_stopped, signals.engine_stopped)

    def engine_stopped(self) -> None:
        """Write the file whole or not at all; a failure is a log line and does not change the run."""
        document = keeper_of(self.crawler).document
        hosts = getattr(self.crawler.spider, "hosts", ())
        editions = {identity.edition_of(f"//{host}") for host in hosts}
        labels = {"spider": document["spider"], "edition": ",".join(sorted(editions))}
        name = re.sub(r"[^\w.,-]", "_", "espreso_{spider}_{edition}.prom".format(**labels))
        try:
            _write(self.folder / name, labels, list(samples(document)))
        except OSError as error:
            logger.error("Metrics not written: %s", error)  # noqa: TRY400  # one line says it all


def samples(document: Mapping[str, Any]) -> Iterator[Sample]:
    """Yield name, labels and value of everything that is a number in a run's document."""
    yield "espreso_run_exit_code", {}, document["exit_code"]
    for name in ("start", "end"):
        if moment := document.get(f"{name}ed_at"):
            yield f"espreso_run_{name}_timestamp_seconds", {}, datetime.fromisoformat(moment).timestamp()
    if document.get("verdict") in LEVELS:
        yield "espreso_run_verdict", {}, LEVELS.index(document["verdict"])
    for name in ("gaps", "segments"):
        if name in document:
            yield f"espreso_run_{name}", {}, len(document[name])
    yield from _named(document)


def _named(document: Mapping[str, Any]) -> Iterator[Sample]:
    for group, counts in document.get("counts", {}).items():
        yield from (("espreso_run_count", {"group": group, "name": name}, count) for name, count in counts.items())
    for name, seconds in (document.get("latency") or {}).items():
        if name in QUANTILES and seconds is not None:
            yield "espreso_run_latency_seconds", {"quantile": QUANTILES[name]}, seconds
    for name, value in document.get("stats", {}).items():
        if isinstance(value, int | float):
            yield "espreso_run_stat", {"name": name}, value


def _write(path: Path, labels: Mapping[str, str], found: list[Sample]) -> None:
    from prometheus_client import CollectorRegistry, Gauge, write_to_textfile  # noqa: PLC0415  # 60 ms, few need it

    registry = CollectorRegistry()
    gauges: dict[str, Gauge] = {}
    for name, own, value in found:
        if name not in gauges:
            gauges[name] = Gauge(name, HELP[name], [*labels, *own], registry=registry)
        gauges[name].labels(**labels, **own).set(value)
    write_to_textfile(str(path), registry)


def _writable(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(f"ESPRESO_METRICS={folder}: {error.strerror}") from None
    if not os.access(folder, os.W_OK):
        raise ConfigurationError(f"ESPRESO_METRICS={folder}: no permission to write there")
    return folder
