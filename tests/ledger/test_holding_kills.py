"""A crawl and commands that are killed while rows wait for a verdict, at each step."""

from pathlib import Path

import pytest

from espreso_crawler.ledger import Ledger, Rules, crash
from espreso_crawler.ledger.care.reconcile import reconcile
from espreso_crawler.ledger.care.releasing import discard, release
from espreso_crawler.ledger.care.status import status
from espreso_crawler.ledger.holding.held_draft import HeldDraft
from tests.ledger.builders import HOST, QUICK, Clock, draft, in_child, kills, open_ledger, see, sighting
from tests.ledger.holding import SEEN, finish, ids, inspected_ledger, quarantine

KILLED = -9
ENTRIES = 12
RULES = Rules(backoff=QUICK.backoff, flush_items=3, flush_seconds=0.0, seal_items=5)


def crawl(root: Path) -> None:
    """Hold every row; a verdict for each four: every second one is bad."""
    ledger = open_ledger(root, rules=RULES, clock=Clock())
    adopted = [each for each in ledger.holding.adopt() if not each.is_released]
    judged(ledger, adopted)
    waiting: list[HeldDraft] = []
    for lease in see(ledger, *(sighting(number, minutes=number) for number in range(ENTRIES))):
        ledger.entries.handling(lease.url)
        waiting += filter(None, [ledger.holding.put(draft(lease.url), SEEN)[1]])
        ledger.tick()
        if len(waiting) == 4:
            judged(ledger, waiting)
            waiting = []
    for lease in ledger.entries.take([HOST]):
        waiting += filter(None, [ledger.holding.put(draft(lease.url), SEEN)[1]])
    ledger.tick()
    judged(ledger, waiting)
    ledger.baselines.add("ua", {"n": 1})
    ledger.close("finished", 0)


def judged(ledger: Ledger, drafts: list[HeldDraft]) -> None:
    bad = [each for each in drafts if int(each.draft.url.rpartition("-")[2]) % 2]
    ledger.holding.accept([each for each in drafts if each not in bad])
    quarantine(ledger, *bad)


def release_all(root: Path) -> None:
    with inspected_ledger(root) as session:
        runs = [row["run"] for row in status(session)["quarantine"]]
    for run in runs:
        ledger = open_ledger(root, rules=RULES)
        release(ledger, run)
        ledger.close("finished", 0)


def discard_all(root: Path) -> None:
    with inspected_ledger(root) as session:
        runs = [row["run"] for row in status(session)["quarantine"]]
    for run in runs:
        ledger = open_ledger(root, rules=RULES)
        discard(ledger, run, reason="wrong")
        ledger.close("finished", 0)


@pytest.mark.parametrize(
    ("driver", "step", "count"),
    kills([*crash.HOLDING_STEPS, "flush:before-commit", "flush:after-commit"], 2),
    indirect=["driver"],
)
def test_a_kill_while_rows_are_held_neither_loses_nor_doubles(tmp_path: Path, step: str, count: int) -> None:
    killed = in_child(lambda: crawl(tmp_path), crash_at=f"{step}@{count}")
    assert killed == KILLED or count > 1, f"a crawl never reaches {step}"
    for _ in range(2):
        assert in_child(lambda: crawl(tmp_path)) == 0
    assert_right_rows_once(tmp_path)


def test_kill_after_kill_while_rows_are_held_neither_loses_nor_doubles(tmp_path: Path) -> None:
    rounds = [f"{step}@{count}" for count in (1, 2) for step in crash.HOLDING_STEPS]
    killed = [in_child(lambda: crawl(tmp_path), crash_at=step) for step in rounds]
    assert killed.count(KILLED) >= len(rounds) / 2
    for _ in range(2):
        assert in_child(lambda: crawl(tmp_path)) == 0
    assert_right_rows_once(tmp_path)


@pytest.mark.parametrize("step", [*crash.RELEASING_STEPS[:2], "adopt:before-commit", "adopt:after-commit",
                                  "flush:before-commit", "flush:after-commit"])  # fmt: skip
def test_a_kill_in_a_release_neither_loses_nor_doubles(tmp_path: Path, step: str) -> None:
    crawl(tmp_path)
    assert in_child(lambda: release_all(tmp_path), crash_at=step) == KILLED
    finish(open_ledger(tmp_path))
    release_all(tmp_path)
    assert sorted(ids(tmp_path)) == sorted((f"ua:news-{number}", 1) for number in range(ENTRIES))
    with inspected_ledger(tmp_path) as session:
        assert status(session)["entries"] == {"emitted": ENTRIES}
        assert (status(session)["held"], status(session)["quarantine"]) == (0, [])
    assert list((tmp_path / "state" / "quarantine").iterdir()) == []


@pytest.mark.parametrize("step", crash.RELEASING_STEPS[2:])
def test_a_kill_in_a_discard_leaves_it_done_or_to_be_done(tmp_path: Path, step: str) -> None:
    crawl(tmp_path)
    assert in_child(lambda: discard_all(tmp_path), crash_at=step) == KILLED
    discard_all(tmp_path)
    open_ledger(tmp_path).close("finished", 0)
    with inspected_ledger(tmp_path) as session:
        assert status(session)["entries"] == {"emitted": ENTRIES // 2, "pending": ENTRIES // 2}
        assert (status(session)["held"], status(session)["quarantine"]) == (0, [])
    assert list((tmp_path / "state" / "quarantine").iterdir()) == []


def assert_right_rows_once(root: Path) -> None:
    assert sorted(ids(root)) == sorted((f"ua:news-{number}", 1) for number in range(0, ENTRIES, 2))
    with inspected_ledger(root) as session:
        found = status(session)
        assert found["entries"] == {"emitted": ENTRIES // 2, "quarantined": ENTRIES // 2}
        assert found["held"] == 0
        quarantined = {row["run"]: row["rows"] for row in found["quarantine"]}
        assert sum(quarantined.values()) == ENTRIES // 2
        assert reconcile(session).is_well()
    copies = {path.stem: len(path.read_bytes().splitlines()) for path in (root / "state" / "quarantine").iterdir()}
    assert copies == quarantined, "each copy says what the ledger holds"
