"""Run rows and run files."""

import re
from datetime import timedelta
from pathlib import Path

from espreso_crawler.ledger import GapReason, new_run_id
from tests.ledger.builders import HOST, NOON, Clock, draft, open_ledger, run_files, see, sighting, url


def test_a_run_id_is_the_start_in_utc_and_chance() -> None:
    first, second = new_run_id(NOON), new_run_id(NOON)
    assert re.fullmatch(r"20261122T120000Z-[0-9a-f]{8}", first)
    assert first != second


def test_a_run_file_says_what_a_run_did(tmp_path: Path) -> None:
    clock = Clock()
    ledger = open_ledger(tmp_path, clock=clock)
    see(ledger, sighting(1), sighting(2), sighting(3), limit=2)
    ledger.outbox.emit(draft(url(1)))
    ledger.coverage.begin(HOST, newest=NOON, oldest=NOON - timedelta(hours=1))
    walk = ledger.coverage.begin(HOST, newest=NOON + timedelta(hours=9), oldest=NOON + timedelta(hours=8))
    ledger.coverage.give_up(walk, GapReason.PAGE_LIMIT, "2 pages")
    clock.forward(minutes=3)
    document = ledger.close("finished", 0, {"stats": {"pages": 7}, "verdict": "passed"})
    assert run_files(tmp_path) == [document]
    assert document == {
        "schema_version": "1.0",
        "run_id": ledger.run.id,
        "spider": "read_also",
        "arguments": {"edition": "ua"},
        "job": None,
        "started_at": "2026-11-22T12:00:00Z",
        "ended_at": "2026-11-22T12:03:00Z",
        "reason": "finished",
        "exit_code": 0,
        "counts": {
            "entry": {"emitted": 1, "pending": 1},
            "feed": {"appeared": 3, "seen": 3},
            "leased": {"new": 2},
            "outcome": {"created": 1},
        },
        "held": [],
        "retries": None,
        "gaps": [
            {
                "host": HOST,
                "oldest": "2026-11-22T12:00:00Z",
                "newest": "2026-11-22T20:00:00Z",
                "reason": "page_limit",
                "run": ledger.run.id,
                "detail": "2 pages",
                "sentence": "limit of pages reached: 2 pages",
                "command": "scrapy crawl read_also -a edition=ua",
            }
        ],
        "segments": [
            {
                "stream": stream,
                "number": 1,
                "file": f"{stream}/emitted=2026-11-22/000000000001-{ledger.run.id}.jsonl",
                "count": count,
            }
            for stream, count in (("articles", 1), ("feed", 3))
        ],
        "stats": {"pages": 7},
        "verdict": "passed",
    }


def test_a_run_that_did_nothing_has_a_run_file_and_no_segment(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    document = ledger.close("finished", 0)
    assert (document["counts"], document["segments"]) == ({}, [])
    assert len(run_files(tmp_path)) == 1
    assert not (tmp_path / "output" / "articles").exists()


def test_closing_twice_does_nothing(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    ledger.close("finished", 0)
    assert ledger.close("finished again", 4) == {}
    assert [run["reason"] for run in run_files(tmp_path)] == ["finished"]


def test_a_run_that_died_is_filed_by_the_next(tmp_path: Path) -> None:
    dead = open_ledger(tmp_path)
    see(dead, sighting(1))
    dead.abandon()
    ledger = open_ledger(tmp_path)
    assert ledger.recovered == [dead.run.id]
    (found,) = run_files(tmp_path)
    assert (found["run_id"], found["reason"], found["ended_at"]) == (dead.run.id, "killed", None)
    assert found["recovered_by"] == ledger.run.id
    assert found["counts"]["entry"] == {"pending": 1}
    ledger.close("finished", 0)
