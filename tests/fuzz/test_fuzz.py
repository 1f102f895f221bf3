"""A short form of ``make fuzz``, and properties of every function that reads what strangers write."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import Entry, Facts, article_html
from tests.fuzz.__main__ import WEIGHTS, fuzz
from tests.fuzz.targets import TARGETS, checked

INPUTS = 600
ANY_TEXT = st.text(st.characters(), max_size=80)  # lone surrogates too
MARKUP = st.lists(
    st.sampled_from(["<p>", "</p>", "<b>", "</b>", "<a href='/x'>", "</a>", "<br>", "<ul><li>", "</ul>", "<blockquote>",
                     "</blockquote>", "<h3>", "</h3>", "<img src=/i.jpg alt=x>", "<figure>", "<iframe src=https://youtu.be/x>",
                     "\xa0", " ", "Read also: x", "About the author: y", "photo: z", "word", "слово", "&amp;", "&#0;", "\0"]),
    max_size=40,
).map("".join)  # fmt: skip


def test_mutated_inputs_break_no_promise():
    counts, findings = fuzz(range(1, INPUTS + 1), seed=1)
    assert findings == {}
    assert counts.keys() == WEIGHTS.keys()


@settings(max_examples=100)
@given(st.builds(Facts, headline=ANY_TEXT, lead=st.none() | ANY_TEXT, date=st.none() | ANY_TEXT, time=st.none() | ANY_TEXT,
                 published=st.none() | ANY_TEXT, author=ANY_TEXT, under_image=MARKUP, body=MARKUP, marks=st.tuples(ANY_TEXT),
                 entries=st.lists(st.builds(Entry, ANY_TEXT, ANY_TEXT, st.none() | ANY_TEXT,
                                            st.none() | st.tuples(ANY_TEXT, ANY_TEXT), ANY_TEXT), max_size=4)))  # fmt: skip
def test_any_words_in_the_sites_markup_give_a_valid_record(facts: Facts):
    checked("page", article_html(facts).encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("target", sorted(TARGETS))
@settings(max_examples=60)
@given(data=st.binary(max_size=400) | ANY_TEXT.map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_read_or_refused(target: str, data: bytes):
    checked(target, data)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["@type", "@graph", "headline", "author", "name", "image", "url", "keywords", "datePublished",
                         "articleBody", "mainEntityOfPage", "@id"]),
        inner | st.just("NewsArticle"), max_size=6),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=100)
@given(value=JSON)
def test_any_json_in_a_page_gives_a_valid_record(value):
    block = json.dumps({"@type": "NewsArticle", "headline": value, "author": value, "image": value, "keywords": value,
                        "datePublished": value, "description": value, "mainEntityOfPage": value})  # fmt: skip
    script = f'<script type="application/ld+json">{block.replace("</", "<")}</script>'
    html = article_html(Facts(has_jsonld=False)).replace("</head>", f"{script}</head>")
    checked("page", html.encode("utf-8", "surrogatepass"))


def test_a_lone_surrogate_in_json_is_replaced():
    script = '<script type="application/ld+json">{"@type": "NewsArticle", "author": {"name": "\\ud800\tA"}}</script>'
    html = article_html(Facts(has_jsonld=False)).replace("</head>", f"{script}</head>")
    checked("page", html.encode())
