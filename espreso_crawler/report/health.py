"""Whether the crawl is well: its runs, from their files, and what the ledger knows of coverage and held rows."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from espreso_crawler.exceptions import LedgerError
from espreso_crawler.ledger import LedgerCare, Place, is_there, shown
from espreso_crawler.object_path import OutputPath, matching
from espreso_crawler.report import charts
from espreso_crawler.report.charts import Chart

RUNS = 3_000
"""Run files that are read, the newest: a poll each ten minutes for three weeks."""
SHOWN = 30
HELD = 200
STATES = {"read": "var(--good)", "not read": "var(--bad)"}
Json = dict[str, Any]


@dataclass
class Ledger:
    """What the ledger says; empty, with the reason, where there is none."""

    coverage: list[Json] = field(default_factory=list)
    gaps: list[Json] = field(default_factory=list)
    held: list[Json] = field(default_factory=list)
    held_count: int = 0
    missing: str | None = None


def ledger_of(database: Place | None, *, output: OutputPath, state: Path, is_public: bool) -> Ledger:
    """Read the ledger beside whatever runs; one that cannot be read gives the reason in `missing`."""
    if database is None:
        return Ledger(missing="this output has no ledger (ESPRESO_LEDGER=none)")
    try:
        if not is_there(database):
            return Ledger(missing="there is no ledger" if is_public else f"there is no ledger at {shown(database)}")
        care = LedgerCare(database, output=output, state=state)
        found, held = care.status(), care.held_rows(HELD)
    except LedgerError as error:
        return Ledger(missing="the ledger cannot be read" if is_public else str(error))
    count = sum(each["rows"] for each in found["quarantine"])
    return Ledger(found["coverage"], found["gaps"], held, count)


class Runs:
    """The newest run files, oldest first; one that cannot be read counts as unreadable."""

    def __init__(self, output: OutputPath) -> None:
        paths = matching(output / "runs", "*.json")
        self.count = len(paths)
        self.unreadable = 0
        self.documents: list[Json] = []
        for path in paths[-RUNS:]:
            self._read(path)

    @property
    def shown(self) -> list[Json]:
        """The newest ones as rows of a table, newest first."""
        return [_row(run) for run in self.documents[: -SHOWN - 1 : -1]]

    def gaps(self) -> list[Json]:
        """Return the gaps that the newest run left, for an output without ledger."""
        return list(self.documents[-1].get("gaps") or []) if self.documents else []

    def charts(self) -> Iterator[Chart]:
        """Yield the charts of runs."""
        if self.documents:
            yield _verdicts(self.documents)
            yield _latency(self.documents)
            yield _requests(self.documents)

    def _read(self, path: OutputPath) -> None:
        with suppress(FileNotFoundError):  # `scrapy ledger forget` or a person removed it
            try:
                document = {"counts": {}, "stats": {}, **orjson.loads(path.read_bytes())}
                datetime.fromisoformat(document["started_at"])
            except FileNotFoundError:
                raise
            except (OSError, ValueError, TypeError, KeyError):
                self.unreadable += 1
            else:
                self.documents.append(document)


def coverage_chart(ledger: Ledger) -> Chart | None:
    """Return the time line of what was read of each feed and what was not; None without anything known."""
    rows = [
        _stretch(
            each["host"], each["oldest"], each["newest"], "read", "the archive ends here" if each["has_end"] else ""
        )
        for each in ledger.coverage
    ]
    rows += [
        _stretch(gap["host"], gap["oldest"] or _oldest(ledger, gap), gap["newest"], "not read", gap["sentence"])
        for gap in ledger.gaps
    ]
    if not rows:
        return None
    hosts = list(dict.fromkeys(row["host"] for row in rows))
    return Chart(
        "coverage",
        "Coverage and gaps",
        "What was read of each feed, and what was not, by the time of publication in UTC.",
        (("host", "feed"), ("from", "from"), ("to", "down to"), ("state", ""), ("why", "why")),
        rows,
        charts.spans(rows, y="host", order=hosts, states=STATES),
        is_wide=True,
    )


def _oldest(ledger: Ledger, gap: Mapping[str, Any]) -> str:
    """Return where to draw the end of a gap that reaches down to the end: at the oldest thing known of the feed."""
    return min([str(each["oldest"]) for each in ledger.coverage if each["host"] == gap["host"]] + [str(gap["newest"])])


def _stretch(host: str, oldest: str, newest: str, state: str, why: str) -> Json:
    shown = {"from": newest[:16].replace("T", " "), "to": oldest[:16].replace("T", " ")}
    return {"host": host, "start": oldest, "end": newest, "state": state, "why": why, **shown}


def _row(run: Mapping[str, Any]) -> Json:
    outcome = run["counts"].get("outcome") or {}
    return {
        "started": _minute(run["started_at"]),
        "took": _seconds(run),
        "verdict": run.get("verdict") or "none",
        "reason": run.get("reason") or "",
        "outcome": ", ".join(f"{count:,} {name}" for name, count in sorted(outcome.items())) or "nothing new",
        "findings": [finding["text"] for finding in run.get("findings") or []],
    }


def _verdicts(runs: Iterable[Mapping[str, Any]]) -> Chart:
    counts = Counter[tuple[str, str]]()
    for run in runs:
        counts[run["started_at"][:10], run.get("verdict") or "none"] += 1
    rows = [_day(day) | {"verdict": verdict, "count": count} for (day, verdict), count in sorted(counts.items())]
    spec = charts.stacked(rows, order=["ok", "warning", "critical", "none"], what="verdict", counted="runs")
    spec["encoding"]["color"]["scale"]["range"] = ["var(--good)", "var(--warn)", "var(--bad)", "var(--ink-3)"]
    return Chart(
        "verdicts",
        "Runs by verdict",
        "Runs a day in UTC, by what their monitors said; none is a run that was killed or had no monitors.",
        (("when", "day"), ("verdict", "verdict"), ("count", "runs")),
        rows,
        spec,
    )


def _latency(runs: Iterable[Mapping[str, Any]]) -> Chart:
    rows = [
        {"at": run["started_at"], "when": _minute(run["started_at"]), "series": name, "value": round(seconds / 60, 1)}
        for run in runs
        for name in ("p50", "p95")
        if (seconds := (run.get("latency") or {}).get(name)) is not None
    ]
    return Chart(
        "latency",
        "Latency",
        "Minutes from publication to the line in the output, for each run: half of the articles (p50), all but one in "
        "twenty (p95).",
        (("when", "run"), ("series", ""), ("value", "minutes")),
        rows,
        charts.lines(rows, series=("p50", "p95"), unit="minutes"),
    )


def _requests(runs: Iterable[Mapping[str, Any]]) -> Chart:
    asked, new = Counter[str](), Counter[str]()
    for run in runs:
        day = run["started_at"][:10]
        asked[day] += run["stats"].get("downloader/request_count", 0)
        new[day] += (run["counts"].get("outcome") or {}).get("created", 0)
    rows = [
        {"at": day, "when": day, "series": "requests", "value": round(asked[day] / new[day], 2)}
        for day in sorted(asked)
        if new[day]
    ]
    return Chart(
        "requests",
        "Requests per new article",
        "All requests of a day's runs by the articles that were new in them; a poll that finds nothing counts too.",
        (("when", "day"), ("value", "requests per new article")),
        rows,
        charts.lines(rows, series=("requests",), unit="per article"),
    )


def _day(day: str) -> Json:
    return {"start": f"{day}T00:00Z", "end": f"{day}T23:59Z", "when": day}


def _minute(text: str) -> str:
    return text[:16].replace("T", " ")


def _seconds(run: Mapping[str, Any]) -> str:
    if not run.get("ended_at"):
        return ""
    seconds = (datetime.fromisoformat(run["ended_at"]) - datetime.fromisoformat(run["started_at"])).total_seconds()
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"  # noqa: PLR2004
