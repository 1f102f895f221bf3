"""One article keeps one id, whatever its page says of itself from one fetch to the next."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from espreso_crawler import record
from espreso_crawler.extensions.captures import Capture
from espreso_crawler.items import Article
from espreso_crawler.ledger import Draft, Ledger, Run, new_run_id
from espreso_crawler.pages import article
from espreso_crawler.pipelines.drafts import draft
from tests.builders import Facts, article_html, page


def whole(item: Article, *urls: str) -> Draft:
    """Return an article's draft as it is emitted."""
    return replace(draft(item, Capture(None, urls)), body=record.encode(item))


def test_one_article_fetched_with_without_and_again_with_its_entity_id_keeps_one_id(tmp_path: Path):
    run = Run(new_run_id(datetime.now(UTC)), "test", {}, datetime.now(UTC))
    ledger = Ledger.open(
        tmp_path / "ledger.sqlite3", output=tmp_path / "output", state=tmp_path, run=run, record=record
    )
    ids = []
    for entity_id in ("700001", None, "700001"):
        item = article(page(Facts(entity_id=entity_id)))
        ids.append(ledger.outbox.emit(whole(item)).id)
        ledger.outbox.flush()
    ledger.close("finished", 0)
    assert ids == ["global:700001"] * 3


def test_an_id_given_by_the_slug_stays_when_the_entity_id_comes_later(tmp_path: Path):
    run = Run(new_run_id(datetime.now(UTC)), "test", {}, datetime.now(UTC))
    ledger = Ledger.open(
        tmp_path / "ledger.sqlite3", output=tmp_path / "output", state=tmp_path, run=run, record=record
    )
    ids = [
        ledger.outbox.emit(whole(article(page(Facts(entity_id=entity_id))))).id for entity_id in (None, "700001", None)
    ]
    ledger.close("finished", 0)
    assert ids == ["global:news-a-bridge-opens"] * 3


def emitted(ledger: Ledger, facts: Facts, *urls: str) -> tuple[str, str]:
    """Emit the article of a page that was reached by further addresses; returns id and outcome."""
    item = article(page(facts))
    decision = ledger.outbox.emit(whole(item, *urls))
    ledger.outbox.flush()
    return decision.id, decision.event or decision.outcome


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    run = Run(new_run_id(datetime.now(UTC)), "test", {}, datetime.now(UTC))
    ledger = Ledger.open(
        tmp_path / "ledger.sqlite3", output=tmp_path / "output", state=tmp_path, run=run, record=record
    )
    yield ledger
    ledger.close("finished", 0)


def test_two_numbers_of_one_edition_are_two_articles_whatever_address_they_share(ledger: Ledger):
    first, second = Facts(), Facts(entity_id="700002", headline="Another bridge opens")
    assert emitted(ledger, first) == ("global:700001", "created")
    assert emitted(ledger, second) == ("global:700002", "created"), "a wrong canonical link"
    assert emitted(ledger, first) == ("global:700001", "unchanged")
    assert emitted(ledger, second) == ("global:700002", "unchanged")


def test_a_redirect_to_another_article_does_not_make_them_one(ledger: Ledger):
    gone, stands = Facts(), Facts(entity_id="700002", url="https://global.espreso.tv/news-another")
    assert emitted(ledger, gone) == ("global:700001", "created")
    assert emitted(ledger, stands, gone.url) == ("global:700002", "created")
    assert emitted(ledger, gone) == ("global:700001", "unchanged")


def test_a_copy_in_another_edition_is_the_article_it_names(ledger: Ledger):
    original = Facts(url="https://espreso.tv/news-mist", lang="uk", entity_id="5")
    assert emitted(ledger, original) == ("ua:5", "created")
    for host in ("ru.espreso.tv", "zahid.espreso.tv"):
        item = article(page(article_html(replace(original, entity_id="77")), url=f"https://{host}/news-mist"))
        decision = ledger.outbox.emit(whole(item))
        assert (decision.id, decision.outcome) == ("ua:5", "unchanged")


def test_a_translation_is_an_article_of_its_own_whatever_it_names():
    russian = article(
        page(article_html(Facts(url="https://espreso.tv/news-mist", lang="ru")), url="https://ru.espreso.tv/news-most")
    )
    assert (russian.url, russian.edition, russian.entity_id) == ("https://ru.espreso.tv/news-most", "ru", "700001")
