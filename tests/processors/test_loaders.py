"""The loader: which claim gives a field's value, who disagrees, and what stays on record."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from espreso_crawler import loaders
from espreso_crawler.items import Author, Keyword, Provenance
from espreso_crawler.loaders import ArticleLoader, Claim

NOON = "2024-11-02T12:00:00+02:00"


def loaded(field: str, claims: list[Claim]) -> tuple[Any, Provenance | None]:
    """Return a field's value and its provenance."""
    provenance: list[Provenance] = []
    loader = ArticleLoader(provenance=provenance, captured=datetime(2024, 12, 24, tzinfo=UTC))
    loader.add_value(field, claims)
    item = loader.load_item()
    return getattr(item, field), next(iter(provenance), None)


def disagreeing(found: Provenance | None) -> list[tuple[str, str | None]]:
    assert found is not None
    return [(other.source, other.raw) for other in found.others]


def test_the_most_trusted_claim_gives_the_value():
    value, found = loaded("headline", [("markup", " A\u00a0bridge "), ("jsonld", "A bridge")])
    assert value == "A bridge"
    assert found == Provenance("headline", "markup", agrees=True, raw="A\u00a0bridge")


@pytest.mark.parametrize("nothing", [None, "", " ", "\u200b"])
def test_a_claim_that_says_nothing_is_no_claim(nothing: str | None):
    value, found = loaded("headline", [("markup", nothing), ("jsonld", "A bridge")])
    assert (value, found and found.source, found and found.agrees) == ("A bridge", "jsonld", None)
    assert loaded("headline", [("markup", nothing)]) == (None, None)


def test_who_disagrees_goes_on_record_with_what_it_says():
    claims: list[Claim] = [("markup", "A bridge"), ("jsonld", "A tunnel"), ("og", "A bridge. Column by A. B.")]
    value, found = loaded("headline", claims)
    assert (value, found and found.agrees, disagreeing(found)) == ("A bridge", False, [("jsonld", "A tunnel")])


@pytest.mark.parametrize(
    ("field", "keeps"),
    [("headline", True), ("article_section", True), ("description", False)],
)
def test_raw_values_stay_on_record_for_some_fields_cut_at_300_characters(field: str, keeps: bool):
    _, found = loaded(field, [("markup", "a" * 400), ("jsonld", "b" * 400)])
    assert found is not None
    assert found.raw == ("a" * 300 if keeps else None)
    assert disagreeing(found) == [("jsonld", "b" * 300)]


@pytest.mark.parametrize("field", ["headline", "description", "article_section"])
def test_a_leaked_key_of_the_interface_is_no_claim(field: str):
    value, found = loaded(field, [("markup", "client/title.world"), ("jsonld", "World")])
    assert (value, found and found.source) == ("World", "jsonld")


def test_section_and_headline_agree_whatever_the_case():
    for field in ("headline", "article_section", "description"):
        _, found = loaded(field, [("markup", "OPINION"), ("jsonld", "Opinion")])
        assert found and found.agrees is True


def test_dates_agree_to_the_minute():
    printed = "2 November, 2024 Saturday 12:00"
    value, found = loaded("date_published", [("jsonld", NOON), ("markup", printed)])
    assert (value.isoformat(), found and found.agrees) == (NOON, True)
    _, found = loaded("date_published", [("jsonld", NOON), ("markup", printed.replace("12:00", "12:01"))])
    assert disagreeing(found) == [("markup", "2 November, 2024 Saturday 12:01")]


def test_a_moment_of_the_feed_is_a_claim_too():
    seen = datetime(2024, 11, 2, 10, 0, tzinfo=UTC)
    value, found = loaded("date_published", [("jsonld", None), ("feed", seen)])
    assert (value.isoformat(), found and found.raw) == (NOON, "2024-11-02T10:00:00+00:00")


@pytest.mark.parametrize("text", ["2024-11-02", "2 November, 2024", "12:00", "soon", "0001-01-01T00:00:00+14:00"])
def test_a_day_or_a_time_alone_is_no_moment(text: str):
    assert loaders.moment(text) is None


@given(st.sampled_from(["", " ", "\n"]), st.sampled_from(["T", " "]))
def test_white_space_around_a_stamp_does_no_harm(space: str, border: str):
    found = loaders.moment(f"{space}2024-11-02{border}12:00:00+02:00{space}")
    assert found and found.isoformat() == NOON


def test_authors_each_once_and_without_the_word_for_author():
    pairs = [("Автор Олена Приклад", "https://espreso.tv/olena"), ("олена приклад", None), (" ", None), ("Іван", None)]
    value, found = loaded("authors", [("markup", pairs), ("jsonld", [("Іван", None), ("Олена Приклад", None)])])
    assert value == [Author("Олена Приклад", "https://espreso.tv/olena"), Author("Іван")]
    assert found and found.agrees is True
    _, found = loaded("authors", [("markup", pairs), ("jsonld", [("Іван", None)])])
    assert disagreeing(found) == [("jsonld", "Іван")]


def test_keywords_each_once_and_without_the_tag_that_means_news():
    tags = [("Новини", "https://espreso.tv/news"), ("Міст", "https://espreso.tv/mist"), ("міст", None), ("News", None)]
    value, found = loaded("keywords", [("markup", tags), ("jsonld", [("Світ", None), ("Міст", None), ("Світ", None)])])
    assert value == [Keyword("Міст", "https://espreso.tv/mist")]
    assert found and found.agrees is True


def test_a_page_that_has_only_the_tag_for_news_has_no_keywords():
    assert loaded("keywords", [("markup", [("Новини", "https://espreso.tv/news")]), ("jsonld", [])]) == ([], None)


def test_labels_in_one_form_each_once():
    value, found = loaded("labels", [("markup", ["Оновлено", "UPDATED", " ", "Special report"]), ("feed", ["updated"])])
    assert value == ["updated", "special-report"]
    assert found and (found.agrees, found.raw) == (True, "Оновлено, UPDATED,  , Special report")
    _, found = loaded("labels", [("markup", ["Оновлено"]), ("feed", ["exclusive"])])
    assert disagreeing(found) == [("feed", "exclusive")]


def test_a_processor_that_fails_names_field_and_value():
    with pytest.raises(ValueError, match=r"MostTrusted: field='headline' value=.*7"):
        loaded("headline", [("markup", 7)])
