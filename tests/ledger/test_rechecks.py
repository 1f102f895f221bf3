"""When known articles are looked at again, and when one counts as removed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from espreso_crawler.ledger import Decision, Ledger, Rules, parse_schedule
from tests.ledger.builders import HOST, NOON, QUICK, Clock, draft, open_ledger, sealed, see, sighting, url

RULES = Rules(backoff=QUICK.backoff, recheck=parse_schedule("1h 6h 1d"))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(tmp_path: Path, clock: Clock) -> Iterator[Ledger]:
    ledger = open_ledger(tmp_path, clock=clock, rules=RULES)
    ledger.outbox.emit(draft(url(1), date_published=NOON.isoformat()))
    ledger.outbox.flush()
    yield ledger
    ledger.close("test over", 0)


def due(ledger: Ledger) -> list[str]:
    return [recheck.id for recheck in ledger.rechecks.due([HOST])]


def look(ledger: Ledger, clock: Clock, text: str = "text") -> Decision:
    again = draft(url(1), text, entry_url=None, fetched_at=clock.now, date_published=NOON.isoformat())
    decision = ledger.outbox.emit(again)
    ledger.outbox.flush()
    return decision


def refuse(ledger: Ledger) -> Decision | None:
    return ledger.rechecks.refused("ua:news-1", "HTTP 404")


def test_looks_thin_out_with_age(ledger: Ledger, clock: Clock) -> None:
    looks = []
    for _ in range(40):
        clock.forward(hours=1)
        if due(ledger):
            looks.append((clock.now - NOON).total_seconds() / 3600)
            look(ledger, clock)
    assert looks == [1, 6, 24]


def test_a_due_article_is_given_to_one_run_for_an_hour(ledger: Ledger, clock: Clock) -> None:
    clock.forward(hours=1)
    assert due(ledger) == ["ua:news-1"]
    assert due(ledger) == []
    clock.forward(hours=1)
    assert due(ledger) == ["ua:news-1"], "the run that got it never came back"


def test_a_look_that_led_to_nothing_counts(ledger: Ledger, clock: Clock) -> None:
    clock.forward(hours=1)
    due(ledger)
    ledger.rechecks.checked("ua:news-1")
    clock.forward(hours=4, minutes=59)
    assert due(ledger) == []
    clock.forward(minutes=1)
    assert due(ledger) == ["ua:news-1"]


def test_only_the_hosts_and_the_number_asked_for(tmp_path: Path, clock: Clock) -> None:
    ledger = open_ledger(tmp_path, clock=clock, rules=RULES)
    for number in range(3):
        ledger.outbox.emit(draft(url(number), date_published=NOON.isoformat()))
    ledger.outbox.flush()
    clock.forward(hours=2)
    assert ledger.rechecks.due(["zahid.espreso.tv"]) == []
    assert len(ledger.rechecks.due([HOST], limit=2)) == 2
    assert len(ledger.rechecks.due([HOST])) == 1
    ledger.close("finished", 0)


def test_a_schedule_that_is_off_gives_none(tmp_path: Path, ledger: Ledger, clock: Clock) -> None:
    off = open_ledger(tmp_path, clock=clock)
    clock.forward(days=1)
    assert due(off) == []
    off.close("finished", 0)


def test_two_refusals_six_hours_apart_are_a_removal(tmp_path: Path, ledger: Ledger, clock: Clock) -> None:
    assert refuse(ledger) is None
    clock.forward(hours=5)
    assert refuse(ledger) is None
    clock.forward(hours=1)
    assert [(each.id, each.was_refused) for each in ledger.rechecks.due([HOST])] == [("ua:news-1", True)]
    decision = refuse(ledger)
    assert decision
    assert (decision.event, decision.revision) == ("removed", 2)
    assert decision.reason == "HTTP 404 at 2026-11-22T12:00:00Z and at 2026-11-22T18:00:00Z"
    assert refuse(ledger) is None
    ledger.seal()
    assert [line["event"] for line in sealed(tmp_path)] == ["created", "removed"]
    assert look(ledger, clock).event == "revised", "it is back, with the same text"
    assert look(ledger, clock).outcome == "unchanged"


def test_an_answer_between_two_refusals_wipes_the_first(ledger: Ledger, clock: Clock) -> None:
    refuse(ledger)
    clock.forward(hours=3)
    look(ledger, clock)
    clock.forward(hours=3)
    assert refuse(ledger) is None


def test_a_clock_set_back_does_not_shorten_the_wait(ledger: Ledger, clock: Clock) -> None:
    refuse(ledger)
    clock.forward(hours=-7)
    assert refuse(ledger) is None
    clock.forward(hours=5)
    assert refuse(ledger) is None
    clock.forward(hours=1)
    assert refuse(ledger)


def test_a_moved_entry_of_a_removed_article_is_fetched_again(ledger: Ledger, clock: Clock) -> None:
    see(ledger, sighting(1))
    ledger.entries.settle(url(1), "gone")
    ledger.outbox.flush()
    assert len(see(ledger, sighting(1, label="updated"))) == 1


def test_looks_that_meet_a_failing_site_come_again_ever_later_and_end(ledger: Ledger, clock: Clock) -> None:
    looks = []
    for _ in range(400):
        clock.forward(hours=1)
        if due(ledger):
            looks.append((clock.now - NOON).total_seconds() / 3600)
            ledger.rechecks.missed("ua:news-1")
    assert looks == [1, 2, 3, 5, 6, 9, 14, 21, 24, 36, 54, 81, 122, 183]


def test_a_failing_site_does_not_wipe_a_refusal(ledger: Ledger, clock: Clock) -> None:
    refuse(ledger)
    clock.forward(hours=3)
    ledger.rechecks.missed("ua:news-1")
    clock.forward(hours=6)
    assert due(ledger) == ["ua:news-1"]
    assert refuse(ledger), "two refusals, six hours apart"


def test_an_article_that_is_asked_for_is_due_at_once(ledger: Ledger) -> None:
    ledger.rechecks.ask("ua:news-1")
    ledger.rechecks.ask("ua:unknown")
    assert due(ledger) == ["ua:news-1"]


def test_another_article_to_compare_with_is_one_that_was_not_refused(ledger: Ledger) -> None:
    for number in (2, 3):
        ledger.outbox.emit(draft(url(number), date_published=NOON.isoformat()))
    ledger.outbox.flush()
    refuse(ledger)
    other = ledger.rechecks.other(HOST, than="ua:news-3")
    assert other and other.id == "ua:news-2"
    assert ledger.rechecks.other("zahid.espreso.tv", than="ua:news-3") is None


def test_a_look_knows_how_the_feed_showed_the_article(ledger: Ledger, clock: Clock) -> None:
    see(ledger, sighting(1, label="exclusive"))
    clock.forward(hours=1)
    (recheck,) = ledger.rechecks.due([HOST])
    assert (recheck.label, recheck.feed and recheck.feed["label"]) == ("exclusive", "exclusive")


def test_a_look_knows_the_feed_of_every_address_the_article_had(ledger: Ledger, clock: Clock) -> None:
    see(ledger, sighting(2, label="exclusive"))
    ledger.outbox.emit(draft(url(2)))
    ledger.outbox.flush()
    clock.forward(minutes=1)
    ledger.entries.see([sighting(3, label="updated")], seen_at=clock.now, seen_on=f"https://{HOST}/")
    one = draft(url(3), urls=[url(2), url(1)], date_published=NOON.isoformat())  # all are one
    ledger.outbox.emit(one)
    ledger.outbox.flush()
    clock.forward(hours=1)
    (recheck,) = ledger.rechecks.due([HOST])
    assert (recheck.id, recheck.feed and recheck.feed["label"], recheck.label) == ("ua:news-1", "exclusive", "updated")
