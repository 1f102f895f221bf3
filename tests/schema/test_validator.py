"""What the strict schema accepts, and how it names what it does not."""

from datetime import datetime
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from espreso_crawler.items import CONTENT
from espreso_crawler.record import encode
from espreso_crawler.schema.problem import Problem
from espreso_crawler.schema.validator import problems, strict_schema
from tests.articles import full_article


def record(**changed: Any) -> dict[str, Any]:
    return orjson.loads(encode(full_article())) | changed


def told(**changed: Any) -> list[str]:
    return [str(problem) for problem in checked(record(**changed))]


def checked(record: Any) -> list[Problem]:
    return problems(orjson.dumps(record))


def ended(event: str, **changed: Any) -> dict[str, Any]:
    whole = record()
    emptied: dict[str, Any] = {name: [] if isinstance(whole[name], list) else None for name in CONTENT}
    return whole | emptied | {"event": event, "reason": "410 twice"} | changed


def test_a_full_record_is_valid():
    assert checked(record()) == []


def test_a_record_with_nothing_but_what_a_page_must_have_is_valid():
    bare: dict[str, Any] = {name: [] if isinstance(value, list) else None for name, value in record().items()}
    kept = (
        "schema_version",
        "event",
        "id",
        "revision",
        "url",
        "edition",
        "in_language",
        "content_kind",
        "headline",
    )
    more = ("article_body", "is_sponsored", "text_digest", "record_digest", "extractor_version", "fetched_at")
    last = ("emitted_at", "run_id", "evidence")
    assert checked(bare | {name: record()[name] for name in (*kept, *more, *last)}) == []


@pytest.mark.parametrize("field", sorted(record()))
def test_a_missing_field_is_named(field):
    without = record()
    del without[field]
    assert [(problem.field, problem.reason) for problem in checked(without)] == [(field, "is missing")]


def test_a_missing_field_of_a_part_is_named_by_its_path():
    images = record()["images"]
    del images[0]["alt"]
    assert told(images=images) == ["images[0].alt: is missing"]


def test_unexpected_fields_are_named_each():
    assert told(mood="sunny", **{"o'clock": 1}) == [
        "mood: is not a field of this schema",
        "o'clock: is not a field of this schema",
    ]


def test_all_errors_are_told_not_only_the_first():
    fields = {problem.field for problem in checked(record(headline=None, url="ftp://a", links=[{}]))}
    assert fields == {"headline", "url", "links"}


def test_an_error_inside_an_optional_object_names_its_real_reason():
    feed = record()["feed"] | {"position": 0}
    assert told(feed=feed) == ["feed.position: 0 is less than the minimum of 1"]


def test_a_long_value_is_cut_in_the_reason():
    (reason,) = told(url="x" * 17_000)
    assert len(reason) < 300


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("schema_version", "1.1"),
        ("event", "deleted"),
        ("id", "1001"),
        ("id", "global:with space"),
        ("entity_id", 1001),
        ("revision", 0),
        ("revision", True),
        ("url", "/news-a"),
        ("url", "https://espreso.tv/a b"),
        ("edition", "Global"),
        ("in_language", "de"),
        ("content_kind", "audio"),
        ("headline", ""),
        ("article_body", ""),
        ("article_body", None),
        ("date_published", "2024-11-02T11:37:00"),
        ("date_published", "2024-11-02T11:37:00Z"),
        ("date_published", "2024-11-02T11:37+02:00"),
        ("date_published", "2024-11-02T11:37:00.5+02:00"),
        ("date_published_day", "2 November 2024"),
        ("fetched_at", "2024-11-02T10:00:01+02:00"),
        ("fetched_at", None),
        ("labels", ["Exclusive"]),
        ("labels", ["two words"]),
        ("labels", ["-edge"]),
        ("text_digest", "sha256:ABC"),
        ("similarity", 1.5),
        ("run_id", "today"),
        ("is_sponsored", None),
        ("blocks", [record()["blocks"][0] | {"type": "table"}]),
        ("blocks", [record()["blocks"][0] | {"level": 1}]),
        ("links", [record()["links"][0] | {"start": -1}]),
        ("images", [record()["images"][0] | {"url": "data:image/gif;base64,AA"}]),
        ("provenance", [record()["provenance"][0] | {"raw": "x" * 301}]),
        ("evidence", None),
    ],
)
def test_a_value_of_the_wrong_form_is_told_under_its_field(field, value):
    assert {problem.field for problem in checked(record(**{field: value}))} == {field}


def test_revised_must_say_what_changed():
    assert {problem.field for problem in checked(record(event="revised"))} == {
        "changes",
        "change_kind",
        "silent",
    }
    revised = {
        "event": "revised",
        "revision": 2,
        "changes": ["headline"],
        "change_kind": "text",
        "silent": True,
    }
    assert told(**revised) == []


def test_created_must_not_claim_a_change():
    assert {problem.field for problem in checked(record(changes=["headline"], silent=False))} == {
        "changes",
        "silent",
    }


@pytest.mark.parametrize("event", ["removed", "erased"])
def test_an_ended_article_carries_identity_and_reason_only(event):
    assert checked(ended(event)) == []
    assert {problem.field for problem in checked(ended(event, headline="Still here"))} == {"headline"}
    assert {problem.field for problem in checked(ended(event, reason=None))} == {"reason"}


def test_a_retracted_line_says_which_revisions_it_takes_back():
    assert checked(ended("retracted", retracts=[2, 3])) == []
    assert {problem.field for problem in checked(ended("retracted"))} == {"retracts"}


def test_a_video_needs_no_text():
    assert told(content_kind="video", article_body=None, blocks=[]) == []


def test_a_naive_time_is_refused():
    article = full_article()
    article.date_published = datetime(2024, 11, 2, 11, 37)  # noqa: DTZ001 - the mistake under test
    assert {problem.field for problem in problems(encode(article))} == {"date_published"}


def test_a_day_that_does_not_exist_is_named_when_the_record_is_bad_anyway():
    assert "date_published_day" in {p.field for p in checked(record(headline=None, date_published_day="2024-02-30"))}


@pytest.mark.parametrize("value", [None, [], "text", 7])
def test_what_is_no_object_is_refused(value):
    assert [problem.field for problem in checked(value)] == ["record"]


@pytest.mark.parametrize("line", [b"", b"{", b'{"id": 1', b"\xff"])
def test_what_is_no_json_is_refused(line):
    assert [problem.path for problem in problems(line)] == ["record"]


STRANGE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-1, 5),
    st.just(0.5),
    st.text(max_size=3),
    st.just([]),
    st.just({}),
)

BY_JSON_SCHEMA = Draft202012Validator(strict_schema())


@given(field=st.sampled_from(sorted(record())), value=STRANGE)
def test_the_fast_pass_and_the_json_schema_agree(field, value):
    """Made from the same rules in two ways: a difference would let bad lines out or reject good ones."""
    changed = record(**{field: value})
    assert (checked(changed) == []) == BY_JSON_SCHEMA.is_valid(changed)
