"""A host has one guest among the runs of a ledger, on whatever machine, until that run ends."""

from datetime import timedelta
from pathlib import Path

from tests.ledger.builders import HOST, NOON, living_child, open_ledger

OTHER = "127.0.0.1:8000"


def test_a_host_is_taken_until_its_run_ends(tmp_path: Path) -> None:
    first, second = open_ledger(tmp_path), open_ledger(tmp_path)
    assert first.guests.enter([HOST]) == set()
    assert second.guests.enter([HOST, OTHER]) == {HOST}
    assert first.guests.enter([OTHER]) == {OTHER}
    first.close("finished", 0)
    assert second.guests.enter([HOST]) == set()
    second.abandon()
    third = open_ledger(tmp_path)
    assert third.guests.enter([HOST, OTHER]) == set()
    third.close("finished", 0)


def test_a_killed_run_leaves_its_hosts_free(tmp_path: Path) -> None:
    def enter() -> None:
        open_ledger(tmp_path).guests.enter([HOST])

    with living_child(enter):
        living = open_ledger(tmp_path)
        assert living.guests.enter([HOST]) == {HOST}
        living.close("finished", 0)
    after = open_ledger(tmp_path)
    assert after.guests.enter([HOST]) == set()


def test_a_ledger_in_memory_has_no_other_guests(tmp_path: Path) -> None:
    both = [open_ledger(tmp_path / name, memory=True) for name in "ab"]
    assert [ledger.guests.enter([HOST]) for ledger in both] == [set(), set()]


def test_a_rest_that_a_host_asked_for_holds_for_all_runs(tmp_path: Path) -> None:
    first, second = open_ledger(tmp_path), open_ledger(tmp_path)
    until = NOON + timedelta(hours=1)
    first.pauses.ask(HOST, until, "HTTP 429")
    assert second.pauses.of(HOST) == (until, "HTTP 429")
    second.pauses.ask(HOST, NOON + timedelta(minutes=1), "5 addresses failed in a row")
    assert first.pauses.of(HOST) == (until, "HTTP 429"), "what fails here takes nothing from what it asked for there"
    longer = until + timedelta(hours=1)
    second.pauses.ask(HOST, longer, "HTTP 503")
    assert first.pauses.of(HOST) == (longer, "HTTP 503")
    second.pauses.over(HOST)
    assert first.pauses.of(HOST) is None
