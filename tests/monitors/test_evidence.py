"""Each doubt: the row that it holds back, and the right row beside it that it lets through."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from espreso_crawler.items import Article, FeedSighting, OtherEvidence, Provenance, Source
from espreso_crawler.monitors import observed
from espreso_crawler.monitors.evidence import DOUBTS
from tests import said

PUBLISHED = datetime.fromisoformat("2026-03-04T09:15:00+02:00")
SEEN = FeedSighting(PUBLISHED, None, 1, False, PUBLISHED, "https://global.espreso.tv/news")
HEADLINE = "Town opens its bridge after repairs"
MONITORS = Path(__file__).parents[2] / "docs" / "monitors.md"


def row(*by: Provenance, **fields: object) -> Article:
    """Return an article that its page alone vouches for, of an edition without JSON-LD, but for some fields."""
    given = {each.field: each for each in (gave("headline"), gave("date_published"), gave("article_body"), *by)}
    item = Article(
        headline=HEADLINE,
        date_published=PUBLISHED,
        date_published_day=PUBLISHED.date(),
        article_body="The bridge is open.",
        content_kind="text",
        provenance=list(given.values()),
    )
    return replace(item, **fields)  # type: ignore[arg-type]


def gave(field: str, source: Source = "markup", agrees: bool | None = None, **others: str) -> Provenance:
    """Return where a value came from; `others` are sources that say something else."""
    return Provenance(
        field,
        source,
        agrees,
        others=[OtherEvidence(name, raw) for name, raw in others.items()],  # type: ignore[arg-type]
    )


HELD: dict[str, list[Article]] = {
    "headline_missing": [row(headline=None)],
    "headline_guessed": [
        row(gave("headline", "og")),
        row(gave("headline", "jsonld")),
        row(gave("headline", "jsonld", True), alternative_headline="Bridge open"),
        row(gave("headline", "structure")),
    ],
    "headline_contradicted": [
        row(gave("headline", agrees=False, og="Espreso Global")),
        row(gave("headline", "structure", False, og="Espreso Global")),
        row(gave("headline", agrees=False, jsonld="Harvest festival begins")),
        row(gave("headline", agrees=False, jsonld="Harvest festival begins", og="Harvest festival begins")),
    ],
    "date_missing": [row(date_published=None, date_published_day=None)],
    "date_guessed": [
        row(gave("date_published", "structure")),
        row(gave("date_published", "structure"), feed=replace(SEEN, published_at=PUBLISHED + timedelta(days=3))),
    ],
    "date_contradicted": [row(gave("date_published", "jsonld", False, markup="5 March, 2026 09:15"))],
    "date_after_feed": [row(feed=replace(SEEN, published_at=PUBLISHED - timedelta(minutes=11)))],
    "body_missing": [row(article_body=None)],
    "body_guessed": [row(gave("article_body", "structure")), row(gave("article_body", "jsonld"))],
    "body_contradicted": [
        row(gave("article_body", agrees=False)),
        row(gave("article_body", "structure", agrees=False)),
    ],
}
RIGHT: dict[str, list[Article]] = {
    "headline_missing": [row()],
    "headline_guessed": [
        row(gave("headline", "structure", True)),
        row(gave("headline", "jsonld", True)),
        row(gave("headline", "structure", False, og="Bridge in town opened")),
        row(gave("headline", "structure", False, og="Espreso Global"), date_modified=PUBLISHED),
    ],
    "headline_contradicted": [
        row(gave("headline", agrees=False, jsonld="Bridges: what repairs cost the town")),
        row(gave("headline", agrees=False, og="Espreso Global"), date_modified=PUBLISHED),
        row(gave("headline", agrees=False, jsonld="Що?")),
    ],
    "date_missing": [
        row(date_published=None),
        row(date_published=None, date_published_day=None, feed=SEEN),
    ],
    "date_guessed": [
        row(gave("date_published", "structure"), feed=SEEN),
        row(gave("date_published", "structure", True)),
        row(gave("date_published", "feed"), feed=SEEN),
        row(gave("date_published", "jsonld")),
    ],
    "date_contradicted": [row(gave("date_published", "jsonld", True)), row()],
    "date_after_feed": [
        row(feed=replace(SEEN, published_at=PUBLISHED - timedelta(minutes=10))),
        row(feed=replace(SEEN, published_at=PUBLISHED + timedelta(days=2))),
        row(feed=replace(SEEN, published_at=None)),
    ],
    "body_missing": [row(article_body=None, content_kind="video"), row(article_body=None, content_kind="gallery")],
    "body_guessed": [row(gave("article_body", "structure", True)), row()],
    "body_contradicted": [row(gave("article_body", agrees=True)), row()],
}
OWN, ELSEWHERE = "https://bc.espreso.tv/news-town-opens-its-bridge", "https://bc.espreso.tv/news"
ADDRESSES = {
    (ELSEWHERE, OWN, None): ("address_foreign",),
    (ELSEWHERE, OWN, "7"): (),
    (OWN, OWN, None): (),
    (ELSEWHERE, None, None): (),
    ("https://bc.espreso.tv/news-town-opens-bridge-at-last", OWN, None): (),
}
"""Address that the page names, address of its entry, number: what is doubtful."""


@pytest.mark.parametrize(("name", "item"), [(name, item) for name, items in HELD.items() for item in items])
def test_a_doubt_holds_back_what_it_is_for(name: str, item: Article):
    assert observed(item).doubts == (name,)


@pytest.mark.parametrize(("name", "item"), [(name, item) for name, items in RIGHT.items() for item in items])
def test_a_doubt_lets_through_what_is_right(name: str, item: Article):
    assert observed(item).doubts == ()


@pytest.mark.parametrize(("named", "doubts"), ADDRESSES.items())
def test_a_page_without_a_number_must_not_name_an_address_that_may_be_all_pages(
    named: tuple[str, str | None, str | None], doubts: tuple[str, ...]
):
    url, entry_url, number = named
    assert observed(row(url=url, entity_id=number), entry_url).doubts == doubts


def test_every_doubt_has_a_row_that_it_holds_back_and_one_that_it_lets_through():
    assert HELD.keys() == RIGHT.keys() == {each.name for each in DOUBTS} - {"address_foreign"}


@pytest.mark.parametrize("change", [
    lambda item: replace(item, authors=[], keywords=[], labels=[], images=[], related=[], description=None),
    lambda item: replace(item, entity_id=None, url="https://global.espreso.tv/town-opens-its-bridge"),
    lambda item: replace(item, date_modified=None, article_section=None),
])  # fmt: skip
def test_what_an_edition_does_not_print_is_no_doubt(change: Callable[[Article], Article]):
    assert observed(change(row())).doubts == ()


def test_the_docs_have_the_same_table():
    told = [(*each.cells, each.action) for each in said.rows(MONITORS, "Is this row true?")]
    assert told == [(each.name, each.of, each.text, each.why) for each in DOUBTS]
