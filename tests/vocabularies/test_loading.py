"""The package's vocabularies are sound, and a wrong file of a user's stops everything with file, line and reason."""

from functools import cache
from pathlib import Path

import pytest

from espreso_crawler.exceptions import ConfigurationError
from espreso_crawler.items import Article, Keyword
from espreso_crawler.tagging import Tagger, tagger
from espreso_crawler.vocabularies.concepts import KINDS, Vocabularies
from espreso_crawler.vocabularies.loading import COLUMNS, load
from espreso_crawler.vocabularies.stems import pattern

LEFT_OUT = set(KINDS.values()) - {"place", "country"}
"""Where a table of places is all that counts; each place is within a country."""
HEADER = "\t".join(COLUMNS)
ROW = dict.fromkeys(COLUMNS, "") | {
    "id": "place:vyhadane", "name_en": "Vyhadane", "name_uk": "Вигадане", "name_ru": "Выгаданное",
    "match_en": "Vyhadane", "match_uk": "Вигадан+3",
}  # fmt: skip


def table(*rows: dict[str, str]) -> str:
    return "\n".join([HEADER, *("\t".join(row.values()) for row in rows)]) + "\n"


def folder(path: Path, content: str | bytes, name: str = "places.tsv") -> Path:
    path.joinpath(name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@cache
def shipped() -> Vocabularies:
    return load()


def test_every_kind_has_concepts():
    assert {concept.kind for concept in shipped().concepts} == set(KINDS.values())


def test_every_name_finds_its_own_concept():
    """By the words of the text, or for topics and genres as a keyword of the site."""
    wrong = []
    for concept in shipped().concepts:
        if concept.needs_near:
            continue
        for name in filter(None, concept.names):
            article = Article(article_body=name, keywords=[Keyword(name)])
            tagger().tag(article)
            if concept.id not in {tag.id for tag in article.tags}:
                wrong.append((concept.id, name, [tag.id for tag in article.tags]))
    assert wrong == []


def test_no_code_stands_for_two_concepts_of_one_kind():
    seen: dict[tuple[str, str], str] = {}
    for concept in shipped().concepts:
        for code in concept.same_as:
            if not code.startswith(("medtop:", "genre:")):  # several topics may be narrower than one
                other = seen.setdefault((concept.kind, code), concept.id)
                assert other == concept.id, code


def test_rows_stand_in_order_and_hold_no_post():
    for concept in shipped().concepts:
        assert concept.kind != "person" or not concept.type


def test_a_users_row_adds_a_concept_and_changes_the_version(tmp_path):
    own = load(folder(tmp_path, table(ROW)))
    assert own.version != shipped().version
    article = Article(article_body="У Вигаданому тихо.")
    Tagger(own).tag(article)
    assert [(tag.id, tag.mentions[0].surface) for tag in article.tags] == [("place:vyhadane", "Вигаданому")]


def test_a_users_row_with_a_known_id_takes_its_place(tmp_path):
    mine = ROW | {"id": "place:kyiv", "match_uk": "Кийград+3"}
    assert load(folder(tmp_path, table(mine)), without=LEFT_OUT).by_id()["place:kyiv"].name == "Vyhadane"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (table(ROW | {"name_en": ""}), "places.tsv:2: missing field: name_en is empty"),
        (table(ROW).replace("\tnote\n", "\n", 1), "places.tsv:1: missing field: no column note"),
        (table(ROW)[:-2].rstrip("\t") + "\n", "places.tsv:2: missing field: "),
        (table(ROW, ROW), "places.tsv:3: duplicate id place:vyhadane: line 2 has it too"),
        (table(ROW | {"match_uk": "Вигадан+"}), "places.tsv:2: match_uk: bad stem 'Вигадан+'"),
        (table(ROW | {"match_uk": "Ви+3"}), "places.tsv:2: match_uk: bad stem 'Ви+3': fewer than 3 letters"),
        (table(ROW | {"match_uk": "Вигадан+12"}), "places.tsv:2: match_uk: bad stem"),
        (table(ROW | {"match_uk": "Вигадане||Інше"}), "places.tsv:2: match_uk: bad stem"),
        (table(ROW | {"match_uk": "Київ/Києв+3"}), "belongs to place:kyiv already"),
        (table(ROW | {"id": "Vyhadane"}), "places.tsv:2: bad id 'Vyhadane'"),
        (table(ROW | {"id": "person:vyhadane"}), "places.tsv:2: bad id"),
        (table(ROW | {"same_as": "Q12"}), "places.tsv:2: same_as: 'Q12'"),
        (table(ROW | {"within": "place:nowhere"}), "places.tsv:2: within: there is no concept place:nowhere"),
        (table(ROW | {"name_uk": "Вига\u00a0дане"}), "places.tsv:2: holds the invisible character U+00A0"),
        (table(ROW | {"note": " x"}), "places.tsv:2: note: white space"),
        (table(ROW).encode("cp1251"), "places.tsv:2: wrong encoding: not UTF-8"),
        (table(ROW).encode("utf-16"), "places.tsv:1: wrong encoding: not UTF-8"),
    ],
)
def test_a_wrong_file_is_refused_with_file_line_and_reason(tmp_path, content, reason):
    with pytest.raises(ConfigurationError) as refused:
        load(folder(tmp_path, content), without=LEFT_OUT)
    assert reason in str(refused.value)
    assert str(tmp_path) in str(refused.value)


def test_a_file_of_another_name_is_refused(tmp_path):
    with pytest.raises(ConfigurationError, match="no vocabulary has this name"):
        load(folder(tmp_path, table(ROW), "towns.tsv"))


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ConfigurationError, match="is not a folder"):
        load(tmp_path / "nowhere")


def test_a_pattern_may_hold_its_own_marks():
    assert pattern(r"SAMP\/T").words == (((("SAMP/T", 0),),),)
