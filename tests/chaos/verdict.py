"""The union of a crawl's output against what the site published: lost, doubled, torn, out of order, untrue."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from espreso_crawler.identity import edition_of
from espreso_crawler.schema.validator import problems

STREAMS = ("articles", "feed")
UNTRUE_FIELDS = ("headline", "article_body")


@dataclass
class Verdict:
    """What is wrong with an output; each a list of what to look at, empty when all is well."""

    lost: list[str] = field(default_factory=list)
    """Articles that the site shows and the output does not."""
    doubled: list[str] = field(default_factory=list)
    """(id, revision) that stand twice, articles under two ids, entries that appeared twice."""
    torn: list[str] = field(default_factory=list)
    """Lines that are no whole valid record, files that are not what their manifest says, files left over."""
    out_of_order: list[str] = field(default_factory=list)
    """Holes in the numbers of segments, revisions that do not follow one another."""
    untrue: list[str] = field(default_factory=list)
    """Last revisions that do not say what the site shows: another text, or a removed article that stands."""

    def is_well(self) -> bool:
        """Whether nothing is wrong."""
        return not any(getattr(self, each.name) for each in fields(self))

    def counts(self) -> dict[str, int]:
        """Return how much is wrong, by kind."""
        return {each.name.replace("_", " "): len(getattr(self, each.name)) for each in fields(self)}


def verdict(output: Path, truths: Iterable[Mapping[str, Any]]) -> Verdict:
    """Judge a finished output; `truths` are the demo sites' `Truth` of every article that has to be there."""
    found = Verdict()
    for stream in STREAMS:
        _judge_files(output / stream, found)
    _judge_feed(output / "feed", found)
    revisions: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for place, line in _lines(output / "articles"):
        if problems(line):
            found.torn.append(f"{place}: {problems(line)}")
        else:
            record = json.loads(line)
            revisions[record["id"]].append(record)
    for id_, records in revisions.items():
        _judge_revisions(id_, [record["revision"] for record in records], found)
    _judge_truth(revisions.values(), truths, found)
    return found


def _judge_files(folder: Path, found: Verdict) -> None:
    data = sorted(folder.glob("*/*.jsonl"), key=lambda path: path.name)
    numbers = [int(path.name.partition("-")[0]) for path in data]
    if numbers != list(range(1, len(numbers) + 1)):
        found.out_of_order.append(f"{folder.name}: segments {numbers}")
    whole = set()
    for path in data:
        manifest_path = path.with_name(path.name.removesuffix(".jsonl") + ".manifest.json")
        whole |= {path, manifest_path}
        if not manifest_path.exists() or not _is_as_told(path.read_bytes(), json.loads(manifest_path.read_bytes())):
            found.torn.append(f"{path}: not what its manifest says")
    found.torn += [f"{path}: left over" for path in folder.rglob("*") if path.is_file() and path not in whole]


def _is_as_told(data: bytes, manifest: Mapping[str, Any]) -> bool:
    told = (manifest["sha256"], manifest["bytes"], manifest["count"])
    return told == (hashlib.sha256(data).hexdigest(), len(data), data.count(b"\n")) and data.endswith(b"\n")


def _judge_feed(folder: Path, found: Verdict) -> None:
    appeared = set()
    for place, line in _lines(folder):
        record = json.loads(line)
        if "appeared" in record["changes"]:
            if record["url"] in appeared:
                found.doubled.append(f"{place}: {record['url']} appeared before")
            appeared.add(record["url"])


def _judge_revisions(id_: str, numbers: list[int], found: Verdict) -> None:
    if len(set(numbers)) < len(numbers):
        found.doubled.append(f"{id_}: revisions {numbers}")
    elif numbers != list(range(1, len(numbers) + 1)):
        found.out_of_order.append(f"{id_}: revisions {numbers}")


def _judge_truth(articles: Iterable[list[dict[str, Any]]], truths: Iterable[Mapping[str, Any]], found: Verdict) -> None:
    last: dict[tuple[str, str], dict[str, Any]] = {}
    for records in articles:
        key = records[-1]["id"].rpartition(":")[0], records[-1]["entity_id"]
        if key in last:
            found.doubled.append(f"entity {key}: {last[key]['id']} and {records[-1]['id']}")
        last[key] = records[-1]
    for truth in truths:
        record = last.get((edition_of(truth["url"]), str(truth["entity_id"])))
        is_gone = truth["removed_with"] is not None
        if record is None:
            found.lost += [] if is_gone else [truth["url"]]
        elif is_gone != (record["event"] == "removed"):
            found.untrue.append(f"{truth['url']}: {record['event']} {record['revision']}, removed: {is_gone}")
        elif not is_gone:
            wrong = [name for name in UNTRUE_FIELDS if record[name] != truth[name]]
            found.untrue += [f"{truth['url']}: {name} of revision {record['revision']}" for name in wrong]


def _lines(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.glob("*/*.jsonl"), key=lambda path: path.name):
        for number, line in enumerate(path.read_bytes().splitlines(), start=1):
            yield f"{path.name}:{number}", line
