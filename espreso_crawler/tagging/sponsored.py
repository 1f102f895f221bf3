"""Whether an article is paid for: by its label, its rubric, one of its tags, or a line of its text."""

from collections.abc import Iterator
from functools import cache

from espreso_crawler.items import Article, Provenance, Source
from espreso_crawler.processors.text import label, marks_as_paid
from espreso_crawler.vocabularies import vocabulary

FIELD = "is_sponsored"
SHOWN_AT = {"label": "labels", "rubric": "article_section", "tag": "keywords", "line": "article_body"}
"""The field whose provenance tells where the words stand."""


def mark_sponsored(article: Article) -> None:
    """Fill `is_sponsored`, and put on record by which words where."""
    marks = list(_marks(article))
    article.is_sponsored = bool(marks)
    article.provenance = [said for said in article.provenance if said.field != FIELD]
    if marks:
        place, words = marks[0]
        source: Source = next((said.source for said in article.provenance if said.field == SHOWN_AT[place]), "markup")
        article.provenance.append(Provenance(FIELD, source, None, raw=words))


def _marks(article: Article) -> Iterator[tuple[str, str]]:
    """Yield the places that say so, each with its words."""
    yield from (("label", name) for name in article.labels if "label" in _paid_at(name))
    if (section := article.article_section) and "rubric" in _paid_at(label(section)):
        yield "rubric", section
    yield from (("tag", each.name) for each in article.keywords if "tag" in _paid_at(label(each.name)))
    for block in article.blocks:
        if block.end is not None:
            lines = (block.text or "").split("\n")
            yield from (("line", line) for line in lines if marks_as_paid(line))


def _paid_at(name: str | None) -> list[str]:
    return _places().get(name or "", [])


@cache
def _places() -> dict[str, list[str]]:
    return {name: row["sponsored"] for name, row in vocabulary("labels").items() if "sponsored" in row}
