"""An end by a refusal is looked at again as long as a list shows its entry."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from espreso_crawler.ledger import Ledger, Listed
from espreso_crawler.ledger.articles.schedule import LOOKS
from tests.ledger.builders import HOST, NOON, QUICK, Clock, draft, open_ledger, see, sighting, url

HOUR, DAY = 3600, 86_400
LIST = f"https://{HOST}/sitemap.xml"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(tmp_path: Path, clock: Clock) -> Iterator[Ledger]:
    ledger = open_ledger(tmp_path, clock=clock)
    yield ledger
    ledger.close("test over", 0)


def refuse(ledger: Ledger, state: str = "gone", number: int = 1) -> None:
    ledger.entries.settle(url(number), state, "HTTP 404")  # type: ignore[arg-type]
    ledger.outbox.flush()


def looks(ledger: Ledger, number: int = 1, **options: object) -> list[str]:
    """Let the feed show an entry; return why it is leased."""
    return [lease.why for lease in see(ledger, sighting(number), **options)]


def note(ledger: Ledger, number: int = 1, *, on: str = LIST) -> list[str]:
    """Let a list show an entry, and take what is due."""
    ledger.listings.note([Listed(url(number), HOST, "ua")], seen_at=NOON, seen_on=on, hosts=[HOST])
    return [lease.why for lease in ledger.entries.take([HOST])]


def row(ledger: Ledger) -> tuple[str, str | None, int | None]:
    found = ledger.session.db.row("SELECT state, error, next_look FROM entries")
    return found["state"], found["error"], found["next_look"]


@pytest.mark.parametrize("state", ["gone", "not_article"])
def test_a_refused_entry_that_the_feed_shows_is_looked_at_again_for_a_month(
    ledger: Ledger, clock: Clock, state: str
) -> None:
    looks(ledger)
    refuse(ledger, state)
    ages = []
    for hour in range(40 * 24):
        if looks(ledger):
            ages.append(hour * HOUR)
            refuse(ledger, state)
        clock.forward(hours=1)
    assert tuple(ages) == LOOKS == tuple(n * HOUR for n in (6, 24, 72, 240, 408, 576, 744))
    assert row(ledger) == (state, "HTTP 404, first at 2026-11-22T12:00:00Z, last at 2026-12-23T12:00:00Z", None)


def test_it_ends_after_the_looks_it_had_when_no_list_shows_it(ledger: Ledger, clock: Clock) -> None:
    looks(ledger)
    refuse(ledger)
    clock.forward(hours=6)
    assert looks(ledger) == ["look"]
    refuse(ledger)
    clock.forward(days=20)
    assert looks(ledger, 2) == ["new"]
    assert ledger.entries.take([HOST]) == []
    assert ledger.entries.counts() == {"gone": 1, "leased": 1}


def test_what_is_back_is_written_and_watched_no_more(ledger: Ledger, clock: Clock) -> None:
    looks(ledger)
    refuse(ledger)
    clock.forward(hours=6)
    assert looks(ledger) == ["look"]
    assert ledger.outbox.emit(draft(url(1))).event == "created"
    ledger.outbox.flush()
    assert row(ledger) == ("emitted", None, None)
    clock.forward(days=1)
    assert looks(ledger) == []


def test_a_look_before_its_time_counts_for_nothing(ledger: Ledger, clock: Clock) -> None:
    looks(ledger)
    refuse(ledger)
    clock.forward(hours=1)
    assert [lease.why for lease in see(ledger, sighting(1, headline="Moved"))] == ["moved"]
    refuse(ledger)
    clock.forward(hours=4)
    assert see(ledger, sighting(1, headline="Moved")) == []
    clock.forward(hours=1)
    assert [lease.why for lease in see(ledger, sighting(1, headline="Moved"))] == ["look"]


def test_a_look_that_meets_a_failing_site_comes_again_and_ends_as_failed(ledger: Ledger, clock: Clock) -> None:
    looks(ledger)
    refuse(ledger)
    clock.forward(hours=6)
    for _ in range(QUICK.max_attempts):
        assert looks(ledger) == ["look"]
        ledger.entries.attempt_failed(url(1), "HTTP 500")
        ledger.outbox.flush()
    assert row(ledger)[0] == "failed"
    clock.forward(days=40)
    assert looks(ledger) == []


def test_a_look_that_nobody_has_room_for_waits(ledger: Ledger, clock: Clock) -> None:
    looks(ledger)
    refuse(ledger)
    clock.forward(hours=6)
    assert looks(ledger, limit=0) == []
    assert [lease.why for lease in ledger.entries.take([HOST])] == ["look"]


def test_a_list_that_shows_it_or_has_not_changed_since_brings_a_look(ledger: Ledger, clock: Clock) -> None:
    assert note(ledger) == ["due"]
    refuse(ledger)
    clock.forward(hours=5)
    assert note(ledger) == []
    clock.forward(hours=1)
    assert note(ledger) == ["look"]
    refuse(ledger)
    clock.forward(days=1)
    ledger.listings.unchanged(f"{LIST}?other")
    assert ledger.entries.take([HOST]) == []
    ledger.listings.unchanged(LIST)
    assert [lease.why for lease in ledger.entries.take([HOST])] == ["look"]


def test_a_clock_that_was_set_back_begins_the_looks_once_more(ledger: Ledger, clock: Clock) -> None:
    looks(ledger)
    clock.forward(days=300)
    refuse(ledger)
    clock.forward(days=-300)
    assert [lease.why for lease in see(ledger, sighting(1, headline="Moved"))] == ["moved"]
    refuse(ledger)
    clock.forward(hours=6)
    assert [lease.why for lease in see(ledger, sighting(1, headline="Moved"))] == ["look"]


def test_the_entry_of_a_removed_article_is_watched(ledger: Ledger, clock: Clock) -> None:
    looks(ledger)
    ledger.outbox.emit(draft(url(1)))
    assert ledger.rechecks.refused("ua:news-1", "HTTP 410") is None
    clock.forward(hours=6)
    decision = ledger.rechecks.refused("ua:news-1", "HTTP 410")
    assert decision
    assert decision.event == "removed"
    assert looks(ledger) == []
    clock.forward(hours=18)
    assert looks(ledger) == ["look"]
    assert ledger.outbox.emit(draft(url(1))).event == "revised"
