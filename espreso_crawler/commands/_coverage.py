"""Coverage for people: what of each feed was read and what was not, as a time line, newest first."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

READ, NOT_READ = "read", "not read"
OLDER = "no crawl asked for it"
END = "the archive ends here"


def show(console: Console, coverage: Sequence[Mapping[str, Any]], gaps: Sequence[Mapping[str, Any]]) -> None:
    """Print a time line for each host, and the commands that read what is missing."""
    for host in dict.fromkeys(stretch["host"] for stretch in coverage):
        missing = [gap for gap in gaps if gap["host"] == host]
        title = f"\nfeed of {host}, UTC, newest first"
        table = Table(title=title, title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0))
        for name in ("from", "down to", "", "why"):
            table.add_column(name, no_wrap=name != "why", overflow="fold")
        for row in _rows([stretch for stretch in coverage if stretch["host"] == host], missing):
            table.add_row(*row)
        console.print(table)
        for command in dict.fromkeys(gap["command"] for gap in missing):
            console.print(f"to read it: {command}", markup=False, highlight=False, soft_wrap=True)


def _rows(stretches: Sequence[Mapping[str, Any]], gaps: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, ...]]:
    read = [(each["newest"], 0, each["oldest"], READ, END if each["has_end"] else "") for each in stretches]
    missing = [(each["newest"], 1, each["oldest"] or "", NOT_READ, each["sentence"]) for each in gaps]
    for newest, _, oldest, what, why in sorted([*read, *missing], key=lambda row: (row[0], -row[1]), reverse=True):
        yield _minute(newest), _minute(oldest), what, why.replace("[", "\\[")
    lowest = min(stretches, key=lambda each: each["oldest"])
    if not lowest["is_open"] and not lowest["has_end"]:
        yield _minute(lowest["oldest"]), "", NOT_READ, OLDER


def _minute(time: str) -> str:
    return time[:16].replace("T", " ")
