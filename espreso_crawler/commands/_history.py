"""An article's history for people: each revision, why it was written, and its words that changed."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Console
from rich.text import Text

from espreso_crawler.items import TEXTS
from espreso_crawler.processors.word_diff import word_diff

WHY = {
    "created": "first seen",
    "revised": "the page changed",
    "reextracted": "the page is read by a newer version of this program",
    "removed": "the site took it away",
    "retracted": "taken back",
    "erased": "forgotten",
}


def show(found: Mapping[str, Any], console: Console) -> None:
    """Print a history of `ledger.history`."""
    for line in lines(found):
        console.print(line, soft_wrap="://" in line.plain)  # an address is there to be copied


def lines(found: Mapping[str, Any]) -> Iterator[Text]:
    """Yield what is printed."""
    yield Text(f"{found['id']}  {found['state']}\n{found['url']}")
    before: Mapping[str, Any] = {}
    for revision in found["revisions"]:
        record = revision["record"]
        yield Text(f"\nrevision {revision['revision']}  {revision['event']}  {revision['emitted_at']}", "bold")
        yield Text(f"  why: {_why(revision['event'], record or {})}\n  run: {revision['run']}")
        if record is None:
            yield Text("  its sealed file is not here")
            continue
        for name in TEXTS if before and record.get("headline") else ():
            if before.get(name) != record.get(name):
                yield Text.assemble(f"  {name}: ", *_diff(before.get(name) or "", record.get(name) or ""))
        before = record if record.get("headline") else before
    if found["feed"]:
        yield Text("\nin the feed", "bold")
    for move in found["feed"]:
        yield Text(f"  {move['seen_at']}  place {move['position']}: {_moved(move)}")


def _why(event: str, record: Mapping[str, Any]) -> str:
    parts = [WHY.get(event, event)]
    if record.get("changes"):
        parts.append(f"changed: {', '.join(record['changes'])}")
    if record.get("change_kind"):
        parts.append(f"{record['change_kind']}{', without the label Updated' if record.get('silent') else ''}")
    if record.get("reason"):
        parts.append(str(record["reason"]))
    return "; ".join(parts)


def _moved(move: Mapping[str, Any]) -> str:
    told = {"headline": move["headline"], "label": move["label"], "published_at": move["published_at"]}
    return ", ".join(f"{name} {told[name]}" if name in told else name.replace("_", " ") for name in move["changes"])


def _diff(old: str, new: str) -> Iterator[str | tuple[str, str]]:
    """Yield the words that went as [-…-], those that came as {+…+}, with a few words around."""
    for what, words in word_diff(old, new):
        if what == "same":
            yield f"{words} "
        else:
            yield (f"[-{words}-] ", "red") if what == "gone" else (f"{{+{words}+}} ", "green")
