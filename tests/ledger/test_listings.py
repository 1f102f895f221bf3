"""Lists that are no feed: what they add, what they reopen, and what they leave alone."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from espreso_crawler.ledger import Ledger, Listed
from espreso_crawler.ledger.articles.suppression import suppress
from espreso_crawler.ledger.times import epoch
from tests.ledger.builders import HOST, NOON, Clock, draft, open_ledger, sealed, see, sighting, url


@pytest.fixture
def clock() -> Clock:
    return Clock()


LIST = f"https://{HOST}/sitemap.xml"


@pytest.fixture
def ledger(tmp_path: Path, clock: Clock) -> Iterator[Ledger]:
    ledger = open_ledger(tmp_path, clock=clock)
    yield ledger
    ledger.close("test over", 0)


def note(ledger: Ledger, *numbers: int, hours: float | None = None, host: str = HOST) -> dict[str, int]:
    """List entries that changed so many hours after noon."""
    changed = None if hours is None else epoch(NOON + timedelta(hours=hours))
    listed = [Listed(url(number), host, "ua", changed=changed) for number in numbers]
    return dict(ledger.listings.note(listed, seen_at=NOON, seen_on=LIST, hosts=[HOST]))


def take(ledger: Ledger) -> list[str]:
    return [lease.url for lease in ledger.entries.take([HOST])]


def emit(ledger: Ledger, number: int, **fields: object) -> str:
    decision = ledger.outbox.emit(draft(url(number), **fields))  # type: ignore[arg-type]
    ledger.outbox.flush()
    return decision.event or decision.outcome


def test_a_list_leases_nothing_and_says_nothing_of_the_feed(ledger: Ledger, tmp_path: Path) -> None:
    assert note(ledger, 1, 2) == {"new": 2}
    assert note(ledger, 1, 2, 3) == {"known": 2, "new": 1}
    assert ledger.entries.counts() == {"pending": 3}
    (lease, *_) = ledger.entries.take([HOST], limit=1)
    assert (lease.url, lease.feed) == (url(1), None)
    ledger.seal()
    assert sealed(tmp_path, "feed") == []


def test_a_fetched_page_is_asked_for_again_only_if_it_changed_since(ledger: Ledger, clock: Clock) -> None:
    note(ledger, 1)
    take(ledger)
    emit(ledger, 1)
    clock.forward(hours=2)
    assert note(ledger, 1) == note(ledger, 1, hours=-1) == note(ledger, 1, hours=0) == {"known": 1}
    assert take(ledger) == []
    assert note(ledger, 1, hours=1) == {"changed": 1}
    assert take(ledger) == [url(1)]
    assert emit(ledger, 1) == "unchanged"
    assert note(ledger, 1, hours=1) == {"known": 1}, "fetched two hours after noon"


@pytest.mark.parametrize(("state", "is_reopened"), [("gone", True), ("failed", True), ("rejected", True),
                                                    ("not_article", False), ("duplicate", False)])  # fmt: skip
def test_a_change_reopens_what_may_hold_an_article(ledger: Ledger, state: str, is_reopened: bool) -> None:
    note(ledger, 1)
    take(ledger)
    ledger.entries.settle(url(1), state)  # type: ignore[arg-type]
    ledger.outbox.flush()
    note(ledger, 1, hours=1)
    assert take(ledger) == [url(1)] * is_reopened


def test_what_changed_last_before_the_span_waits_for_a_wider_one(ledger: Ledger) -> None:
    listed = [Listed(url(number), HOST, "ua", latest=epoch(NOON) + number) for number in (1, 2)]
    ledger.listings.note(listed, seen_at=NOON, seen_on=LIST, hosts=[HOST])
    assert [lease.url for lease in ledger.entries.take([HOST], since=NOON + timedelta(seconds=2))] == [url(2)]
    assert take(ledger) == [url(1)]


def test_another_address_of_a_known_article_is_not_fetched(ledger: Ledger) -> None:
    note(ledger, 1)
    take(ledger)
    emit(ledger, 1, urls=[url(2)])
    assert note(ledger, 2, hours=-1) == {"known": 1}
    assert note(ledger, 2, hours=1) == {"new": 1}


def test_a_listed_address_of_an_article_brings_the_feed_that_showed_another(ledger: Ledger) -> None:
    (first,) = see(ledger, sighting(1, label="exclusive"))
    emit(ledger, 1, urls=[url(2)])
    note(ledger, 2, 3, hours=1)
    changed, strange = ledger.entries.take([HOST])
    assert (changed.feed, changed.label) == (first.feed, "exclusive")
    assert (strange.feed, strange.label) == (None, None)


def test_another_hosts_address_is_left_to_that_hosts_crawls(ledger: Ledger) -> None:
    assert note(ledger, 1, host="ru.espreso.tv") == {"offsite": 1}
    assert take(ledger) == []
    assert [lease.url for lease in ledger.entries.take(["ru.espreso.tv"])] == [url(1)]


def test_two_lists_fill_in_what_the_other_does_not_say(ledger: Ledger) -> None:
    note(ledger, 1)
    told = Listed(url(1), HOST, "ua", "Headline", NOON.isoformat())
    ledger.listings.note([told], seen_at=NOON, seen_on=LIST, hosts=[HOST])
    note(ledger, 1)
    (lease,) = ledger.entries.take([HOST], since=NOON)
    assert lease.headline == "Headline"


def test_a_listed_article_that_comes_into_the_feed_is_not_fetched_again(ledger: Ledger, clock: Clock) -> None:
    note(ledger, 1, 2)
    take(ledger)
    emit(ledger, 1)
    emit(ledger, 2)
    assert see(ledger, sighting(1, minutes=-5)) == []
    assert see(ledger, sighting(1, minutes=-5)) == []
    (lease,) = see(ledger, sighting(2, minutes=5, label="updated"))
    assert lease.why == "moved", "updated in the feed after it was fetched"


def test_a_listed_entry_gets_its_first_sighting_from_the_archive(ledger: Ledger) -> None:
    note(ledger, 1)
    (lease,) = see(ledger, sighting(1, in_feed=False))
    assert lease.feed and lease.feed["published_at"] == NOON.isoformat()


def test_what_was_forgotten_is_not_listed_again(ledger: Ledger) -> None:
    with ledger.session.db.transaction("test"):
        suppress(ledger.session.db, [f"//{HOST}/news-9"], reason="asked", at="2026-11-22T12:00:00Z")
    assert note(ledger, 9) == {}
