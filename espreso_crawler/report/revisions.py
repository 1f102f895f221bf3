"""What changed after an article was first seen: its revisions word by word, silent headlines, its moves in the feed."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import orjson

from espreso_crawler.items import TEXTS
from espreso_crawler.ledger import LedgerCare
from espreso_crawler.processors.word_diff import word_diff

PUBLIC = ("headline",)
SILENT = 200
"""Silent changes of a headline that are shown, the newest."""
MOVES = 40
"""Lines of the feed that are shown of an article, the newest."""
WHY = {
    "created": "first seen",
    "revised": "the page changed",
    "reextracted": "the page is read by newer rules",
    "removed": "the site took it away",
    "retracted": "taken back",
    "erased": "forgotten",
}


class Line(msgspec.Struct):
    """What is asked of every sealed line; the text of most is skipped."""

    id: str
    event: str
    revision: int
    headline: str | None
    url: str | None
    edition: str | None
    silent: bool | None
    changes: list[str]
    emitted_at: str


LINES = msgspec.json.Decoder(Line)


class Revisions:
    """Revisions of the articles that stand whole in the page, and silent changes of any headline."""

    def __init__(self, ids: Iterable[str], *, is_public: bool) -> None:
        self.count = 0
        """Lines with event ``revised``."""
        self.silent: deque[dict[str, Any]] = deque(maxlen=SILENT)
        self.silent_count = 0
        self._texts = PUBLIC if is_public else TEXTS
        self._wanted = set(ids)
        self._headlines: dict[str, str] = {}
        self._last: dict[str, dict[str, Any]] = {}
        self._told: dict[str, dict[tuple[int, str], dict[str, Any]]] = {}

    def read(self, output: Path) -> None:
        """Read every sealed line once. Raises LedgerError when the output cannot be read."""
        for sealed in LedgerCare.whole(output):
            line = LINES.decode(sealed.line)
            self._note_headline(line)
            if line.id in self._wanted:
                self._note(orjson.loads(sealed.line))

    def of(self, id_: str) -> list[dict[str, Any]]:
        """Return an article's revisions, oldest first; one alone tells nothing."""
        return list(self._told.get(id_, {}).values())

    def _note_headline(self, line: Line) -> None:
        before = self._headlines.get(line.id)
        if line.event == "revised":
            self.count += 1
            if line.silent and before and line.headline and before != line.headline:
                self.silent_count += 1
                self.silent.append(
                    {
                        "id": line.id,
                        "url": line.url,
                        "edition": line.edition,
                        "at": line.emitted_at,
                        "diff": list(word_diff(before, line.headline, around=len(before))),
                    }
                )
        if line.headline:
            self._headlines[line.id] = line.headline

    def _note(self, record: Mapping[str, Any]) -> None:
        before = self._last.get(record["id"])
        told = {
            "revision": record["revision"],
            "at": record["emitted_at"],
            "modified": record["date_modified"],
            "why": why(record),
            "diffs": list(self._diffs(before, record)) if before and record["headline"] else [],
        }
        # A line stands twice for a moment while `scrapy ledger forget` rewrites its file: the second takes its place.
        self._told.setdefault(record["id"], {}).setdefault((record["revision"], record["event"]), told)
        if record["headline"]:
            self._last[record["id"]] = {name: record[name] for name in self._texts}

    def _diffs(self, before: Mapping[str, Any], record: Mapping[str, Any]) -> Iterator[list[Any]]:
        for name in self._texts:
            old, new = before[name] or "", record[name] or ""
            if old != new:
                yield [name, [list(part) for part in word_diff(old, new)]]


def why(record: Mapping[str, Any]) -> str:
    """Return why there is a revision, as a sentence."""
    parts = [WHY.get(record["event"], record["event"])]
    if record["changes"]:
        parts.append(f"changed: {', '.join(record['changes']).replace('_', ' ')}")
    if record["silent"]:
        parts.append("silently, without the label Updated")
    if record["reason"]:
        parts.append(record["reason"])
    return "; ".join(parts)


def moves(output: Path, ids: Sequence[str], urls: Sequence[str]) -> dict[str, list[list[Any]]]:
    """Return by id how each of these articles' entries moved in the feed: when, place, what changed.

    Raises LedgerError when the output cannot be read.
    """
    by_url = dict(zip(urls, ids, strict=True))
    found: dict[str, deque[list[Any]]] = {}
    for sealed in LedgerCare.whole(output, stream="feed"):
        line = orjson.loads(sealed.line)
        id_ = by_url.get(line["url"])
        if id_:
            row = [line["seen_at"], line["position"], _moved(line)]
            found.setdefault(id_, deque(maxlen=MOVES)).append(row)
    return {id_: list(rows) for id_, rows in found.items()}


def _moved(line: Mapping[str, Any]) -> str:
    told = {"headline": line["headline"], "label": line["label"] or "none", "published_at": line["published_at"]}
    parts = (f"{name.replace('_', ' ')} {told.get(name) or ''}".strip() for name in line["changes"])
    return ", ".join(parts)
