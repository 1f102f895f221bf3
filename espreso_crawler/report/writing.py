"""A report from beginning to end: the output is read three times in streams, the page is there whole or not at all."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from espreso_crawler import __version__
from espreso_crawler.exceptions import LedgerError
from espreso_crawler.export.source import Source
from espreso_crawler.ledger import Place, utc_now
from espreso_crawler.object_path import OutputPath
from espreso_crawler.processors.dates import KYIV
from espreso_crawler.progress import Track, untracked
from espreso_crawler.report import over_time
from espreso_crawler.report.articles import WHOLE, Articles, utc_minute
from espreso_crawler.report.charts import Chart, whole
from espreso_crawler.report.health import Ledger, Runs, coverage_chart, ledger_of
from espreso_crawler.report.packing import Shelf, script_json
from espreso_crawler.report.page import ChartScript, check_packages, rendered
from espreso_crawler.report.revisions import Revisions, moves
from espreso_crawler.report.tallies import Tallies

HISTORIES_ROOM = 700_000


@dataclass(frozen=True)
class Report:
    """What a report is made of."""

    output: OutputPath
    state: Path
    ledger: Place | None
    """None for an output without ledger."""
    since: datetime | None = None
    """Articles published since."""
    is_public: bool = False
    """Leaves out texts, pictures and this machine's paths."""
    vocabulary_version: Callable[[], str] = str
    """Names the file of `scrapy tag` that is applied."""
    clock: Callable[[], datetime] = utc_now


@dataclass(frozen=True)
class Written:
    """What was written."""

    articles: int
    bytes: int


def write(report: Report, target: Path, *, track: Track = untracked) -> Written:
    """Write a report as one HTML file.

    Raises ConfigurationError when a package is missing, LedgerError when the output cannot be read or the file not be
    written. A ledger that is not there or cannot be read is no error: the page says so.
    """
    check_packages()
    script = ChartScript()
    try:
        articles, tallies = read(report, track)
        values = _values(report, articles, tallies)
        page = rendered(values, script.text()).encode()
    finally:
        script.stop()
    hidden = target.with_name(f".{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        hidden.write_bytes(page)
        hidden.replace(target)
    except OSError as error:
        hidden.unlink(missing_ok=True)
        raise LedgerError(f"{error.filename or target}: {error.strerror}") from error
    return Written(tallies.articles, len(page))


def read(report: Report, track: Track) -> tuple[Articles, Tallies]:
    """Read the articles that stand, the newest first."""
    source = Source(
        report.output, "latest", report.since, newest_first=True, vocabulary_version=report.vocabulary_version
    )
    articles, tallies = Articles(is_public=report.is_public), Tallies()
    for row in source.rows(track):
        record = row.record
        tallies.count(record, date.fromisoformat(row.day))
        articles.put(record)
    articles.close()
    return articles, tallies


def _values(report: Report, articles: Articles, tallies: Tallies) -> dict[str, Any]:
    revisions = Revisions(articles.ids, since=report.since, is_public=report.is_public)
    revisions.read(report.output)
    histories = _histories(report.output, articles, revisions)
    runs = Runs(report.output)
    ledger = ledger_of(report.ledger, output=report.output, state=report.state, is_public=report.is_public)
    if ledger.missing:
        ledger.gaps = runs.gaps()
    views = {
        "over": list(over_time.made(tallies)),
        "health": [*filter(None, [coverage_chart(ledger)]), *runs.charts(), *over_time.fields(tallies)],
    }
    made_at = report.clock()
    meta = {
        "made": int(made_at.timestamp()) // 60,
        "isPublic": report.is_public,
        "editions": list(articles.editions.known),
        "labels": list(articles.labels.known),
        "tags": [list(tag) for tag in articles.tags.known],
        "heads": articles.heads.kept,
        "whole": articles.whole.kept,
        "chunk": WHOLE,
        "histories": histories.kept,
    }
    return {
        "version": __version__,
        "made_at": f"{made_at.astimezone(KYIV):%d %B %Y, %H:%M} Kyiv",
        "is_public": report.is_public,
        "since": utc_minute(report.since) if report.since else None,
        "tallies": tallies,
        "revisions": revisions,
        "runs": runs,
        "ledger": ledger,
        "notes": list(_notes(report, articles, tallies, runs, ledger)),
        "tiles": list(_tiles(tallies, revisions, runs, ledger)),
        "views": views,
        "meta": script_json(meta),
        "specs": script_json({chart.name: _spec(chart) for charts in views.values() for chart in charts}),
        "heads": articles.heads.chunks,
        "whole": articles.whole.chunks,
        "histories": histories.chunks,
    }


def _spec(chart: Chart) -> dict[str, Any]:
    """Return what draws a chart; its rows stand there once, for the drawing and for the table."""
    if not chart.rows:
        return {"spec": None, "columns": chart.columns, "rows": []}
    spec = whole(chart)
    rows = spec.pop("data")["values"]
    return {"spec": spec, "columns": chart.columns, "rows": rows}


def _histories(output: OutputPath, articles: Articles, revisions: Revisions) -> Shelf:
    shelf = Shelf(room=HISTORIES_ROOM, size=WHOLE)  # as many as articles, so that one number finds both
    moved = moves(output, articles.ids, articles.urls)
    for id_ in articles.ids:
        shelf.put({"revisions": revisions.of(id_), "feed": moved.get(id_, [])})
    shelf.close()
    return shelf


def _notes(report: Report, articles: Articles, tallies: Tallies, runs: Runs, ledger: Ledger) -> Iterator[str]:
    """Yield what a reader has to know of what is not in the page."""
    if report.since:
        yield f"Only articles published since {utc_minute(report.since)}."
    if articles.heads.kept < tallies.articles:
        yield (
            f"The list holds the newest {articles.heads.kept:,} of {tallies.articles:,} articles; "
            "the charts count all of them."
        )
    if report.is_public:
        yield "For publication: article texts, pictures and this machine's paths are left out."
    elif articles.whole.kept < articles.heads.kept:
        yield (
            f"The newest {articles.whole.kept:,} articles are here with their text; "
            "of the older ones, headline and tags."
        )
    if runs.count > len(runs.documents):
        yield f"Charts of runs show the newest {len(runs.documents):,} of {runs.count:,}."
    if ledger.missing:
        yield f"Coverage and held rows are not shown: {ledger.missing}."


def _tiles(tallies: Tallies, revisions: Revisions, runs: Runs, ledger: Ledger) -> Iterator[tuple[str, str, str]]:
    """Yield name, value and a remark of each figure at the top."""
    editions = len({edition for _, edition in tallies.days})
    yield "articles", f"{tallies.articles:,}", f"{editions} edition{'s' * (editions != 1)}"
    yield "revised", f"{revisions.count:,}", f"{revisions.silent_count:,} headlines silently"
    last = runs.shown[0] if runs.shown else {"verdict": "–", "started": "no run file"}
    yield "last run", last["verdict"], last["started"]
    gaps = f"{len(ledger.gaps):,} gap{'s' * (len(ledger.gaps) != 1)} in coverage"
    yield "held rows", "?" if ledger.missing else f"{ledger.held_count:,}", "no ledger" if ledger.missing else gaps
    newest = tallies.newest
    yield "newest article", f"{newest:%H:%M}" if newest else "–", f"{newest:%d %B %Y}" if newest else "none yet"
