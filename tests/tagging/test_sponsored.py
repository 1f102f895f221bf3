"""Paid content is told by label, rubric, tag or a line of the text, each on record; words about advertising tell nothing."""

import pytest

from espreso_crawler.items import Article, Block, Keyword, Provenance
from espreso_crawler.tagging.sponsored import mark_sponsored


def marked(**given: object):
    article = Article()
    article.provenance = [
        Provenance("labels", "feed", None), Provenance("article_section", "jsonld", True), Provenance("article_body", "markup", True),
    ]  # fmt: skip
    for name, value in given.items():
        setattr(article, name, value)
    mark_sponsored(article)
    return article, [(said.source, said.raw) for said in article.provenance if said.field == "is_sponsored"]


def lines(*texts: str) -> list[Block]:
    return [Block("paragraph", text=text, start=0, end=len(text)) for text in texts]


@pytest.mark.parametrize(
    ("given", "source", "words"),
    [
        ({"labels": ["partner"]}, "feed", "partner"),
        ({"article_section": "Новини компаній"}, "jsonld", "Новини компаній"),
        ({"article_section": "Реклама"}, "jsonld", "Реклама"),
        ({"keywords": [Keyword("Мости"), Keyword("Прес-реліз")]}, "markup", "Прес-реліз"),
        ({"blocks": lines("Новий міст.", "На правах реклами")}, "markup", "На правах реклами"),
        ({"blocks": lines("Новий міст.\n* На правах реклами")}, "markup", "* На правах реклами"),
    ],
)
def test_what_marks_an_article_as_paid(given: dict[str, object], source: str, words: str):
    article, said = marked(**given)
    assert (article.is_sponsored, said) == (True, [(source, words)])
    mark_sponsored(article)
    assert len([each for each in article.provenance if each.field == "is_sponsored"]) == 1


@pytest.mark.parametrize(
    "given",
    [
        {}, {"labels": ["exclusive"]}, {"article_section": "Економіка"}, {"keywords": [Keyword("Реклама"), Keyword("PR")]},
        {"blocks": lines("Реклама на вулицях зникне.", "Ролик вийшов на правах реклами, нагадала мерія.")},
        {"blocks": [Block("embed", text="На правах реклами")]},
    ],
)  # fmt: skip
def test_what_marks_nothing(given: dict[str, object]):
    assert marked(**given)[0].is_sponsored is False
    assert marked(**given)[1] == []
