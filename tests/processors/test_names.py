"""Authors in a line: joined, introduced, described; what is one name stays one."""

import pytest

from espreso_crawler.processors.names import names


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (None, []), ("  ", []), ("Автор", []), ("By", []), ("та Олена Приклад", ["Олена Приклад"]), ("client/title.author", []),
        ("Олена Приклад", ["Олена Приклад"]), ("Автор  Олена\u00a0Приклад ", ["Олена Приклад"]),
        ("Автор: Олена Приклад", ["Олена Приклад"]), ("Авторка статті: Олена Приклад", ["Олена Приклад"]),
        ("Автори: Олена Приклад, Іван Зразок", ["Олена Приклад", "Іван Зразок"]),
        ("Авторы Олена Пример и Иван Образец", ["Олена Пример", "Иван Образец"]),
        ("Authors: Olena Example and Ivan Sample", ["Olena Example", "Ivan Sample"]),
        ("By Olena Example & Ivan Sample", ["Olena Example", "Ivan Sample"]),
        ("Written by Olena Example", ["Olena Example"]), ("Підготувала Олена Приклад", ["Олена Приклад"]),
        ("Олена Приклад та Іван Зразок", ["Олена Приклад", "Іван Зразок"]),
        ("Олена Приклад\nІван Зразок", ["Олена Приклад", "Іван Зразок"]),
        ("Олена Приклад, Іван Зразок і Тарас Взірець", ["Олена Приклад", "Іван Зразок", "Тарас Взірець"]),
        ("Олена Приклад, журналістка", ["Олена Приклад"]),
        ("Текст: Олена Приклад, фото: Іван Зразок", ["Олена Приклад"]),
    ],
)  # fmt: skip
def test_names_in_a_line(line: str | None, found: list[str]):
    assert names(line) == found


@pytest.mark.parametrize(
    "name",
    [
        "Espreso. Global", "Institute for War and Peace", "Центр Досліджень та Прогнозів", "Міністерство Культури та Спорту",
        "Byron Example", "Авторенко Іван", "Text Example", "Редакція Еспресо", "Олена і Тарас Приклади", "Андрій Приклад-Зразок",
    ],
)  # fmt: skip
def test_one_name_stays_one(name: str):
    assert names(name) == [name]
