"""The short form of ``make chaos``, and that its verdict sees what it is there to see."""

import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from espreso_crawler.record import encode
from tests.articles import full_article
from tests.chaos import machines
from tests.chaos.verdict import verdict
from tests.crawls import ROOT

KILLS = 10
SECONDS = 480
"""Far more than it takes: a crawl that hangs is told sooner."""


def test_ten_killed_crawls_lose_and_double_nothing(tmp_path: Path) -> None:
    told = chaos(tmp_path, str(KILLS))
    assert sum(count for name, count in told.items() if name.startswith("killed at ")) >= KILLS


def test_a_killed_server_and_a_cut_network_lose_and_double_nothing(tmp_path: Path, postgresql: str) -> None:
    told = chaos(tmp_path, "3", "--postgresql", "--quick")
    assert told[machines.SERVER] and told[machines.NETWORK]


def chaos(tmp_path: Path, *arguments: str) -> dict[str, int]:
    command = [sys.executable, "-m", "tests.chaos", *arguments, "--home", str(tmp_path / "home")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    told = {name: int(count) for count, name in re.findall(r"^ *(\d+)  (.+)$", done.stdout, re.MULTILINE)}
    assert [told[name] for name in ("lost", "doubled", "torn", "out of order", "untrue")] == [0] * 5
    return told


Output = dict[str, list[bytes]]
"""Lines by file name."""


def sealed(output: Path, files: Output) -> None:
    folder = output / "articles" / "emitted=2026-11-22"
    folder.mkdir(parents=True)
    for name, lines in files.items():
        data = b"".join(line + b"\n" for line in lines)
        manifest = {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data), "count": len(lines)}
        (folder / f"{name}.jsonl").write_bytes(data)
        (folder / f"{name}.manifest.json").write_text(json.dumps(manifest))


def article(number: int, revision: int = 1) -> bytes:
    event = {"event": "created"} if revision == 1 else {
        "event": "revised", "changes": ["article_body"], "change_kind": "text", "silent": False,
    }  # fmt: skip
    fields = {"id": f"global:{number}", "entity_id": str(number), "revision": revision}
    return encode(asdict(full_article()) | fields | event)


def truth(number: int, **fields: Any) -> dict[str, Any]:
    shown = {"headline": full_article().headline, "article_body": full_article().article_body}
    return {"entity_id": number, "url": f"https://global.espreso.tv/{number}", "removed_with": None} | shown | fields


GOOD = {"000000000001-r": [article(1), article(2)], "000000000002-r": [article(1, 2)]}
TRUE = [truth(1), truth(2)]


def test_a_whole_output_is_found_well(tmp_path: Path) -> None:
    sealed(tmp_path, GOOD)
    assert verdict(tmp_path, TRUE).is_well()
    assert verdict(tmp_path, [*TRUE, truth(3, removed_with=404)]).is_well(), "it went before anybody could read it"


@pytest.mark.parametrize(
    ("kind", "files", "truths"),
    [
        ("lost", GOOD, [*TRUE, truth(3)]),
        ("doubled", GOOD | {"000000000003-r": [article(2)]}, TRUE),
        ("doubled", GOOD | {"000000000003-r": [article(3).replace(b'"3"', b'"2"')]}, TRUE),
        ("torn", GOOD | {"000000000003-r": [article(3)[:-20]]}, TRUE),
        ("out_of_order", {"000000000001-r": [article(1), article(2), article(1, 3)]}, TRUE),
        ("out_of_order", {"000000000001-r": [article(1), article(2)], "000000000003-r": [article(1, 2)]}, TRUE),
        ("untrue", GOOD, [truth(1), truth(2, article_body="Another text.")]),
        ("untrue", GOOD, [truth(1), truth(2, removed_with=410)]),
    ],
)
def test_each_fault_is_seen(tmp_path: Path, kind: str, files: Output, truths: list[dict[str, Any]]) -> None:
    sealed(tmp_path, files)
    assert {name for name, count in verdict(tmp_path, truths).counts().items() if count} == {kind.replace("_", " ")}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.write_bytes(path.read_bytes()[:-1]),
        lambda path: path.with_name("000000000002-r.manifest.json").unlink(),
        lambda path: path.with_name(f".{path.name}.tmp").touch(),
    ],
)
def test_a_spoilt_file_is_seen(tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    sealed(tmp_path, GOOD)
    spoil(tmp_path / "articles" / "emitted=2026-11-22" / "000000000002-r.jsonl")
    assert [name for name, count in verdict(tmp_path, TRUE).counts().items() if count] == ["torn"]
