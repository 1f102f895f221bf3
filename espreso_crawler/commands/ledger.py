"""``scrapy ledger``: how the ledger stands, as tables or as one JSON document, and the family of commands on it."""

import argparse
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from difflib import get_close_matches
from textwrap import fill
from typing import Any, NoReturn

from rich.console import Console
from rich.table import Table
from scrapy.cmdline import ScrapyArgumentParser
from scrapy.exceptions import UsageError

from espreso_crawler import ledger_copy
from espreso_crawler.archive_commands import PruneArchive, VerifyArchive
from espreso_crawler.command import NEAR
from espreso_crawler.commands import _coverage, _history, discard, forget, reconcile, release, retract, tail
from espreso_crawler.ledger_command import LedgerCommand, id_or_address
from espreso_crawler.record import encode

WIDTH = 79
RUN_ID = 25
SEGMENT_STATES = ("sealed", "planned", "replaced", "archived", "lost")


SUBCOMMANDS: dict[str, type[LedgerCommand]] = {
    "reconcile": reconcile.Command,
    "release": release.Command,
    "discard": discard.Command,
    "retract": retract.Command,
    "forget": forget.Command,
    "tail": tail.Command,
    "verify-archive": VerifyArchive,
    "prune-archive": PruneArchive,
    "copy": ledger_copy.Command,
}
OWN = {
    "status": "Show entries, coverage, gaps, revisions and runs; also without a name",
    "history": "Show an article's revisions and its moves in the feed",
}


class Command(LedgerCommand):
    """Shows how the ledger stands, or what became of an article, or hands over to one of the family."""

    called = "ledger"
    usage = "[command] [options]"
    purpose = "Show what the ledger knows, compare it with the output, and decide about what was written"

    def short_desc(self) -> str:
        """Return the line in the list of commands."""
        return self.purpose

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add this command's options."""
        super().add_options(parser)
        parser.add_argument("--json", action="store_true", help="print one JSON document instead of tables")
        parser.add_argument(
            "-h", "--help", action="store_true", help="show this help, or the help of a command, and exit"
        )
        self._parser = parser

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Find out which of the family is meant, and let it take its options over."""
        name, *rest = args or ["status"]
        self._chosen: LedgerCommand | None = None
        if name in SUBCOMMANDS:
            self._chosen = SUBCOMMANDS[name]()
            self._chosen.settings, self._chosen.called = self.settings, f"ledger {name}"
            self._hand_over(rest, opts)
            return
        if opts.help:
            _help(self._parser)
        if name == "history" and len(rest) != 1:
            raise UsageError("give the id or the address of one article")
        if name not in OWN and not name.startswith("-"):
            near = get_close_matches(name, [*OWN, *SUBCOMMANDS], 1, NEAR)
            meant = f"did you mean {near[0]}?" if near else f"there are {', '.join([*OWN, *SUBCOMMANDS])}"
            raise UsageError(f"unknown command {name!r}: {meant}")
        if name == "history":
            rest = [each for each in rest if each.startswith("-")]
        super().process_options(rest if name in OWN else args, opts)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Do the work, or let the chosen command do it."""
        if self._chosen is None:
            super().run(args, opts)
            return
        self._chosen.run(self._arguments, self._options)
        self.exitcode = self._chosen.exitcode

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        """Read the ledger and print how it stands, or what became of one article."""
        is_history = args[:1] == ["history"]
        found = self.care.history(id_or_address(args[1])) if is_history else self.care.status()
        if opts.json:
            print(encode(found).decode())
        elif is_history:
            _history.show(found, Console(highlight=False))
        else:
            _show(found)

    def _hand_over(self, args: list[str], opts: argparse.Namespace) -> None:
        """Parse what is left with the options of the chosen command; Scrapy's are in `opts` already."""
        command = self._chosen
        assert command  # noqa: S101  # see `process_options`
        parser = ScrapyArgumentParser(
            prog=f"scrapy {command.called}",
            usage=f"scrapy {command.called} {command.syntax()}",
            description=command.purpose,
            conflict_handler="resolve",
        )
        command.add_options(parser)
        if opts.help:
            parser.print_help()
            raise SystemExit(0)
        if opts.json:
            raise UsageError(f"{command.name}: unknown option --json")
        self._options, self._arguments = parser.parse_known_args(args, opts)
        try:
            command.process_options(self._arguments, self._options)
        except UsageError as error:
            parser.error(str(error))


def _help(parser: argparse.ArgumentParser) -> NoReturn:
    """Print the help of the family."""
    parser.print_help()
    print("\nCommands:")
    purposes = OWN | {name: command.purpose for name, command in SUBCOMMANDS.items()}
    column = max(map(len, purposes)) + 2
    for name, purpose in purposes.items():
        print(fill(purpose, WIDTH, initial_indent=f"  {name:<{column}}", subsequent_indent=" " * (column + 2)))
    print("\n`scrapy ledger <command> --help` shows the options of a command.")
    raise SystemExit(0)


def _show(found: Mapping[str, Any]) -> None:
    console = Console(highlight=False)
    console.print(found["ledger"], markup=False, soft_wrap=True)
    _counts(console, "feed entries", found["entries"])
    if oldest := found["oldest_pending"]:
        console.print("\noldest pending entry", style="italic")
        for name, value in oldest.items():
            console.print(f"  {name.replace('_', ' ')}: {_cell(value)}", soft_wrap=True)
    if count := found["looks"]["entries"]:
        what = f"{count} refused entries that a list still shows; the next look is due at {found['looks']['next']}"
        console.print(f"\n[italic]waiting for a look[/]: {what}", soft_wrap=True)
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
