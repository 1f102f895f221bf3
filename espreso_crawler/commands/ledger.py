"""``scrapy ledger``: how the ledger stands, as tables for people or one JSON document for programs."""

import argparse
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from scrapy.settings import BaseSettings

from espreso_crawler import identity
from espreso_crawler.command import EspresoCommand
from espreso_crawler.commands import _coverage, _history
from espreso_crawler.exceptions import ArgumentError, ConfigurationError
from espreso_crawler.ledger.care.history import history
from espreso_crawler.ledger.care.inspection import inspected
from espreso_crawler.ledger.care.status import status
from espreso_crawler.places import Places, places
from espreso_crawler.record import encode

HISTORY = 2
"""Arguments of ``history ID``."""
RUN_ID = 25
SEGMENT_STATES = ("sealed", "planned", "replaced", "archived", "lost")


class Command(EspresoCommand):
    """Shows entries by state, the oldest pending one, coverage, gaps, revisions and the last runs."""

    usage = "[options] [history <ID|URL>]"
    purpose = "Show what the ledger knows: entries, coverage, gaps, runs, or an article's history"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add this command's options."""
        super().add_options(parser)
        parser.add_argument("--json", action="store_true", help="one JSON document instead of tables")

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Take the options over; the only arguments are ``history ID``."""
        is_history = len(args) == HISTORY and args[0] == "history"
        super().process_options([] if is_history else args, opts)

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        """Read the ledger and print how it stands, or what became of one article."""
        where, file = places_with_ledger(self.given)
        with inspected(file, output=where.output, state=where.state) as session:
            found = history(session, _target(args[1])) if args else status(session)
        if opts.json:
            print(encode(found).decode())
        elif args:
            _history.show(found, Console(highlight=False))
        else:
            _show(found)


def places_with_ledger(settings: BaseSettings) -> tuple[Places, Path]:
    """Return the places and the ledger's file; raises ConfigurationError for a crawl without memory."""
    where = places(settings)
    if where.ledger is None:
        raise ConfigurationError("ESPRESO_LEDGER=none: a crawl without memory has no ledger")
    return where, where.ledger


def _target(given: str) -> str:
    if "://" not in given:
        return given
    try:
        return identity.canonical_url(given)
    except ValueError as error:
        raise ArgumentError(f"{given}: {error}") from error


def _show(found: Mapping[str, Any]) -> None:
    console = Console(highlight=False)
    console.print(found["ledger"], markup=False, soft_wrap=True)
    _counts(console, "feed entries", found["entries"])
    if oldest := found["oldest_pending"]:
        console.print("\noldest pending entry", style="italic")
        for name, value in oldest.items():
            console.print(f"  {name.replace('_', ' ')}: {_cell(value)}", soft_wrap=True)
    _counts(console, "revisions", found["revisions"])
    _counts(console, "articles", {name: found[name] for name in ("articles", "held", "forgotten")})
    _coverage.show(console, found["coverage"], found["gaps"])
    streams = [
        {"stream": name, "waiting": found["waiting"][name], **states} for name, states in found["segments"].items()
    ]
    used = [name for name in SEGMENT_STATES if any(stream.get(name) for stream in streams)]
    _rows(console, "segments", ("stream", *used, "waiting"), streams)
    if found["quarantine"]:
        console.print("\nquarantine", style="italic")
    for held in found["quarantine"]:
        console.print(f"  {held['run']}: {held['rows']} rows: {_cell(held['reason'])}", soft_wrap=True)
    _rows(console, "last runs", ("run", "spider", "took", "ended", "code"), [_run(each) for each in found["runs"]])


def _run(run: Mapping[str, Any]) -> dict[str, Any]:
    """Return a run as a row; its id tells when it began."""
    seconds = ""
    if run["ended_at"]:
        took = datetime.fromisoformat(run["ended_at"]) - datetime.fromisoformat(run["started_at"])
        seconds = f"{took.total_seconds():.0f} s"
    ended = run["reason"] or run["state"]
    return {"run": run["run"], "spider": run["spider"], "took": seconds, "ended": ended, "code": run["exit_code"]}


def _counts(console: Console, title: str, counts: Mapping[str, int]) -> None:
    if counts:
        console.print(f"\n[italic]{title}[/]: " + ", ".join(f"{count} {name}" for name, count in counts.items()))


def _rows(console: Console, title: str, columns: Iterable[str], rows: Sequence[Mapping[str, Any]]) -> None:
    """Print a table without lines, in which a cell is cut rather than broken; nothing when there are no rows."""
    if not rows:
        return
    table = Table(title=f"\n{title}", title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    names = list(columns)
    for name in names:
        width = RUN_ID if name == "run" else None  # it is there to be copied
        table.add_column(name.replace("_", " "), no_wrap=True, overflow="ellipsis", min_width=width)
    for row in rows:
        table.add_row(*(_cell(row.get(name)) for name in names))
    console.print(table)


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    # An error or an address may hold what rich reads as markup.
    return "" if value is None else str(value).replace("[", "\\[")
