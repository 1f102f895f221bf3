"""The saved real pages: skipped, saying so, where they are not there."""

import gzip
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from espreso_crawler.items import Author, Image
from espreso_crawler.pages import Page, article, feed
from tests.builders import article_html, disguised, global_facts, page

UA_URL = "https://espreso.tv/news-bilorus-pogodilas-pripiniti-zapuskati-povitryani-kuli-na-litvu"
UA_CAPTURED = datetime(2025, 12, 14, 17, 54, tzinfo=UTC)


@pytest.fixture(scope="module")
def ua_html(real_pages: Path) -> str:
    return gzip.decompress((real_pages / "ua-article.html.gz").read_bytes()).decode()


@pytest.fixture(scope="module")
def global_text(real_pages: Path) -> str:
    return (real_pages / "global-article.txt").read_text("utf-8")


def test_every_field_of_the_ukrainian_page(ua_html: str):
    found = article(Page.read(ua_html.encode(), url=None, fetched_at=UA_CAPTURED))
    assert found.url == UA_URL
    assert (found.edition, found.entity_id, found.in_language, found.content_kind) == (
        "ua",
        "753936",
        "uk",
        "text",
    )
    assert found.headline == "Білорусь погодилась припинити запускати повітряні кулі на Литву"
    assert found.alternative_headline is None
    assert (found.description or "").startswith("Самопроголошений президент Білорусі")
    assert found.date_published and found.date_published.isoformat() == "2025-12-14T00:25:00+02:00"
    assert found.date_published_day == date(2025, 12, 14)
    assert found.date_modified and found.date_modified.isoformat() == "2025-12-14T00:28:11+02:00"
    assert found.authors == [Author("Адріана Муллаянова", "https://espreso.tv/mullayanova-adriana")]
    assert (found.article_section, found.labels) == ("Світ", [])
    assert [keyword.name for keyword in found.keywords] == [
        "Суспільство", "Білорусь", "Олександр Лукашенко", "Литва", "США",
    ]  # fmt: skip
    assert found.images == [
        Image(
            "https://static.espreso.tv/uploads/photobank/349000_350000/349227_Lukashenko-Oleksandr.jpg",
            "main", "Олександр Лукашенко", "відкриті джерела", "Олександр Лукашенко",
        )
    ]  # fmt: skip
    assert [block.type for block in found.blocks] == ["paragraph"] * 4 + ["list"]
    assert (found.article_body or "").startswith("Про це повідомляє Reuters.\n\nПосланець президента США")
    assert [link.text for link in found.links] == ["повідомляє", "планував оголосити"]
    assert [card.entity_id for card in found.related] == ["753704", "753792", "753724"]
    assert [card.date for card in found.related] == [
        date(2025, 12, 11),
        date(2025, 12, 13),
        date(2025, 12, 12),
    ]
    disagreeing = [provenance.field for provenance in found.provenance if provenance.agrees is False]
    assert disagreeing == []


def test_the_feed_of_the_ukrainian_page(ua_html: str):
    found = feed(Page.read(ua_html.encode(), url=UA_URL, fetched_at=UA_CAPTURED))
    assert (found.way, len(found.entries), found.more_url) == ("markup", 40, "https://espreso.tv/news?page=2")
    times = [entry.published_at for entry in found.entries if entry.published_at]
    assert len(times) == 40
    assert times == sorted(times, reverse=True)
    assert times[0].isoformat() == "2025-12-14T19:51:00+02:00"
    assert {entry.label for entry in found.entries} == {
        None,
        "updated",
        "exclusive",
        "opinion",
        "interview",
        "review",
    }
    assert [entry.position for entry in found.entries] == list(range(1, 41))
    assert all(entry.headline and entry.url.startswith("https://espreso.tv/") for entry in found.entries)


def test_the_ukrainian_page_with_every_class_and_id_renamed(ua_html: str):
    plain = Page.read(ua_html.encode(), url=UA_URL, fetched_at=UA_CAPTURED)
    renamed = Page.read(disguised(ua_html).encode(), url=UA_URL, fetched_at=UA_CAPTURED)
    expected, found = article(plain), article(renamed)
    for name in (
        "headline",
        "description",
        "article_body",
        "date_published",
        "links",
        "entity_id",
        "article_section",
    ):
        assert getattr(found, name) == getattr(expected, name), name
    _same_feed(renamed, plain)


def test_the_global_text_in_the_sites_markup(global_text: str):
    facts = global_facts(global_text)
    found = article(page(facts))
    paragraphs = [line.replace("\u00a0", " ").strip() for line in global_text.partition("client/title.list_title")[2]
                  .partition("Tags:")[0].split("\n") if line.strip()]  # fmt: skip
    assert found.headline == "Russia deploys over 7,000 North Korean troops to border with Ukraine"
    assert (found.description or "").startswith("In the last week of October, Russia deployed")
    assert found.date_published and found.date_published.isoformat() == "2024-11-02T11:37:00+02:00"
    assert (found.article_body or "").split("\n\n") == paragraphs
    assert [block.text for block in found.blocks if block.type == "heading"] == [
        "Military cooperation between Russia and the DPRK"
    ]
    assert "client/title" not in str(found)


def test_the_feed_of_the_global_text(global_text: str):
    entries = feed(page(global_facts(global_text))).entries
    assert len(entries) == 40
    times = [entry.published_at.strftime("%d %H:%M") for entry in entries if entry.published_at]
    assert (times[0], times[-1]) == ("24 19:00", "23 18:55")
    labels = [entry.label for entry in entries]
    assert [labels.count(name) for name in ("exclusive", "updated", "opinion", "review")] == [10, 1, 1, 1]


def test_the_global_text_with_every_class_and_id_renamed(global_text: str):
    facts = global_facts(global_text)
    plain, renamed = page(facts), page(disguised(article_html(facts)), url=facts.url)
    expected, found = article(plain), article(renamed)
    for name in ("headline", "description", "article_body", "date_published", "links"):
        assert getattr(found, name) == getattr(expected, name), name
    sources = {provenance.field: provenance.source for provenance in found.provenance}
    assert (sources["headline"], sources["article_body"]) == ("structure", "structure")
    _same_feed(renamed, plain)


def _same_feed(renamed: Page, plain: Page) -> None:
    expected, found = feed(plain), feed(renamed)
    assert found.way == "structure"
    for one, other in zip(expected.entries, found.entries, strict=True):
        for name in ("url", "headline", "label", "published_at", "position"):
            assert getattr(other, name) == getattr(one, name), (one.position, name)
