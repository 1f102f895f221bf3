"""Agencies by name: in any case, script and form; what only resembles one is none."""

import pytest

from espreso_crawler.processors.agencies import agencies_in, agencies_in_file_name, is_agency


@pytest.mark.parametrize(
    ("text", "agency"),
    [
        ("Про це повідомляє УНІАН.", "UNIAN"), ("пише УНIАН", "UNIAN"), ("унiан", "UNIAN"), ("UNIAN", "UNIAN"), ("УНИАН", "UNIAN"),
        ("Про це пише Iнтерфакс-Україна.", "Interfax-Ukraine"), ("агентству «Інтерфакс-Україна»", "Interfax-Ukraine"),
        ("Інтерфаксу–Україні сказали", "Interfax-Ukraine"), ("Interfax–Ukraine", "Interfax-Ukraine"),
        ("REUTERS reports", "Reuters"), ("за даними Рейтерс", "Reuters"), ("агентство Рейтер", "Reuters"), ("Rеutеrs", "Reuters"),
        ("Reuters\u00a0writes", "Reuters"), ("the Associated Press says", "Associated Press"), ("(AP)", "Associated Press"),
        ("Photo by Getty images", "Getty Images"), ("gettyimages", "Getty Images"),
    ],
)  # fmt: skip
def test_agencies_in_a_text(text: str, agency: str):
    assert agencies_in(text) == {agency}


@pytest.mark.parametrize(
    "text",
    [
        "АР Крим", "the ap is new", "MAP", "Пол Рейтер приїхав", "the Getty Museum", "Reuters Institute", "Thomson Reuters Foundation",
        "Інтерфакс", "УНІАНець", "association press", "Interfax", "",
    ],
)  # fmt: skip
def test_what_only_resembles_an_agency(text: str):
    assert agencies_in(text) == set()


def test_a_credit_names_an_agency_by_less():
    assert agencies_in("Getty", is_credit=True) == {"Getty Images"}
    assert agencies_in("Рейтер", is_credit=True) == {"Reuters"}


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("1/349227_GettyImages-15_new_960x500_0.webp", {"Getty Images"}), ("2/gettyimages_7.jpg", {"Getty Images"}),
        ("3/Reuters-bridge.jpg", {"Reuters"}), ("4/ap-1234.jpg", set()), ("gettyimages/5.jpg", set()), ("6/getty-museum.jpg", set()),
    ],
)  # fmt: skip
def test_agencies_in_the_names_of_picture_files(name: str, found: set[str]):
    assert agencies_in_file_name(f"https://static.example/{name}") == found


@pytest.mark.parametrize(
    ("name", "is_one"), [("УНIАН", True), ("AP", True), ("Getty", True), ("Getty Museum", False), ("АР", False)]
)
def test_a_name_that_is_an_agencys(name: str, is_one: bool):
    assert is_agency(name) is is_one
