"""Retracting wrong rows, and forgetting a text everywhere."""

import os
import signal
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import orjson
import pytest

from espreso_crawler.exceptions import ArgumentError
from espreso_crawler.ledger import Decision, Ledger, crash
from espreso_crawler.ledger.care.forgetting import Forgotten, forget
from espreso_crawler.ledger.care.inspection import inspected
from espreso_crawler.ledger.care.reconcile import reconcile
from espreso_crawler.ledger.care.retraction import retract
from espreso_crawler.ledger.delivery import files
from espreso_crawler.ledger.delivery.files import Written
from espreso_crawler.ledger.delivery.segment_paths import segment_files
from espreso_crawler.ledger.delivery.segments import SEAL_LOCK
from espreso_crawler.ledger.liveness import Lock
from espreso_crawler.ledger.store.database import SessionLocks
from tests.ledger.builders import (
    HOST,
    NOON,
    database,
    draft,
    in_child,
    kills,
    living_child,
    open_ledger,
    sealed,
    see,
    sighting,
    url,
)
from tests.ledger.test_kills import KILLED, assert_whole

IN_FORGETTING = [step for step in crash.STEPS if step.startswith("seal:")] + [
    "forget:before-commit",
    "forget:after-commit",
]
FORGOTTEN = "the text that is to go"


def crawl(root: Path) -> str:
    ledger = open_ledger(root)
    see(ledger, *(sighting(n, headline=FORGOTTEN if n == 2 else "plain") for n in range(1, 4)))
    for n in (1, 2, 3):
        ledger.outbox.emit(draft(url(n), FORGOTTEN if n == 2 else "plain", entity_id=n))
    ledger.seal()
    ledger.outbox.emit(draft(url(2), FORGOTTEN + " again", entity_id=2))
    ledger.close("finished", 0)
    return ledger.run.id


def taking_back(ledger: Ledger, target: str) -> list[Decision]:
    return retract(ledger, target, reason="wrong")


def forgetting(root: Path, target: str) -> Forgotten:
    ledger = open_ledger(root)
    done = forget(ledger, target, reason="asked to")
    ledger.close("finished", 0)
    return done


def assert_well(root: Path) -> None:
    with inspected(database(root), output=root / "output", state=root / "state") as session:
        assert reconcile(session).is_well()
    assert_whole(root)


def test_a_run_is_taken_back_and_its_articles_are_written_anew(tmp_path: Path) -> None:
    run = crawl(tmp_path)
    ledger = open_ledger(tmp_path)
    decisions = taking_back(ledger, run)
    assert [(each.id, each.revision, each.retracts) for each in decisions] == [
        ("ua:1", 2, [1]),
        ("ua:2", 3, [1, 2]),
        ("ua:3", 2, [1]),
    ]
    assert [lease.url for lease in ledger.entries.take([HOST])] == [url(1), url(2), url(3)]
    assert ledger.outbox.emit(draft(url(1), "plain", entity_id=1)).event == "revised"
    assert ledger.outbox.emit(draft(url(3), "plain", entity_id=3, version="2")).event == "revised"
    ledger.close("finished", 0)
    assert_well(tmp_path)


