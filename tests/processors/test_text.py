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


@pytest.mark.parametrize("key", ["client/title.list_title", "client/title.exclusive", "common/labels.author.many"])
def test_a_leaked_key_of_the_interface_is_no_value_and_no_label(key: str):
    assert (text.value(f" {key} "), text.label(key), text.boilerplate(key)) == (None, None, "template")


@pytest.mark.parametrize(
    "line", ["client/title", "and/or", "24/7", "The client/title.list leaked", "1/2. Finals", "Світ/Європа"]
)
def test_words_with_a_slash_are_a_value(line: str):
    assert text.value(line) == line


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


PROMOS = [
    "Читайте нас у Telegram", "Читайте нас у «Телеграмі»!", "Більше новин читайте у нашому Telegram-каналі",
    "Ще більше актуальних новин - на нашому YouTube-каналі", "Підписуйтесь на наш Telegram-канал", "Слідкуйте за нами у Facebook та Instagram.",
    "Приєднуйтесь до нашої групи у Viber", "Follow us on Telegram and X", "Подписывайтесь на наш канал в Telegram",
    "Якщо ви знайшли помилку, виділіть її та натисніть Ctrl+Enter", "Дивіться нас на YouTube 👇",
]  # fmt: skip


@pytest.mark.parametrize("line", PROMOS)
def test_promo_lines(line: str):
    assert text.boilerplate(line) == "promo"


NO_PROMOS = [
    "Читайте уважно: договір діє лише рік.", "Читайте нас у Telegram, сказав він, і вийшов.",
    "Більше новин про міст з'являється у Telegram-каналах, каже експерт.", "Підпишіться під петицією, щоб влада почула нас",
    "Follow us, the guide said, and keep to the left.", "Read our report on page five.", "Дивіться під ноги!",
    "Слідкуйте за нами, попередив провідник: на схилі слизько.", "Реклама шкодить сну, показало дослідження.",
    "Підпишіться на наш канал, сказав блогер у Facebook.", "Долучайтесь до толоки в суботу.", "Усі новини він дізнавався з газет.",
]  # fmt: skip


@pytest.mark.parametrize("line", NO_PROMOS)
def test_lines_that_only_resemble_a_promo_stay(line: str):
    assert text.boilerplate(line) is None


def test_the_word_over_a_banner():
    assert (text.boilerplate("Реклама"), text.boilerplate("ADVERTISEMENT")) == ("banner", "banner")


@pytest.mark.parametrize(
    "line",
    ["Читайте також", "ЧИТАЙТЕ ТАКОЖ:", "👉 Читайте також", "По темі:", "Read also", "Related stories:", "Read more…"],
)
def test_labels_of_links(line: str):
    assert text.announces_links(line)


@pytest.mark.parametrize("line", ["Читайте також між рядків", "Related to the mayor", "Read more books", "Читайте"])
def test_sentences_that_begin_like_a_label_of_links(line: str):
    assert not text.announces_links(line)


@pytest.mark.parametrize(
    "line",
    [
        "На правах реклами",
        "* На правах реклами.",
        "Матеріал розміщено на правах реклами",
        "(На правах реклами)",
        "Sponsored content",
        "Advertorial",
    ],
)
def test_lines_that_mark_paid_content(line: str):
    assert text.marks_as_paid(line)


@pytest.mark.parametrize(
    "line",
    ["Реклама", "Ролик вийшов на правах реклами, нагадала мерія.", "Він платив за рекламні матеріали.", "Partners"],
)
def test_lines_about_advertising_mark_nothing(line: str):
    assert not text.marks_as_paid(line)


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
        "Спеціально для «Еспресо»",
        "Спеціально для “Еспресо”.",
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
