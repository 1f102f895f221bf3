"""Drafts that wait for a verdict: decided late, never lost, and out of everybody's sight in quarantine."""

from pathlib import Path

import orjson
import pytest

from espreso_crawler.exceptions import ArgumentError
from espreso_crawler.ledger import crash
from espreso_crawler.ledger.care.forgetting import forget
from espreso_crawler.ledger.care.reconcile import reconcile
from espreso_crawler.ledger.care.releasing import discard, release
from espreso_crawler.ledger.care.status import status
from tests.ledger.builders import HOST, draft, in_child, open_ledger, sealed, see, sighting, url
from tests.ledger.holding import SEEN, copy_of, finish, hold, ids, inspected_ledger, quarantine

KILLED = -9


def test_a_held_draft_has_no_revision_until_it_is_accepted(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    see(ledger, sighting(1))
    decision, kept = ledger.holding.put(draft(url(1)), SEEN)
    assert kept
    assert (decision.event, decision.revision) == ("created", 1)
    ledger.holding.flush()
    ledger.seal()
    assert sealed(tmp_path) == []
    assert ledger.articles.known(decision.id) is None
    assert ledger.entries.counts() == {"held": 1}
    ledger.holding.accept([kept])
    ledger.close("finished", 0)
    assert ids(tmp_path) == [("ua:news-1", 1)]
    with inspected_ledger(tmp_path) as session:
        assert status(session)["entries"] == {"emitted": 1}
        assert session.db.row("SELECT count(*) FROM held")[0] == 0


def test_revisions_count_in_the_order_of_the_looks(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    kept = [*hold(ledger, 1, text="a"), *hold(ledger, 1, text="b"), *hold(ledger, 1, text="a"), *hold(ledger, 2)]
    ledger.holding.accept(kept[:1])
    assert not hold(ledger, 2, text="text")[0].foreseen.event, "the same look twice says nothing new"
    ledger.holding.accept(kept[1:])
    ledger.close("finished", 0)
    lines = sealed(tmp_path)
    assert [(line["id"], line["revision"], line["article_body"]) for line in lines] == [
        ("ua:news-1", 1, "a"),
        ("ua:news-1", 2, "b"),
        ("ua:news-1", 3, "a"),
        ("ua:news-2", 1, "text"),
    ]


def test_what_says_nothing_new_needs_no_verdict(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    ledger.outbox.emit(draft(url(1), "a"))
    decision, kept = ledger.holding.put(draft(url(1), "a"), SEEN)
    assert (decision.outcome, kept) == ("unchanged", None)
    _, kept = ledger.holding.put(draft(url(1), "b"), SEEN)
    assert kept
    assert ledger.holding.put(draft(url(1), "a"), SEEN)[1], "but it must not overtake a look before it"
    ledger.close("finished", 0)


def test_a_held_entry_is_fetched_by_no_other_run(tmp_path: Path) -> None:
    ledger, other = open_ledger(tmp_path), open_ledger(tmp_path)
    see(ledger, sighting(1))
    hold(ledger, 1)
    ledger.holding.flush()
    assert see(other, sighting(1, minutes=5)) == []
    assert other.entries.take([HOST]) == []
    assert other.holding.adopt() == []
    ledger.close("closed without a verdict", 0)
    adopted = other.holding.adopt()
    assert [each.draft.url for each in adopted] == [url(1)]
    other.holding.accept(adopted)
    assert other.holding.adopt() == []
    other.close("finished", 0)
    assert ids(tmp_path) == [("ua:news-1", 1)]


def test_the_next_run_judges_what_a_killed_run_held(tmp_path: Path) -> None:
    def die() -> None:
        ledger = open_ledger(tmp_path)
        see(ledger, sighting(1), sighting(2))
        hold(ledger, 1)
        ledger.holding.flush()
        hold(ledger, 2)
        crash.arm("close:before-commit")
        ledger.close("never", 0)

    assert in_child(die) == KILLED
    ledger = open_ledger(tmp_path)
    adopted = ledger.holding.adopt()
    assert [(each.draft.url, each.observation) for each in adopted] == [(url(1), SEEN), (url(2), SEEN)]
    assert ledger.entries.take([HOST]) == []
    ledger.holding.accept(adopted)
    ledger.close("finished", 0)
    lines = sealed(tmp_path)
    assert [(line["url"], line["run_id"]) for line in lines] == [(url(n), ledger.run.id) for n in (1, 2)]


def test_a_quarantined_row_is_released_under_the_next_revision(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    ledger.outbox.emit(draft(url(1), "a"))
    ledger.outbox.flush()
    see(ledger, sighting(1), sighting(2))
    quarantine(ledger, *hold(ledger, 1, text="b"), *hold(ledger, 2))
    assert ledger.entries.counts() == {"quarantined": 2}
    ledger.close("finished", 5)
    copy = [orjson.loads(line) for line in copy_of(tmp_path, ledger).read_bytes().splitlines()]
    assert [(line["url"], line["reason"], line["record"]["revision"]) for line in copy] == [
        (url(n), "drift", None) for n in (1, 2)
    ]
    assert len(sealed(tmp_path)) == 1
    later = open_ledger(tmp_path)
    assert later.holding.adopt() == [], "what is in quarantine waits for a person"
    later.outbox.emit(draft(url(3)))
    released = release(later, ledger.run.id)
    assert [(each.event, each.revision) for each in released.decisions] == [
        ("created", 1),
        ("revised", 2),
        ("created", 1),
    ]
    assert released.observations == [SEEN, SEEN]
    later.close("finished", 0)
    assert ids(tmp_path) == [("ua:news-1", 1), ("ua:news-3", 1), ("ua:news-1", 2), ("ua:news-2", 1)]
    assert not copy_of(tmp_path, ledger).exists()
    with inspected_ledger(tmp_path) as session:
        assert status(session)["entries"] == {"emitted": 2}
        assert reconcile(session).is_well()


def test_a_release_lets_out_nothing_that_no_verdict_was_spoken_over(tmp_path: Path) -> None:
    judged = open_ledger(tmp_path)
    see(judged, sighting(1), sighting(2))
    quarantine(judged, *hold(judged, 1))
    judged.close("finished", 5)
    unjudged = open_ledger(tmp_path)
    see(unjudged, sighting(2))
    hold(unjudged, 2)
    unjudged.close("terminated", 143)
    ledger = open_ledger(tmp_path)
    release(ledger, judged.run.id)
    ledger.close("finished", 0)
    assert ids(tmp_path) == [("ua:news-1", 1)]
    ledger = open_ledger(tmp_path)
    assert ledger.entries.counts() == {"emitted": 1, "held": 1}
    finish(ledger)
    assert ids(tmp_path) == [("ua:news-1", 1), ("ua:news-2", 1)]


def test_a_released_row_never_overtakes_a_later_look(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    see(ledger, sighting(1), sighting(2))
    quarantine(ledger, *hold(ledger, 1, 2, text="older"))
    ledger.close("finished", 5)
    later = open_ledger(tmp_path)
    see(later, sighting(1, minutes=9))
    later.outbox.emit(draft(url(1), "newer"))
    later.close("finished", 0)
    third = open_ledger(tmp_path)
    released = release(third, ledger.run.id)
    assert [each.outcome for each in released.decisions] == ["overtaken", "event"]
    assert [lease.url for lease in third.entries.take([HOST])] == [url(1)], "it is looked at once more"
    third.close("finished", 0)
    assert [(line["url"], line["article_body"]) for line in sealed(tmp_path)] == [(url(1), "newer"), (url(2), "older")]


def test_discarded_rows_are_fetched_again_and_never_written(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    see(ledger, sighting(1), sighting(2))
    quarantine(ledger, *hold(ledger, 1, 2, text="wrong"))
    ledger.close("finished", 5)
    later = open_ledger(tmp_path)
    see(later, sighting(2, minutes=9))
    later.outbox.emit(draft(url(2), "right"))
    later.outbox.flush()
    assert discard(later, ledger.run.id, reason="a broken parser") == (2, 1)
    assert not copy_of(tmp_path, ledger).exists()
    assert [lease.url for lease in later.entries.take([HOST])] == [url(1)]
    later.outbox.emit(draft(url(1), "right"))
    with pytest.raises(ArgumentError, match="nothing of this run is in quarantine"):
        discard(later, ledger.run.id, reason="again")
    with pytest.raises(ArgumentError, match="nothing of this run is in quarantine"):
        release(later, ledger.run.id)
    later.close("finished", 0)
    assert {line["article_body"] for line in sealed(tmp_path)} == {"right"}


def test_forget_takes_a_text_out_of_what_is_held_and_out_of_quarantine(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    see(ledger, sighting(1), sighting(2))
    quarantine(ledger, *hold(ledger, 1, text="secret words"))
    hold(ledger, 2, text="secret words")
    ledger.holding.flush()
    ledger.close("finished", 5)
    later = open_ledger(tmp_path)
    for number in (1, 2):
        forget(later, url(number), reason="asked")
    assert later.holding.adopt() == []
    later.close("finished", 0)
    held = [path for path in (tmp_path / "state").rglob("*") if path.is_file() and b"secret" in path.read_bytes()]
    assert held == []


def test_two_runs_judge_their_own_rows(tmp_path: Path) -> None:
    one, two = open_ledger(tmp_path), open_ledger(tmp_path)
    see(one, sighting(1))
    see(two, sighting(2))
    bad, good = hold(one, 1), hold(two, 2)
    one.holding.flush()
    two.holding.flush()
    quarantine(one, *bad)
    two.holding.accept(good)
    one.close("finished", 5)
    two.close("finished", 0)
    assert ids(tmp_path) == [("ua:news-2", 1)]


def test_a_crawl_without_memory_leaves_the_copy_of_its_quarantine(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path, memory=True)
    kept = hold(ledger, 1, 2)
    assert not (tmp_path / "state").exists()
    quarantine(ledger, kept[0])
    ledger.holding.accept(kept[1:])
    ledger.close("finished", 5)
    assert [line["url"] for line in sealed(tmp_path)] == [url(2)]
    assert len(copy_of(tmp_path, ledger).read_bytes().splitlines()) == 1
    open_ledger(tmp_path, memory=True).close("finished", 0)
    assert copy_of(tmp_path, ledger).exists()


def test_a_baseline_keeps_the_last_runs_and_can_begin_anew(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    for number in range(105):
        ledger.baselines.add("ua", {"n": number})
    ledger.baselines.add("global", {"n": -1})
    assert [each["n"] for each in ledger.baselines.last("ua")] == list(range(104, 4, -1))
    ledger.baselines.add("ua", {"n": 200}, anew=True)
    assert ledger.baselines.last("ua") == [{"n": 200}]
    assert ledger.baselines.last("global") == [{"n": -1}]
    ledger.close("finished", 0)


@pytest.mark.parametrize(("is_original_good", "written"), [(True, [1]), (False, [2])])
def test_an_unwanted_copy_waits_for_what_becomes_of_its_original(
    tmp_path: Path, is_original_good: bool, written: list[int]
) -> None:
    ledger = open_ledger(tmp_path)
    see(ledger, sighting(1), sighting(2))
    hold(ledger, 1)
    hold(ledger, 2, text="copy", copy_of="ua:news-1")
    ledger.close("finished", 0)

    later = open_ledger(tmp_path)
    original, copy = later.holding.adopt()
    if is_original_good:
        later.holding.accept([original])
    else:
        quarantine(later, original)
    later.holding.accept([copy])
    later.close("finished", 0)
    assert ids(tmp_path) == [(f"ua:news-{number}", 1) for number in written]
    with inspected_ledger(tmp_path) as session:
        others_end = "rejected" if is_original_good else "quarantined"
        assert status(session)["entries"] == {"emitted": 1, others_end: 1}
