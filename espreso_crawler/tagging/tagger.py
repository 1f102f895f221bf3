"""The tags of an article: mentions from its text, concepts its keywords and rubric name, genres of its labels."""

from collections.abc import Collection, Iterable, Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple, get_args

from espreso_crawler.items import Article, Mention, MentionField, Tag
from espreso_crawler.processors.agencies import agencies_in, agencies_in_file_name
from espreso_crawler.tagging.folding import folded, lowered
from espreso_crawler.tagging.matcher import Matcher
from espreso_crawler.tagging.sponsored import mark_sponsored
from espreso_crawler.tagging.topics import evident
from espreso_crawler.vocabularies import vocabulary
from espreso_crawler.vocabularies.concepts import Concept, Kind, Vocabularies
from espreso_crawler.vocabularies.loading import load

FIELDS: tuple[MentionField, ...] = get_args(MentionField)
NAMES = 4096
"""Keywords and rubrics that are remembered: the same few come every day."""
BORDER = "\n\n"
"""Stands between the fields; no pattern goes over it."""


class Span(NamedTuple):
    """Where a field stands in the text that is read."""

    field: MentionField
    start: int
    end: int


class Tagger:
    """Tags articles by one set of vocabularies."""

    def __init__(self, vocabularies: Vocabularies) -> None:
        self._vocabularies = vocabularies
        self.version = vocabularies.version
        self._concepts = vocabularies.by_id()
        self._labels = vocabulary("labels")
        self._matcher = Matcher(vocabularies)
        self._by_label = _by_label(vocabularies.concepts)
        self._named = lru_cache(maxsize=NAMES)(self._concept_of)
        self._genre_of_code = {
            code: concept for concept in vocabularies.concepts if concept.kind == "genre" for code in concept.same_as
        }

    def __reduce__(self) -> tuple[type, tuple[Vocabularies]]:
        """Be made again elsewhere: an automaton does not pickle."""
        return type(self), (self._vocabularies,)

    def tag(self, article: Article) -> None:
        """Fill tags, vocabulary version, `is_sponsored` and `cited_agencies` of an article."""
        text, spans = _text(article)
        reading = self._matcher.read(text)
        hits = reading.names + evident(reading.topics, _lead_end(spans, text))
        tags: dict[str, Tag] = {}
        for start, end, found in hits:
            tag = tags.get(found) or tags.setdefault(found, self._tag(found))
            field, shift, _ = spans[0] if start < spans[1].start else spans[1] if start < spans[2].start else spans[2]
            tag.mentions.append(Mention(field, start - shift, end - shift, text[start:end]))
        for concept in [*self._named_by_site(article), *self._genres(article)]:
            tags.setdefault(concept.id, self._tag(concept.id))
        article.tags = list(tags.values())
        article.vocabulary_version = self.version
        article.cited_agencies = sorted(_cited(article, text))
        mark_sponsored(article)

    def _tag(self, id: str) -> Tag:  # noqa: A002  # the concept's id, as in the record
        concept = self._concepts[id]
        return Tag(concept.id, concept.kind, concept.name)

    def _named_by_site(self, article: Article) -> Iterator[Concept]:
        """Yield the concepts that the site's own keywords and rubric name."""
        for name in filter(None, [*(keyword.name for keyword in article.keywords), article.article_section]):
            if concept := self._named(name):
                yield concept

    def _concept_of(self, name: str) -> Concept | None:
        found = self._by_label.get(_label(name))
        if found is None and (by_text := self._matcher.whole(name)):
            return self._concepts[by_text]
        return found

    def _genres(self, article: Article) -> Iterator[Concept]:
        for label in article.labels:
            code = f"genre:{self._labels.get(label, {}).get('genre')}"
            if concept := self._genre_of_code.get(code):
                yield concept


@cache
def tagger(folder: Path | None = None, without: Collection[Kind] = frozenset()) -> Tagger:
    """Return the tagger for a user's folder and without some kinds; made once in a process.

    Raises `ConfigurationError` that names file, line and reason when a vocabulary is wrong.
    """
    return Tagger(load(folder, without=without))


def _text(article: Article) -> tuple[str, list[Span]]:
    parts, spans, at = [], [], 0
    for field in FIELDS:
        part = getattr(article, field) or ""
        spans.append(Span(field, at, at + len(part)))
        parts.append(part)
        at += len(part) + len(BORDER)
    return BORDER.join(parts), spans


def _lead_end(spans: list[Span], text: str) -> int:
    """Return where headline and lead end; of an article without a lead, its first paragraph is one."""
    _, lead, body = spans
    if lead.end > lead.start:
        return lead.end
    paragraph_end = text.find("\n", body.start)
    return paragraph_end if paragraph_end >= 0 else len(text)


def _cited(article: Article, text: str) -> set[str]:
    """Return the agencies named in the text, in credits and by the files of the pictures."""
    made_by = [image.credit for image in article.images] + [block.credit for block in article.blocks]
    credited = BORDER.join(filter(None, made_by))
    found = agencies_in(text) | (agencies_in(credited, is_credit=True) if credited else set())
    return found.union(*(agencies_in_file_name(image.url) for image in article.images))


def _by_label(concepts: Iterable[Concept]) -> dict[str, Concept]:
    """Return the concepts by every name and label; of two with one name the first, names before labels."""
    found: dict[str, Concept] = {}
    concepts = list(concepts)
    for concept in concepts:
        for name in filter(None, concept.names):
            found.setdefault(_label(name), concept)
    for concept in concepts:
        for name in concept.labels:
            found.setdefault(_label(name), concept)
    return found


def _label(name: str) -> str:
    return lowered(folded(name)[0])
