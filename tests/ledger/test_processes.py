"""Two processes on one ledger, and who counts as alive."""

import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from espreso_crawler.ledger import Rules
from tests.ledger.builders import (
    HOST,
    LONG_LIFE,
    QUICK,
    draft,
    in_child,
    living_child,
    open_ledger,
    run_files,
    sealed,
    see,
    sessions_end,
    sighting,
    start_child,
    url,
)
from tests.waiting import wait_until

ENTRIES = 60
RULES = Rules(backoff=QUICK.backoff, flush_items=4, seal_items=7)


def crawl(root: Path, ready: Path | None = None, *, stops: bool = False) -> None:
    """Take what is there in small bites, as two crawls do that run at once; it may stop itself on the way."""
    ledger = open_ledger(root, rules=RULES)
    if ready:
        ready.touch()
        wait_until(lambda: len(list(ready.parent.glob("ready-*"))) == 2)
    leases = see(ledger, *(sighting(number) for number in range(ENTRIES)), limit=5)
    while leases := leases or ledger.entries.take([HOST], limit=5):
        for lease in leases:
            ledger.outbox.emit(draft(lease.url))
            if stops:
                os.kill(os.getpid(), signal.SIGSTOP)
                stops = False
        leases = []
        if ledger.segments.is_due():
            ledger.segments.seal()
    ledger.close("finished", 0)


def wait_for(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_two_crawls_at_once_fetch_and_emit_each_article_once(tmp_path: Path) -> None:
    children = [start_child(partial(crawl, tmp_path, tmp_path / f"ready-{name}")) for name in "ab"]
    assert [wait_for(child) for child in children] == [0, 0]
    lines = sealed(tmp_path)
    assert sorted(line["id"] for line in lines) == sorted(f"ua:news-{number}" for number in range(ENTRIES))
    runs = run_files(tmp_path)
    taken = sum(sum(run["counts"].get("leased", {}).values()) for run in runs)
    assert taken == ENTRIES, "nothing is fetched twice"
    assert len(sealed(tmp_path, "feed")) == ENTRIES


def test_an_article_written_meanwhile_is_decided_anew(tmp_path: Path) -> None:
    mine, other = open_ledger(tmp_path), open_ledger(tmp_path)
    assert mine.outbox.emit(draft(url(1), "a")).revision == 1
    assert mine.outbox.emit(draft(url(2), "a")).revision == 1
    assert mine.outbox.emit(draft(url(3), "a")).revision == 1
    other.outbox.emit(draft(url(1), "a"))
    other.outbox.emit(draft(url(2), "b"))
    other.outbox.flush()
    decisions = [(each.event or each.outcome, each.revision) for each in mine.outbox.flush()]
    assert decisions == [("unchanged", 1), ("revised", 2), ("created", 1)]
    mine.close("finished", 0)
    other.close("finished", 0)
    assert sorted((line["id"], line["revision"], line["event"]) for line in sealed(tmp_path)) == [
        ("ua:news-1", 1, "created"),
        ("ua:news-2", 1, "created"),
        ("ua:news-2", 2, "revised"),
        ("ua:news-3", 1, "created"),
    ]


def test_an_id_given_meanwhile_is_taken_over(tmp_path: Path) -> None:
    mine, other = open_ledger(tmp_path), open_ledger(tmp_path)
    assert mine.outbox.emit(draft(url(1), entity_id=7)).id == "ua:7"
    other.outbox.emit(draft(url(1)))
    other.outbox.flush()
    (decision,) = mine.outbox.flush()
    assert (decision.outcome, decision.id) == ("unchanged", "ua:news-1")
    mine.close("finished", 0)
    other.close("finished", 0)


def test_a_living_run_keeps_its_leases(tmp_path: Path) -> None:
    with living_child(lambda: see(open_ledger(tmp_path), sighting(1))):
        ledger = open_ledger(tmp_path)
        assert ledger.recovered == []
        assert see(ledger, sighting(1)) == []
        ledger.close("finished", 0)
    ledger = open_ledger(tmp_path)
    assert len(ledger.recovered) == 1
    assert [lease.url for lease in ledger.entries.take([HOST])] == [url(1)]
    ledger.close("finished", 0)


def test_a_stopped_run_is_alive(tmp_path: Path) -> None:
    with living_child(lambda: see(open_ledger(tmp_path), sighting(1))) as child:
        os.kill(child, signal.SIGSTOP)
        ledger = open_ledger(tmp_path)
        assert ledger.recovered == []
        assert ledger.entries.take([HOST]) == []
        ledger.close("finished", 0)
        os.kill(child, signal.SIGCONT)


def test_a_run_stopped_in_its_crawl_ends_as_if_nothing_had_been(tmp_path: Path) -> None:
    child = start_child(lambda: crawl(tmp_path, stops=True))
    assert os.WIFSTOPPED(os.waitpid(child, os.WUNTRACED)[1])
    started = start_child(lambda: crawl(tmp_path))
    wait_until(lambda: len(list((tmp_path / "state/locks").glob("*.run.lock"))) == 2 or is_over(started))
    os.kill(child, signal.SIGCONT)
    assert wait_for(child) == 0
    assert is_over(started) or wait_for(started) == 0
    assert in_child(lambda: crawl(tmp_path)) == 0
    assert sorted(line["id"] for line in sealed(tmp_path)) == sorted(f"ua:news-{number}" for number in range(ENTRIES))


@pytest.mark.parametrize("kind", ["fork", "spawn"])
def test_a_child_process_does_not_keep_a_dead_run_alive(tmp_path: Path, kind: str) -> None:
    child_file = tmp_path / "child"

    def die_and_leave_a_child() -> None:
        os.setpgid(0, 0)
        ledger = open_ledger(tmp_path)
        see(ledger, sighting(1))
        if kind == "spawn":
            program = f"import os, pathlib, time; pathlib.Path({str(child_file)!r}).touch(); time.sleep({LONG_LIFE})"
            subprocess.Popen([sys.executable, "-c", program], close_fds=False)
        elif os.fork() == 0:
            child_file.touch()
            signal.pause()
        wait_until(child_file.exists)
        os.kill(os.getpid(), signal.SIGKILL)

    with sessions_end():
        group = start_child(die_and_leave_a_child)
        killed = wait_for(group)
    try:
        assert killed == -signal.SIGKILL
        ledger = open_ledger(tmp_path)
        assert len(ledger.recovered) == 1
        ledger.close("finished", 0)
    finally:
        os.killpg(group, signal.SIGKILL)


def test_a_sealer_leaves_the_work_to_another_that_is_at_it(tmp_path: Path) -> None:
    mine, other = open_ledger(tmp_path), open_ledger(tmp_path)
    mine.outbox.emit(draft(url(1)))
    with other.segments.alone(0) as is_alone:
        assert is_alone
        assert mine.seal() == []
    assert len(mine.seal()) == 1
    mine.close("finished", 0)
    other.close("finished", 0)


def is_over(child: int) -> bool:
    try:
        return os.waitpid(child, os.WNOHANG)[0] == child
    except ChildProcessError:
        return True