def test_the_entries_of_a_retracted_article_are_pending(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    see(ledger, sighting(1))
    ledger.outbox.emit(draft(url(1)))
    taking_back(ledger, "ua:news-1")
    assert [lease.url for lease in ledger.entries.take([HOST])] == [url(1)]
    with pytest.raises(ArgumentError, match="nothing of it is in the output"):
        taking_back(ledger, "ua:news-1")
    with pytest.raises(ArgumentError, match="neither a run nor an article"):
        taking_back(ledger, "ua:other")
    ledger.close("finished", 0)


@pytest.mark.parametrize("target", ["ua:2", url(2)])
def test_a_forgotten_text_is_nowhere(tmp_path: Path, target: str) -> None:
    crawl(tmp_path)
    rejects = tmp_path / "state" / "rejects"
    rejects.mkdir()
    (rejects / "run.jsonl").write_text(
        f'{{"url": "{url(2)}", "text": "{FORGOTTEN}"}}\n{{"url": "{url(20)}"}}\n{{"url": "{url(9)}"}}\n'
    )
    done = forgetting(tmp_path, target)
    assert [(each.event, each.id, each.revision) for each in done.decisions] == [("erased", "ua:2", 3)]
    assert len(done.rewritten) == 3
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or FORGOTTEN.encode() not in path.read_bytes(), path
    assert (rejects / "run.jsonl").read_text() == f'{{"url": "{url(20)}"}}\n{{"url": "{url(9)}"}}\n'
    assert [(line["id"], line["event"]) for line in sealed(tmp_path)] == [
        ("ua:1", "created"),
        ("ua:3", "created"),
        ("ua:2", "erased"),
    ]
    manifests = [orjson.loads(path.read_bytes()) for path in tmp_path.rglob("*.manifest.json")]
    assert sorted((each["stream"], each["segment"], each["replaces"]) for each in manifests) == [
        ("articles", 3, [1]),
        ("articles", 4, [2]),
        ("articles", 5, []),
        ("feed", 2, [1]),
    ]


def test_what_was_made_of_a_forgotten_article_goes_too(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    lines = [
        orjson.dumps({"id": a, "near_duplicate_of": b})
        for a, b in (("ua:1", "ua:2"), ("ua:2", "ua:1"), ("ua:1", "ua:20"))
    ]
    for number in (1, 2, 20):
        ledger.outbox.emit(draft(url(number), entity_id=number, links=lines if number == 20 else ()))
    ledger.copies.keep(url(2), etag='"a"', last_modified=None)
    ledger.close("finished", 0)
    tags = tmp_path / "output" / "tags" / "v.jsonl"
    tags.parent.mkdir()
    tags.write_bytes(b'{"id":"ua:2","tags":[]}\n{"id":"ua:20","tags":[]}\n')
    assert "links/emitted=2026-11-22/" in "".join(forgetting(tmp_path, "ua:2").rewritten)
    assert [line["near_duplicate_of"] for line in sealed(tmp_path, "links")] == ["ua:20"]
    assert tags.read_bytes() == b'{"id":"ua:20","tags":[]}\n'
    ledger = open_ledger(tmp_path)
    assert ledger.copies.of(url(2)) is None
    ledger.close("finished", 0)


def test_a_forgotten_article_never_comes_back(tmp_path: Path) -> None:
    crawl(tmp_path)
    forgetting(tmp_path, "ua:2")
    ledger = open_ledger(tmp_path)
    assert see(ledger, sighting(2, label="updated"), sighting(7)) != []
    assert ledger.entries.see_page(url(2), host=HOST, edition="ua", seen_at=NOON) is None
    for again in (
        draft(url(2), "other", entity_id=2),
        draft(url(2), "other"),
        draft(url(8), "x", entity_id=2),
    ):
        assert ledger.outbox.emit(again).outcome == "suppressed"
    ledger.close("finished", 0)
    with inspected(database(tmp_path), output=tmp_path / "output", state=tmp_path / "state") as session:
        assert reconcile(session).is_well()


def test_a_feed_entry_without_article_can_be_forgotten(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    see(ledger, sighting(1, headline=FORGOTTEN), sighting(2), limit=0)
    ledger.close("finished", 0)
    assert forgetting(tmp_path, url(1)).decisions == []
    assert [line["url"] for line in sealed(tmp_path, "feed")] == [url(2)]
    with pytest.raises(ArgumentError, match="neither an article nor"):
        forgetting(tmp_path, url(1))


def kill_while_forgetting(root: Path) -> Callable[[], object]:
    return lambda: forgetting(root, "ua:2")


@pytest.mark.parametrize(("driver", "step", "count"), kills(IN_FORGETTING, 3), indirect=["driver"])
def test_a_kill_while_forgetting_is_made_good_by_the_next_opener(tmp_path: Path, step: str, count: int) -> None:
    crawl(tmp_path)
    killed = in_child(kill_while_forgetting(tmp_path), crash_at=f"{step}@{count}")
    assert killed == KILLED or count > 1
    open_ledger(tmp_path).close("finished", 0)
    done = forgetting(tmp_path, "ua:2")
    assert len(done.decisions) == (step == "forget:before-commit" and count == 1)
    assert [(line["id"], line["event"]) for line in sealed(tmp_path)] == [
        ("ua:1", "created"),
        ("ua:3", "created"),
        ("ua:2", "erased"),
    ]
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or FORGOTTEN.encode() not in path.read_bytes(), path
    with inspected(database(tmp_path), output=tmp_path / "output", state=tmp_path / "state") as session:
        assert reconcile(session).is_well()


def test_forgetting_again_at_once_after_a_kill_still_tells_readers(tmp_path: Path) -> None:
    crawl(tmp_path)
    assert in_child(kill_while_forgetting(tmp_path), crash_at="forget:after-commit") == KILLED
    forgetting(tmp_path, "ua:2")
    assert [line["event"] for line in sealed(tmp_path) if line["id"] == "ua:2"] == ["erased"]


def test_a_plan_that_is_left_while_forgetting_waits_for_the_sealer_is_settled_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    crawl(tmp_path)
    planned, real = tmp_path / "planned", files.write_lines

    def stay(path: Path, lines: Iterable[bytes]) -> Written:
        planned.touch()
        time.sleep(60)
        return real(path, lines)

    def seal_another() -> None:
        monkeypatch.setattr(files, "write_lines", stay)
        ledger = open_ledger(tmp_path)
        ledger.outbox.emit(draft(url(4), entity_id=4))
        ledger.seal()

    with living_child(seal_another, planned.exists) as sealer:
        patience = Lock.take_within

        def outlast(path: Path, seconds: float, second: SessionLocks | None = None) -> Lock | None:
            if path.name.endswith(SEAL_LOCK) and seconds:
                os.kill(sealer, signal.SIGKILL)
            return patience(path, seconds, second)

        with monkeypatch.context() as patched:
            patched.setattr(Lock, "take_within", outlast)
            forgetting(tmp_path, "ua:2")
    open_ledger(tmp_path).close("finished", 0)
    numbers = [file.number for file in segment_files(tmp_path / "output", "articles")]
    assert numbers == [3, 4, 5]  # 1 and 2 were written again; the plan of the dead sealer took no number
    assert sorted(line["id"] for line in sealed(tmp_path)) == ["ua:1", "ua:2", "ua:3", "ua:4"]
