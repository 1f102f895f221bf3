"""Feed entries: who gets which lease, when it is tried again, and where it ends."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from espreso_crawler.ledger import Ledger, Rules, runs
from tests.ledger.builders import HOST, NOON, Clock, draft, open_ledger, sealed, see, sighting, url

RULES = Rules(max_attempts=3, backoff=timedelta(minutes=2), backoff_max=timedelta(hours=1))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(tmp_path: Path, clock: Clock) -> Iterator[Ledger]:
    ledger = open_ledger(tmp_path, clock=clock, rules=RULES)
    yield ledger
    ledger.close("test over", 0)


def take(ledger: Ledger, **options: object) -> list[str]:
    return [lease.url for lease in ledger.entries.take([HOST], **options)]  # type: ignore[arg-type]


def emit(ledger: Ledger, address: str, text: str = "text") -> str:
    decision = ledger.outbox.emit(draft(address, text))
    ledger.outbox.flush()
    return decision.event or decision.outcome


def test_a_new_entry_is_leased_once(ledger: Ledger) -> None:
    (lease,) = see(ledger, sighting(1))
    assert (lease.url, lease.why, lease.attempt) == (url(1), "new", 1)
    assert see(ledger, sighting(1)) == []
    assert take(ledger) == []


def test_a_lease_carries_the_first_sighting(ledger: Ledger, clock: Clock) -> None:
    see(ledger, sighting(1, label="exclusive"), limit=0)
    (lease,) = see(ledger, sighting(1, label="updated", minutes=9))
    assert lease.label == "updated"
    assert lease.feed == {
        "published_at": NOON.isoformat(),
        "label": "exclusive",
        "position": 1,
        "important": False,
        "seen_at": "2026-11-22T12:00:00Z",
        "seen_on": f"https://{HOST}/",
    }


def test_entries_beyond_the_limit_or_unwanted_stay_pending(ledger: Ledger) -> None:
    leases = see(ledger, *(sighting(n) for n in range(1, 5)), limit=2, wanted=lambda entry: entry.url != url(1))
    assert [lease.url for lease in leases] == [url(2), url(3)]
    assert ledger.entries.counts() == {"leased": 2, "pending": 2}
    assert take(ledger) == [url(1), url(4)]


def test_pending_entries_are_taken_by_host_and_time(ledger: Ledger) -> None:
    see(ledger, *(sighting(n, minutes=n) for n in range(4)), sighting(9, published_at=None), limit=0)
    assert ledger.entries.take(["global.espreso.tv"]) == []
    span = {"since": NOON + timedelta(minutes=1), "until": NOON + timedelta(minutes=2)}
    assert take(ledger, **span) == [url(1), url(2), url(9)]
    assert take(ledger, limit=1) == [url(0)]


def test_an_ended_entry_rests_until_it_moves(ledger: Ledger) -> None:
    see(ledger, sighting(1))
    assert emit(ledger, url(1)) == "created"
    assert see(ledger, sighting(1)) == []
    (lease,) = see(ledger, sighting(1, label="updated"))
    assert (lease.why, lease.article) == ("moved", "ua:news-1")
    assert emit(ledger, url(1)) == "unchanged"
    assert see(ledger, sighting(1, label="updated")) == []
    assert len(see(ledger, sighting(1, label="updated", minutes=1))) == 1


def test_a_moved_entry_beyond_the_limit_is_pending(ledger: Ledger) -> None:
    see(ledger, sighting(1))
    emit(ledger, url(1))
    assert see(ledger, sighting(1, headline="Other"), limit=0) == []
    assert take(ledger) == [url(1)]


def test_an_archive_page_says_nothing_new_of_a_known_entry(ledger: Ledger) -> None:
    see(ledger, sighting(1, label="updated"))
    emit(ledger, url(1))
    assert see(ledger, sighting(1, published_at=None, position=30, in_feed=False)) == []
    assert see(ledger, sighting(1, label="updated", published_at=None)) == []
    assert see(ledger, sighting(1, label="updated")) == []
    assert runs.document(ledger.session, ledger.run.id)["counts"]["feed"] == {"appeared": 1, "seen": 4}


def test_a_failed_attempt_waits_twice_as_long_each_time_and_ends(ledger: Ledger, clock: Clock) -> None:
    see(ledger, sighting(1))
    for wait in (2, 4):
        ledger.entries.attempt_failed(url(1), "HTTP 503")
        ledger.outbox.flush()
        clock.forward(minutes=wait - 1)
        assert take(ledger) == []
        clock.forward(minutes=1)
        assert take(ledger) == [url(1)]
    ledger.entries.attempt_failed(url(1), "HTTP 503")
    ledger.outbox.flush()
    clock.forward(days=9)
    assert take(ledger) == []
    assert ledger.entries.counts() == {"failed": 1}
    assert len(see(ledger, sighting(1, minutes=5))) == 1, "a moved entry lives again"


def test_a_site_may_ask_for_a_longer_wait(ledger: Ledger, clock: Clock) -> None:
    see(ledger, sighting(1))
    ledger.entries.attempt_failed(url(1), "HTTP 429", retry_after=timedelta(minutes=30))
    ledger.outbox.flush()
    clock.forward(minutes=29)
    assert take(ledger) == []
    clock.forward(minutes=1)
    assert take(ledger) == [url(1)]


def test_a_clock_set_back_does_not_make_entries_wait_for_it(ledger: Ledger, clock: Clock) -> None:
    see(ledger, sighting(1))
    ledger.entries.attempt_failed(url(1), "HTTP 503")
    ledger.outbox.flush()
    clock.forward(days=-400)
    assert take(ledger) == [url(1)]


def test_a_permanent_failure_ends_at_once(ledger: Ledger) -> None:
    see(ledger, sighting(1))
    ledger.entries.attempt_failed(url(1), "no such host", permanent=True)
    ledger.outbox.flush()
    assert ledger.entries.counts() == {"failed": 1}


def test_only_the_flush_says_emitted(ledger: Ledger) -> None:
    with pytest.raises(ValueError, match="emitted"):
        ledger.entries.settle(url(1), "emitted")  # type: ignore[arg-type]


def test_an_entry_is_ended_only_by_the_run_that_leases_it(ledger: Ledger) -> None:
    see(ledger, sighting(1), limit=0)
    ledger.entries.settle(url(1), "gone", "HTTP 404")
    ledger.outbox.flush()
    assert ledger.entries.counts() == {"pending": 1}


@pytest.mark.parametrize("state", ["not_article", "gone", "rejected", "quarantined", "failed"])
def test_a_moved_entry_is_fetched_again_whatever_its_end(ledger: Ledger, state: str) -> None:
    see(ledger, sighting(1))
    ledger.entries.settle(url(1), state, "why")  # type: ignore[arg-type]
    ledger.outbox.flush()
    assert see(ledger, sighting(1)) == []
    assert len(see(ledger, sighting(1, minutes=1))) == 1


def test_an_entry_of_another_host_waits_for_a_crawl_of_that_host(ledger: Ledger) -> None:
    elsewhere = ["global.espreso.tv"]
    assert see(ledger, sighting(1), sighting(2), hosts=elsewhere) == []
    assert see(ledger, sighting(1, minutes=1), hosts=elsewhere) == []
    assert ledger.entries.counts() == {"offsite": 2}
    assert ledger.entries.take(elsewhere) == []
    assert [lease.url for lease in see(ledger, sighting(1, minutes=1), hosts=[HOST])] == [url(1)]
    assert take(ledger) == [url(2)]


def test_an_entry_that_led_to_another_site_rests(ledger: Ledger) -> None:
    see(ledger, sighting(1))
    ledger.entries.settle(url(1), "offsite", "redirect")
    ledger.outbox.flush()
    assert see(ledger, sighting(1)) == []
    assert take(ledger) == []


def test_an_article_outside_the_span_is_taken_by_a_run_that_asks_for_its_time(ledger: Ledger) -> None:
    see(ledger, sighting(1, minutes=90))
    ledger.entries.set_aside(url(1), NOON)
    ledger.outbox.flush()
    after = {"since": NOON + timedelta(minutes=1)}
    assert take(ledger, **after) == []
    moved = sighting(1, minutes=95, label="updated")
    assert see(ledger, moved, wanted=lambda entry: entry.published_at > NOON.isoformat()) == []
    assert take(ledger, until=NOON) == []
    assert take(ledger, untried=True) == []
    assert take(ledger, since=NOON) == [url(1)]


def test_an_updated_entry_after_the_span_may_be_older_than_it_shows(ledger: Ledger) -> None:
    see(ledger, sighting(1, minutes=9), sighting(2, minutes=9, label="updated"), limit=0)
    assert take(ledger, until=NOON + timedelta(minutes=5)) == [url(2)]


def test_a_start_page_gets_an_entry(ledger: Ledger) -> None:
    lease = ledger.entries.see_page(url(1), host=HOST, edition="ua", seen_at=NOON)
    assert lease
    assert lease.feed is None
    assert ledger.entries.see_page(url(1), host=HOST, edition="ua", seen_at=NOON) is None
    assert emit(ledger, url(1)) == "created"
    assert ledger.entries.see_page(url(1), host=HOST, edition="ua", seen_at=NOON)
    assert emit(ledger, url(1)) == "unchanged"


def test_a_start_page_that_comes_into_the_feed_later_appears_there(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    ledger.entries.see_page(url(1), host=HOST, edition="ua", seen_at=NOON)
    emit(ledger, url(1))
    see(ledger, sighting(1))
    ledger.close("finished", 0)
    assert [(line["changes"], line["id"]) for line in sealed(tmp_path, "feed")] == [(["appeared"], "ua:news-1")]


def test_close_gives_leases_back_without_costing_an_attempt(tmp_path: Path, clock: Clock) -> None:
    for _ in range(RULES.max_attempts + 2):
        ledger = open_ledger(tmp_path, clock=clock, rules=RULES)
        leases = ledger.entries.take([HOST]) or see(ledger, sighting(1))
        assert [lease.attempt for lease in leases] == [1]
        ledger.close("closespider_timeout", 0)


def test_a_page_that_kills_the_process_ends_as_failed(tmp_path: Path, clock: Clock) -> None:
    for attempt in range(1, RULES.max_attempts + 1):
        ledger = open_ledger(tmp_path, clock=clock, rules=RULES)
        leases = ledger.entries.take([HOST]) or see(ledger, sighting(1), sighting(2))
        assert {lease.url: lease.attempt for lease in leases} == {url(1): attempt, url(2): 1}
        ledger.entries.handling(url(1))
        ledger.abandon()
        open_ledger(tmp_path, clock=clock, rules=RULES).close("recovered", 0)
        clock.forward(hours=1)
    ledger = open_ledger(tmp_path, clock=clock, rules=RULES)
    assert ledger.entries.counts() == {"failed": 1, "pending": 1}
    ledger.close("finished", 0)


def test_the_feed_is_written_as_one_line_per_change(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    see(ledger, sighting(1))
    see(ledger, sighting(1, position=2))
    see(ledger, sighting(1, position=30))
    see(ledger, sighting(1, position=30, label="updated", minutes=48, important=True))
    see(ledger, sighting(1, position=30, label="updated", minutes=48, important=True, headline="New"))
    ledger.close("finished", 0)
    lines = sealed(tmp_path, "feed")
    assert [line["changes"] for line in lines] == [
        ["appeared"],
        ["position_band"],
        ["label", "published_at", "important"],
        ["headline"],
    ]
    assert lines[-1] == {
        "schema_version": "1.0",
        "changes": ["headline"],
        "url": url(1),
        "id": None,
        "edition": "ua",
        "headline": "New",
        "label": "updated",
        "published_at": (NOON + timedelta(minutes=48)).isoformat(),
        "position": 30,
        "position_band": "low",
        "important": True,
        "seen_at": "2026-11-22T12:00:00Z",
        "seen_on": f"https://{HOST}/",
        "poll": ledger.run.id,
    }
