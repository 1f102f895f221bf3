"""The hand-labelled texts: read, tagged and scored by kind."""

import re
import tomllib
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from espreso_crawler.items import Article
from espreso_crawler.tagging import tagger

FILES = ("labelled_en", "labelled_uk", "held_out")
MENTION = re.compile(r"\[([^\]\n]+)\]\(([a-z]+:[A-Za-z0-9-]+)\)")
FIELDS = (("headline", "headline"), ("description", "description"), ("article_body", "body"))
QUOTES = '«»“”„"'

Place = tuple[str, int, int, str]
"""Field, start, end, id."""


@dataclass
class Text:
    """One labelled text."""

    id: str
    article: Article
    mentions: set[Place]
    topics: set[str]


@dataclass
class Score:
    """What was found of one kind, and what not."""

    right: int = 0
    wrong: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        return self.right / max(1, self.right + len(self.wrong))

    @property
    def recall(self) -> float:
        return self.right / max(1, self.right + len(self.missed))


@cache
def texts(name: str) -> tuple[Text, ...]:
    """Return the texts of one file."""
    rows = tomllib.loads(Path(__file__).with_name(f"{name}.toml").read_text("utf-8"))["text"]
    return tuple(map(_text, rows))


def scores(names: tuple[str, ...] = FILES) -> dict[str, Score]:
    """Return the scores by kind: mentions by their exact place, quotation marks aside; topics by article."""
    found: dict[str, Score] = defaultdict(Score)
    for text in (text for name in names for text in texts(name)):
        tagger().tag(text.article)
        got = {
            _unquoted(text.article, mention.field, mention.start, mention.end, tag.id)
            for tag in text.article.tags
            for mention in tag.mentions
            if tag.kind != "topic"
        }
        topics = {tag.id for tag in text.article.tags if tag.kind == "topic"}
        _count(found, text.id, text.mentions, got)
        _count(found, text.id, {("", 0, 0, each) for each in text.topics}, {("", 0, 0, each) for each in topics})
    return dict(found)


def _count(found: dict[str, Score], text: str, labelled: set[Place], got: set[Place]) -> None:
    for place in labelled & got:
        found[_kind(place)].right += 1
    for place in got - labelled:
        found[_kind(place)].wrong.append(f"{text}: {place}")
    for place in labelled - got:
        found[_kind(place)].missed.append(f"{text}: {place}")


def _kind(place: Place) -> str:
    return place[3].partition(":")[0]


def _text(row: dict[str, str]) -> Text:
    article, mentions = Article(), set()
    for name, key in FIELDS:
        plain, at = "", 0
        marked = row[key].strip()
        for match in MENTION.finditer(marked):
            plain += marked[at : match.start()]
            mentions.add((name, len(plain), len(plain) + len(match[1]), match[2]))
            plain, at = plain + match[1], match.end()
        setattr(article, name, plain + marked[at:] or None)
    return Text(
        row["id"],
        article,
        {_unquoted(article, *place) for place in mentions},
        {f"topic:{topic}" for topic in row["topics"]},
    )


def _unquoted(article: Article, name: str, start: int, end: int, of: str) -> Place:
    text = getattr(article, name)
    while text[start] in QUOTES:
        start += 1
    while text[end - 1] in QUOTES:
        end -= 1
    return name, start, end, of
