"""What stands under a picture: caption and credit, in whatever order, line and form they stand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from espreso_crawler.processors.captions import caption_and_credit, is_credit

WORDS = st.text(st.characters(categories=["Ll", "Lu"], max_codepoint=0x4FF), min_size=1, max_size=9)
# Words without meaning: no word of a credit, and no name of an agency.
PLAIN = st.lists(WORDS, min_size=1, max_size=5).map(" ".join).filter(lambda line: not caption_and_credit([line]).credit)
MARKS = st.sampled_from(["фото:", "Фото: ", "photo:", "Photo by ", "Світлина: ", "колаж:", "Джерело: ", "Source: "])


@pytest.mark.parametrize(
    ("lines", "caption", "credit"),
    [
        ([], None, None),
        ([None, "", "\u00a0"], None, None),
        (["Town hall"], "Town hall", None),
        (["Town hall", "фото: відкриті джерела"], "Town hall", "відкриті джерела"),
        (["фото: відкриті джерела", "Town hall"], "Town hall", "відкриті джерела"),
        (["Town hall. Photo: Getty Images"], "Town hall.", "Getty Images"),
        (["Town hall (photo by A. B.)"], "Town hall", "A. B."),
        (["Town hall — фото: Press office (Kyiv)"], "Town hall", "Press office (Kyiv)"),
        (["Town hall / фото: УНІАН"], "Town hall", "УНІАН"),
        (["фото:\u00a0УНІАН", "колаж: Еспресо"], None, "УНІАН; Еспресо"),
        (["Hall", "Photo: A", "Loom. Photo: B"], "Hall Loom.", "A; B"),
        (["фото:"], None, None),
        (["A photo of the hall"], "A photo of the hall", None),
        (["Фотограф за роботою"], "Фотограф за роботою", None),
        (["На фото: мерка Олена Приклад"], "На фото: мерка Олена Приклад", None),
        (["In the photo: Olena Example"], "In the photo: Olena Example", None),
        (["Wind, a source: of hope"], "Wind, a source: of hope", None),
        (["A cheap energy source: wind. Photo: Press office"], "A cheap energy source: wind.", "Press office"),
        (["Мерія. Джерело: сайт міста"], "Мерія.", "сайт міста"),
        (["Фото: А. Зразок, колаж: Еспресо"], None, "А. Зразок; Еспресо"),
        (["Town hall. Photo from the city archive"], "Town hall.", "the city archive"),
        (["Photo courtesy of the museum"], None, "the museum"),
        (["Міст", "Фото надане мерією"], "Міст", "мерією"),
        (["Міст. Фото з відкритих джерел"], "Міст.", "з відкритих джерел"),
        (["Фото з місця подій"], "Фото з місця подій", None),
        (["Town hall", "Getty Images"], "Town hall", "Getty Images"),
        (["УНIАН"], None, "УНIАН"),
        (["Іван Зразок / Getty Images"], None, "Іван Зразок / Getty Images"),
        (["Getty Museum"], "Getty Museum", None),
        (["Reuters building in London"], "Reuters building in London", None),
        (["client/title.photo", "Town hall"], "Town hall", None),
        (["© A. B."], None, "A. B."),
    ],
)
def test_lines_under_a_picture(lines: list[str | None], caption: str | None, credit: str | None):
    assert caption_and_credit(lines) == (caption, credit)


@given(PLAIN, PLAIN, MARKS)
def test_caption_and_credit_part_in_any_order_and_in_one_line(caption: str, credit: str, mark: str):
    assert caption_and_credit([caption, mark + credit]) == (caption, credit)
    assert caption_and_credit([mark + credit, caption]) == (caption, credit)
    assert caption_and_credit([f"{caption}. {mark}{credit}"]) == (f"{caption}.", credit)


@given(st.lists(PLAIN))
def test_lines_without_a_credit_are_the_caption(lines: list[str]):
    assert caption_and_credit(lines) == (" ".join(lines) or None, None)


@pytest.mark.parametrize(
    ("line", "is_one"),
    [
        ("Фото: пресслужба мерії", True),
        ("(photo: Press office)", True),
        ("Джерело: Вигадана газета", False),
        ("Фото: як це було, які помилки зробили і чому " + "довго " * 30, False),
        ("На фото: мерка", False),
        (None, False),
    ],
)
def test_a_paragraph_that_is_a_credit(line: str | None, is_one: bool):
    assert is_credit(line) is is_one
