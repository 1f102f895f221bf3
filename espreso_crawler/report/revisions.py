"""What changed after an article was first seen: its revisions word by word, silent headlines, its moves in the feed."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

import msgspec
import orjson

from espreso_crawler.items import TEXTS
from espreso_crawler.ledger import LedgerCare
from espreso_crawler.object_path import OutputPath
from espreso_crawler.processors.word_diff import word_diff

PUBLIC = ("headline",)
SILENT = 200
"""Silent changes of a headline that are shown, the newest."""
MOVES = 40
"""Lines of the feed that are shown of an article, the newest."""
OF_THE_OPERATOR = ("retracted", "erased")
"""Events whose reason a person of ours wrote."""
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
    edition: str | None
    silent: bool | None
    date_published: datetime | None
    emitted_at: str
    retracts: list[int] = []


LINES = msgspec.json.Decoder(Line)


class Revisions:
    """Revisions of the articles that stand whole in the page, and silent changes of any headline.

    What was taken back is no revision of the newsroom's: it counts for nothing, and no text of it is shown.
    """

    def __init__(self, ids: Iterable[str], *, since: datetime | None = None, is_public: bool) -> None:
        self._since = since
        self._is_public = is_public
        self._texts = PUBLIC if is_public else TEXTS
        self._wanted = set(ids)
        self._revised: set[tuple[str, int]] = set()
        self._silent: dict[tuple[str, int], dict[str, Any]] = {}
        self._newest: dict[str, int] = {}
        self._headlines: dict[str, str] = {}
        self._last: dict[str, dict[str, Any]] = {}
        self._told: dict[str, dict[int, dict[str, Any]]] = {}

    @property
    def count(self) -> int:
        """Revisions with event ``revised`` that stand, of articles published in the span."""
        return len(self._revised)

    @property
    def silent_count(self) -> int:
        """Silent changes of a headline among them."""
        return len(self._silent)

    @property
    def silent(self) -> list[dict[str, Any]]:
        """The newest silent changes of a headline, oldest first."""
        return list(islice(self._silent.values(), max(len(self._silent) - SILENT, 0), None))

    def read(self, output: OutputPath) -> None:
        """Read every sealed line once. Raises LedgerError when the output cannot be read."""
        for sealed in LedgerCare.whole(output):
            line = LINES.decode(sealed.line)
            if line.revision <= self._newest.get(line.id, 0):
                continue  # a line stands twice for a moment while `scrapy ledger forget` rewrites its file
            self._newest[line.id] = line.revision
            self._note_headline(line)
            if line.id in self._wanted:
                self._note(orjson.loads(sealed.line))
            if line.retracts:
                self._take_back(line)

    def of(self, id_: str) -> list[dict[str, Any]]:
        """Return an article's revisions, oldest first; one alone tells nothing."""
        return list(self._told.get(id_, {}).values())

    def _note_headline(self, line: Line) -> None:
        before = self._headlines.get(line.id)
        is_asked = self._since is None or (line.date_published is not None and line.date_published >= self._since)
        if line.event == "revised" and is_asked:
            self._revised.add((line.id, line.revision))
            if line.silent and before and line.headline and before != line.headline:
                self._silent[line.id, line.revision] = {
                    "edition": line.edition,
                    "at": line.emitted_at,
                    "diff": list(word_diff(before, line.headline, around=len(before))),
                }
        if line.headline:
            self._headlines[line.id] = line.headline

    def _note(self, record: Mapping[str, Any]) -> None:
        before = self._last.get(record["id"])
        self._told.setdefault(record["id"], {})[record["revision"]] = {
            "revision": record["revision"],
            "at": record["emitted_at"],
            "why": why(record, is_public=self._is_public),
            "diffs": list(self._diffs(before, record)) if before and record["headline"] else [],
        }
        if record["headline"]:
            self._last[record["id"]] = {name: record[name] for name in self._texts}

    def _take_back(self, line: Line) -> None:
        """Forget what was read wrongly: neither it nor its correction is a change of the newsroom's."""
        self._headlines.pop(line.id, None)
        self._last.pop(line.id, None)
        for revision in line.retracts:
            self._revised.discard((line.id, revision))
            self._silent.pop((line.id, revision), None)
            if told := self._told.get(line.id, {}).get(revision):
                told["diffs"] = []

    def _diffs(self, before: Mapping[str, Any], record: Mapping[str, Any]) -> Iterator[list[Any]]:
        for name in self._texts:
            old, new = before[name] or "", record[name] or ""
            if old != new:
                yield [name, [list(part) for part in word_diff(old, new)]]


def why(record: Mapping[str, Any], *, is_public: bool) -> str:
    """Return why there is a revision, as a sentence; in public without what the operator wrote."""
    parts = [WHY.get(record["event"], record["event"])]
    if record["changes"]:
        parts.append(f"changed: {', '.join(record['changes']).replace('_', ' ')}")
    if record["silent"]:
        parts.append("silently, without the label Updated")
    if record["reason"] and not (is_public and record["event"] in OF_THE_OPERATOR):
        parts.append(record["reason"])
    return "; ".join(parts)


def moves(output: OutputPath, ids: Sequence[str], urls: Sequence[str]) -> dict[str, list[list[Any]]]:
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
