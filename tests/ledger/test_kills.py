"""A crawl that is killed at each step of the protocol, and what the crawls after it make of that."""

import hashlib
from pathlib import Path

import orjson
import pytest

from espreso_crawler.ledger import Rules, crash
from tests.ledger.builders import (
    HOST,
    NOON,
    QUICK,
    Clock,
    draft,
    in_child,
    kills,
    names,
    open_ledger,
    run_files,
    sealed,
    see,
    sighting,
)

ENTRIES = 12
RULES = Rules(backoff=QUICK.backoff, flush_items=3, seal_items=5)
KILLED = -9
IN_RECOVERY = [step for step in crash.STEPS if step.startswith("recovery:")]
IN_A_CRAWL = [step for step in crash.STEPS if step not in IN_RECOVERY]


def crawl(root: Path) -> None:
    """See the feed, take what is pending, emit it all, as a spider does."""
    ledger = open_ledger(root, rules=RULES, clock=Clock())
    leases = ledger.entries.take([HOST])
    leases += see(ledger, *(sighting(number, minutes=number) for number in range(ENTRIES)))
    ledger.coverage.begin(HOST, newest=NOON.replace(hour=14), oldest=NOON)
    for lease in leases:
        ledger.entries.handling(lease.url)
        ledger.outbox.emit(draft(lease.url))
        if ledger.segments.is_due():
            ledger.segments.seal()
    ledger.close("finished", 0)


@pytest.mark.parametrize(("driver", "step", "count"), kills(IN_A_CRAWL, 2), indirect=["driver"])
def test_a_kill_in_a_crawl_neither_loses_nor_doubles(tmp_path: Path, step: str, count: int) -> None:
    killed = in_child(lambda: crawl(tmp_path), crash_at=f"{step}@{count}")
    assert killed == KILLED or count > 1, f"a crawl never reaches {step}"
    assert in_child(lambda: crawl(tmp_path)) == 0
    assert_exactly_once(tmp_path, runs=2)


@pytest.mark.parametrize("before", ["flush:after-commit", "seal:data-renamed", "close:after-commit"])
@pytest.mark.parametrize("step", IN_RECOVERY)
def test_a_kill_in_recovery_neither_loses_nor_doubles(tmp_path: Path, step: str, before: str) -> None:
    assert in_child(lambda: crawl(tmp_path), crash_at=before) == KILLED
    in_child(lambda: crawl(tmp_path), crash_at=step)
    assert in_child(lambda: crawl(tmp_path)) == 0
    assert_exactly_once(tmp_path, runs=3)


def test_every_recovery_step_is_reached_after_a_kill(tmp_path: Path) -> None:
    for step in IN_RECOVERY:
        assert in_child(lambda: crawl(tmp_path), crash_at="flush:before-commit") == KILLED
        assert in_child(lambda: crawl(tmp_path), crash_at=step) == KILLED, step


def test_kill_after_kill_at_every_step_neither_loses_nor_doubles(tmp_path: Path) -> None:
    rounds = [f"{step}@{count}" for count in (1, 2) for step in crash.STEPS]
    killed = [in_child(lambda: crawl(tmp_path), crash_at=step) for step in rounds]
    assert killed.count(KILLED) > len(crash.STEPS) / 2
    assert in_child(lambda: crawl(tmp_path)) == 0
    assert_exactly_once(tmp_path, runs=len(rounds) + 1)


def assert_exactly_once(root: Path, *, runs: int) -> None:
    lines = sealed(root)
    assert [(line["id"], line["revision"]) for line in lines] == [
        (f"ua:news-{number}", 1) for number in range(ENTRIES)
    ], "lost, doubled or out of order"
    assert [line["url"] for line in sealed(root, "feed")] == [line["url"] for line in lines]
    assert_whole(root)
    found = run_files(root)
    assert len(found) == runs
    assert all(run["reason"] in ("finished", "killed") for run in found)
    ledger = open_ledger(root)
    assert ledger.entries.counts() == {"emitted": ENTRIES}
    assert not ledger.recovered
    ledger.close("checked", 0)
    locks = [*(root / "state" / "locks").iterdir(), *(root / "output").glob(".*.lock")]
    assert sorted(path.name.lstrip(".") for path in locks) == ["open.lock", "seal.lock"]


def assert_whole(root: Path) -> None:
    """Every data file fits its manifest, numbers have no holes, and nothing else lies there."""
    found = names(root)
    for stream in ("articles", "feed"):
        files = [name for name in found if name.startswith(stream) and name.endswith(".jsonl")]
        numbers = sorted(int(Path(name).name.split("-")[0]) for name in files)
        assert numbers == list(range(1, len(numbers) + 1))
        for name in files:
            data = (root / "output" / name).read_bytes()
            manifest = orjson.loads((root / "output" / name.replace(".jsonl", ".manifest.json")).read_bytes())
            assert manifest["sha256"] == hashlib.sha256(data).hexdigest()
            assert (manifest["count"], manifest["bytes"]) == (data.count(b"\n"), len(data))
    assert len(found) == 2 * sum(name.endswith(".jsonl") for name in found), "files that are not of a segment"
