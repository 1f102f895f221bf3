"""Text: white space, invisible characters, entities, labels, boilerplate, author notes, hidden addresses."""

import html
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from espreso_crawler.processors import text
from espreso_crawler.vocabularies import vocabulary

WORDS = st.text(st.characters(categories=["L", "Nd"], exclude_characters="ŉ"), min_size=1, max_size=12)


@given(st.text())
def test_a_clean_line_stays_as_it_is(raw: str):
    line = text.clean(raw)
    assert text.clean(line) == line


@given(st.text())
def test_a_clean_line_has_no_white_space_but_single_blanks_and_nothing_invisible(raw: str):
    line = text.clean(raw)
    if line is not None:
        assert line == " ".join(line.split())
        assert unicodedata.is_normalized("NFC", line)
        assert not text.INVISIBLE.search(line)


@given(st.lists(WORDS, min_size=1), st.sampled_from([" ", "\u00a0", "\n\t", "\u2009 ", " \u200b "]))
def test_cleaning_loses_no_word_and_glues_none(words: list[str], space: str):
    line = text.clean(space.join(words))
    assert line == unicodedata.normalize("NFC", " ".join(words))


@pytest.mark.parametrize("nothing", [None, "", " ", "\u00a0\n", "\u200b", "\ufeff \u00ad"])
def test_what_shows_nothing_is_nothing(nothing: str | None):
    assert text.clean(nothing) is None


def test_emoji_of_several_people_stay_whole():
    assert text.clean("a family 👨‍👩‍👧 of three") == "a family 👨‍👩‍👧 of three"


@given(st.text(st.characters(exclude_characters="&")), st.integers(0, 2))
def test_entities_escaped_up_to_twice_are_resolved(raw: str, times: int):
    escaped = raw
    for _ in range(times):
        escaped = html.escape(escaped)
    assert text.unescaped(escaped) == raw


@pytest.mark.parametrize("raw", ["R&D", "a & b", "AT&T; or not", "?a=1&b=2"])
def test_an_ampersand_that_is_no_entity_stays(raw: str):
    assert text.unescaped(raw) == raw


@pytest.mark.parametrize(
    ("raw", "whole"),
    [
        ("Ten rooms for a start. Espreso.TV", "Ten rooms for a start."),
        ("Ten rooms for a start.  ESPRESO.tv ", "Ten rooms for a start."),
        ("Ten rooms for a st...", None),
        ("Ten rooms for a st…", None),
        ("Espreso.TV", None),
        (None, None),
    ],
)
def test_metadata_descriptions(raw: str | None, whole: str | None):
    assert text.uncut(raw) == whole


@pytest.mark.parametrize("printed", ["Автор Олена Приклад", "Автор: Олена Приклад", " Олена\u00a0Приклад "])
def test_an_authors_name_without_the_word_for_author(printed: str):
    assert text.person(printed) == "Олена Приклад"


@pytest.mark.parametrize("name", ["Byron Example", "Авторенко Іван"])
def test_a_name_that_begins_like_the_word_for_author_stays(name: str):
    assert text.person(name) == name


def printed_labels() -> list[tuple[str, str]]:
    return [(form, name) for name, row in vocabulary("labels").items() for form in row["printed"]]


@pytest.mark.parametrize(("form", "name"), printed_labels())
def test_every_printed_form_of_a_label(form: str, name: str):
    assert text.label(form) == text.label(f" {form.upper()}\u00a0") == name
    assert text.is_known_label(name)


@pytest.mark.parametrize("apostrophe", "'’ʼ`")
def test_the_kind_of_apostrophe_in_a_label_does_not_count(apostrophe: str):
    assert text.label(f"Інтерв{apostrophe}ю") == "interview"


@given(st.lists(WORDS, max_size=4), st.sampled_from([" ", "-", ": ", " / "]))
def test_any_label_becomes_a_slug_or_nothing(words: list[str], border: str):
    name = text.label(border.join(words))
    assert name is None or (name == name.casefold() and not name.startswith("-") and " " not in name)


BOILERPLATE = [
    ("Читайте також: Нова школа", "promo"),
    ("ЧИТАЙТЕ ТАКОЖ : Нова школа", "promo"),
    ("Читайте также: Новая школа", "promo"),
    ("Read also: A new school", "promo"),
    ("Стежте за подіями в Україні та світі разом з Еспресо!", "promo"),
    ("Слідкуйте за подіями в нашому каналі", "promo"),
    ("client/title.list_title", "template"),
    ("Зміст", "template"),
    ("This is a modal window.", "player"),
    ("Beginning of dialog window. Escape will cancel and close the window.", "player"),
    ("descriptions off, selected", "player"),
    ("subtitles settings, opens subtitles settings dialog", "player"),
]


@pytest.mark.parametrize(("line", "kind"), BOILERPLATE)
def test_boilerplate_is_a_whole_block(line: str, kind: str):
    assert text.boilerplate(line) == kind
    assert text.boilerplate(f"Вона сказала: {line}") is None


@pytest.mark.parametrize(
    "line",
    ["Читайте також між рядків", "Зміст листа", "Chapters of the book", "client/title", "The client/title.list leaked"],
)  # fmt: skip
def test_sentences_with_words_of_boilerplate_stay(line: str):
    assert text.boilerplate(line) is None


@pytest.mark.parametrize(
    "line",
    [
        "Спеціально для Еспресо.",
        "Про автора: Олена Приклад, інженерка.",
        "Про авторку. Олена Приклад",
        "Про автора",
        "About the author: Olena Example, engineer.",
        "About the author. Olena Example",
        "About the authors — Olena Example and others",
        "Редакція не завжди поділяє думки, висловлені авторами блогів.",
        "The editorial team does not always share the views expressed by the blog authors.",
        "The editorial team does not always share the views expressed by blog authors.",
        "The editorial staff does not always share the opinions expressed by the blog authors.",
    ],
)
def test_lines_of_an_author_note(line: str):
    assert text.is_author_note(line)


@pytest.mark.parametrize(
    "line",
    [
        "Про автора картини відомо мало.",
        "About the author of the letter nothing is known.",
        "Редакція газети не завжди поділяє думки читачів.",
    ],
)
def test_sentences_about_some_author_are_no_author_note(line: str):
    assert not text.is_author_note(line)


@pytest.mark.parametrize(
    ("line", "announces"),
    [("Про автора:", True), ("About the author.", True), ("About the author: Olena", False), ("Про місто:", False)],
)  # fmt: skip
def test_the_heading_of_an_author_note(line: str, announces: bool):
    assert text.announces_author_note(line) is announces


@given(st.text(st.characters(codec="utf-8"), min_size=1), st.integers(0, 255))
def test_a_hidden_address_comes_back_whatever_its_key(address: str, key: int):
    hidden = bytes([key, *(byte ^ key for byte in address.encode())]).hex()
    assert text.email(hidden) == address


@pytest.mark.parametrize("nothing", ["", "5", "xyz", "no hex"])
def test_what_hides_no_address_gives_none(nothing: str):
    assert text.email(nothing) is None


def test_the_placeholder_of_a_hidden_address():
    line = "Write to [email\u00a0protected] or [email protected]."
    assert text.without_hidden_emails(line) == "Write to [email] or [email]."
