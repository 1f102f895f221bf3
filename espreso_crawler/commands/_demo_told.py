"""What came of the demo's day: a table of its crawls, an article for each thing that happened, and what to ask next."""

import shlex
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import orjson
from rich.console import Console
from rich.text import Text

from espreso_crawler.object_path import OutputPath, matching
from espreso_crawler.places import Places
from espreso_crawler.processors.dates import in_kyiv

Line = Mapping[str, Any]
NAMES = 28
"""Letters that the names of the table's rows take."""
CLOCK = 8
EVENT = 11
NO_JQ = "(jq is not installed: apt install jq, or brew install jq)"


class Crawl(NamedTuple):
    """What one crawl wrote."""

    run: Line
    articles: Sequence[Line]
    feed: Sequence[Line]
    held: Sequence[Line]
    """Rows in quarantine."""

    def said(self, event: str) -> list[Line]:
        """Return the lines that say an event."""
        return [line for line in self.articles if line["event"] == event]


ROWS: Mapping[str, Callable[[Crawl], Sequence[Line]]] = {
    "articles written": lambda crawl: crawl.said("created"),
    "  of these, near-copies": lambda crawl: [line for line in crawl.said("created") if line["near_duplicate_of"]],
    "revised by the newsroom": lambda crawl: crawl.said("revised"),
    "  of these, silently": lambda crawl: [line for line in crawl.said("revised") if line["silent"]],
    "labels changed in the feed": lambda crawl: [line for line in crawl.feed if "label" in line["changes"]],
    "removed from the site": lambda crawl: crawl.said("removed"),
    "held back, for you to judge": lambda crawl: crawl.held,
}


def tell(where: Places, page: Path, console: Console) -> None:
    """Print what lies in the output and in the quarantine, and where the report is."""
    crawls = list(_crawls(where))
    times = (f"{in_kyiv(datetime.fromisoformat(crawl.run['started_at'])):%H:%M}" for crawl in crawls)
    _row(console, "", times)
    for name, lines in ROWS.items():
        _row(console, name, (str(len(lines(crawl))) for crawl in crawls))
    console.print()
    for name, text in _events(crawls):
        cut = {"no_wrap": True, "overflow": "ellipsis"} if console.is_terminal else {"soft_wrap": True}
        console.print(Text(f"{name:<{EVENT}}{text}"), **cut)
    console.print(f"\nThe report, to open in a browser: {_short(page)}", soft_wrap=True)
    for question, command in _questions(where, crawls):
        console.print(Text(f"{question}\n  {command}"), soft_wrap=True)
    if not shutil.which("jq"):
        console.print(NO_JQ)


def _row(console: Console, name: str, cells: Iterator[str]) -> None:
    console.print(f"{name:<{NAMES}}" + "".join(f"{cell:>{CLOCK}}" for cell in cells))


def _crawls(where: Places) -> Iterator[Crawl]:
    """Yield the crawls, oldest first."""
    articles, feed = (_lines(where.output / stream, "*/*.jsonl") for stream in ("articles", "feed"))
    for path in matching(where.output / "runs", "*.json"):
        run = orjson.loads(path.read_bytes())
        written = [line for line in articles if line["run_id"] == run["run_id"]]
        seen = [line for line in feed if line["poll"] == run["run_id"]]
        yield Crawl(run, written, seen, _lines(where.state / "quarantine", f"{run['run_id']}.jsonl"))


def _lines(folder: OutputPath, pattern: str) -> list[Line]:
    files = sorted(matching(folder, pattern), key=lambda path: path.name)
    return [orjson.loads(line) for path in files for line in path.read_bytes().splitlines()]


def _events(crawls: Sequence[Crawl]) -> Iterator[tuple[str, str]]:
    """Yield what happened to one article each, in the edition that comes first."""
    articles = [line for crawl in crawls for line in crawl.articles]
    headlines = {(line["id"], line["revision"]): line["headline"] for line in articles}
    for line in _first(line for line in articles if line["event"] == "revised" and not line["silent"]):
        yield "updated", f"{', '.join(line['changes'])}: {line['headline']}"
    for line in _first(line for line in articles if line["silent"] and "headline" in line["changes"]):
        yield "silently", line["headline"]
        yield "  was", headlines[line["id"], line["revision"] - 1]
    revised = {line["id"] for line in articles if line["event"] == "revised"}
    feed = [line for crawl in crawls for line in crawl.feed]
    for line in _first(line for line in feed if "label" in line["changes"] and line["id"] not in revised):
        before = next(other["label"] for other in feed if other["url"] == line["url"])
        yield "label", f"{before}, then {line['label']}: {line['headline']}"
    for line in _first(line for line in articles if line["near_duplicate_of"]):
        yield "near-copy", f"{line['similarity']:.0%} the same as another: {line['headline']}"
    for line in _removed(crawls):
        yield "removed", f"{line['reason'].partition(' at ')[0]}: {headlines[line['id'], line['revision'] - 1]}"
    for line in _first(line for crawl in crawls for line in crawl.held):
        yield "held back", line["record"]["headline"]
        yield "  because", line["reason"]


def _removed(crawls: Sequence[Crawl]) -> list[Line]:
    return _first(line for crawl in crawls for line in crawl.said("removed"))


def _first(lines: Iterator[Line]) -> list[Line]:
    """Return the line of the edition that comes first, if there is any."""
    return sorted(lines, key=lambda line: str(line.get("edition") or line["record"]["edition"]))[:1]


def _questions(where: Places, crawls: Sequence[Crawl]) -> Iterator[tuple[str, str]]:
    """Yield questions with the commands that answer them, from the folder in which the demo was started."""
    scrapy = _short(Path(sys.executable).with_name("scrapy"))
    output, state = f"-s ESPRESO_OUTPUT={_short(where.output)}", f"-s ESPRESO_STATE={_short(where.state)}"
    people = """jq -r '.tags[] | select(.kind == "person").name' | sort | uniq -c | sort -rn"""
    yield "Who is named most?", f"{scrapy} ledger tail {output} | {people}"
    yield "What was changed silently?", f"{scrapy} ledger tail {output} | jq -r 'select(.silent) | .headline'"
    for line in _removed(crawls):
        yield "What became of the article that was removed?", f"{scrapy} ledger history {line['id']} {output} {state}"


def _short(path: OutputPath) -> str:
    """Return a path as it is typed in the working folder."""
    return shlex.quote(str(path).removeprefix(f"{Path.cwd()}/"))
