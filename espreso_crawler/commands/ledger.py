"""``scrapy ledger``: how the ledger stands, as tables for people or one JSON document for programs."""

import argparse
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from scrapy.settings import BaseSettings

from espreso_crawler.command import EspresoCommand
from espreso_crawler.exceptions import ConfigurationError
from espreso_crawler.ledger.inspection import inspected
from espreso_crawler.ledger.status import status
from espreso_crawler.places import Places, places
from espreso_crawler.record import encode


class Command(EspresoCommand):
    """Shows entries by state, the oldest pending one, coverage, gaps, revisions and the last runs."""

    purpose = "Show what the ledger knows: entries, coverage, gaps, revisions, runs"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add this command's options."""
        super().add_options(parser)
        parser.add_argument("--json", action="store_true", help="one JSON document instead of tables")

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        """Read the ledger and print how it stands."""
        where, file = places_with_ledger(self.given)
        with inspected(file, output=where.output, state=where.state) as session:
            found = status(session)
        if opts.json:
            print(encode(found).decode())
        else:
            _show(found)


def places_with_ledger(settings: BaseSettings) -> tuple[Places, Path]:
    """Return the places and the ledger's file; raises ConfigurationError for a crawl without memory."""
    where = places(settings)
    if where.ledger is None:
        raise ConfigurationError("ESPRESO_LEDGER=none: a crawl without memory has no ledger")
    return where, where.ledger


def _show(found: Mapping[str, Any]) -> None:
    console = Console()
    console.print(found["ledger"], markup=False, highlight=False, soft_wrap=True)
    console.print(_counts("feed entries", found["entries"]))
    if oldest := found["oldest_pending"]:
        console.print(_rows("oldest pending entry", tuple(oldest), [oldest]))
    known = {name: found[name] for name in ("articles", "held", "forgotten")}
    console.print(_counts("revisions", found["revisions"]), _counts("articles", known))
    console.print(_rows("read", ("host", "newest", "oldest", "is_open"), found["coverage"]))
    console.print(_rows("gaps", ("host", "newest", "oldest", "reason", "run"), found["gaps"]))
    streams = [
        {"stream": name, **states, "waiting": found["waiting"][name]} for name, states in found["segments"].items()
    ]
    columns = dict.fromkeys(name for stream in streams for name in stream)
    console.print(_rows("segments", tuple(columns), streams))
    console.print(_rows("quarantine", ("run", "rows", "reason"), found["quarantine"]))
    columns = dict.fromkeys(name for run in found["runs"] for name in run)
    console.print(_rows("last runs", tuple(columns), found["runs"]))


def _counts(title: str, counts: Mapping[str, int]) -> Table:
    return _rows(title, ("what", "count"), [{"what": name, "count": count} for name, count in counts.items()])


def _rows(title: str, columns: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> Table:
    table = Table(title=title, title_justify="left")
    names = list(columns)
    for name in names:
        table.add_column(
            name.replace("_", " "), overflow="fold", no_wrap=name == "run"
        )  # a run's id is there to be copied
    for row in rows:
        table.add_row(*(_cell(row.get(name)) for name in names))
    return table


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    # An error or an address may hold what rich reads as markup.
    return "" if value is None else str(value).replace("[", "\\[")
