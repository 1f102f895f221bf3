"""What a crawler should read from each article: built from the same facts as the pages, through no parser."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from espreso_crawler.demo_site.articles import Article, Brief
from espreso_crawler.demo_site.blocks import Block, Run
from espreso_crawler.demo_site.edition import Edition
from espreso_crawler.demo_site.oddities import has_oddity

_SEPARATOR = "\n\n"
_HIDDEN_EMAIL = "[email]"
_TEXT = ("paragraph", "heading", "list", "quote")


@dataclass(frozen=True)
class Named:
    """A name and where it leads (absolute URL), None when it is no link."""

    name: str
    url: str | None


@dataclass(frozen=True)
class Picture:
    """A picture as uploaded, with what the page says of it; `alt` is None when the page leaves it empty."""

    url: str
    role: str
    caption: str | None
    credit: str | None
    alt: str | None


@dataclass(frozen=True)
class Part:
    """A block of the body: its kind, its text, and for media what it shows."""

    type: str
    level: int | None
    text: str | None
    items: tuple[str, ...]
    url: str | None
    provider: str | None


@dataclass(frozen=True)
class Card:
    """One of the three cards below an article."""

    entity_id: int
    url: str
    headline: str
    day: date


@dataclass(frozen=True)
class Truth:
    """One article as it stands on the site at one moment; times are Kyiv times, URLs absolute.

    Texts have plain spaces and hidden e-mail addresses as `[email]`. `article_body` holds the text blocks
    joined by blank lines, without promo lines; `author_note` a column's tail, joined likewise. `labels` are
    printed forms from the header, `feed_label` is the feed's. The text of an embed is the post's words alone.
    `revisions` counts from 1. `removed_with` is the status of a removed one.
    """

    number: int
    entity_id: int
    url: str
    alias_url: str | None
    language: str
    kind: str
    content_kind: str
    headline: str
    alternative_headline: str | None
    description: str | None
    article_body: str
    blocks: tuple[Part, ...]
    author_note: str | None
    date_published: datetime
    date_modified: datetime
    has_header_time: bool
    authors: tuple[Named, ...]
    article_section: str
    labels: tuple[str, ...]
    keywords: tuple[Named, ...]
    images: tuple[Picture, ...]
    links: tuple[Named, ...]
    related: tuple[Card, ...]
    feed_label: str | None
    feed_time: datetime
    is_important: bool
    is_sponsored: bool
    reprint_of: int | None
    revisions: int
    removed_with: int | None


@dataclass(frozen=True)
class Standing:
    """What only the site knows of an article: its feed time, its revisions, whether it is gone."""

    feed_time: datetime
    revisions: int
    removed_with: int | None


def truth_of(article: Article, cards: Iterable[Brief], standing: Standing, words: Edition, base: str) -> Truth:
    """Return the expected values of an article under a base URL such as `http://127.0.0.1:8000`."""
    brief = article.brief
    parts = tuple(_part(block, base) for block in article.blocks if block.type not in {"promo", "note"})
    notes = [block.text for block in article.blocks if block.type == "note"]
    different = article.jsonld_headline != brief.headline
    return Truth(
        number=brief.number,
        entity_id=brief.entity_id,
        url=f"{base}/{brief.slug}",
        alias_url=f"{base}/{brief.alias}" if brief.alias else None,
        language=words.language,
        kind=brief.kind,
        content_kind="video" if brief.kind == "video" else "text",
        headline=brief.headline,
        alternative_headline=article.jsonld_headline if different else None,
        description=article.lead,
        article_body=_SEPARATOR.join(_text(block) for block in article.blocks if block.type in _TEXT),
        blocks=parts,
        author_note=_SEPARATOR.join(notes) or None,
        date_published=brief.published,
        date_modified=article.modified,
        has_header_time=not has_oddity(brief.number, "no_header_time"),
        authors=(Named(brief.author.name, f"{base}/{brief.author.slug}" if brief.author_has_page else None),),
        article_section=brief.rubric.name,
        labels=(article.mark,) if article.mark else (),
        keywords=tuple(Named(tag.name, f"{base}/{tag.slug}") for tag in brief.tags),
        images=_images(article, base),
        links=tuple(_links(article.blocks, base)),
        related=tuple(
            Card(card.entity_id, f"{base}/{card.slug}", card.headline, card.published.date()) for card in cards
        ),
        feed_label=brief.label or None,
        feed_time=standing.feed_time,
        is_important=brief.is_important,
        is_sponsored=brief.kind == "sponsored",
        reprint_of=brief.reprint_of,
        revisions=standing.revisions,
        removed_with=standing.removed_with,
    )


def _part(block: Block, base: str) -> Part:
    items = tuple(_runs(item) for item in block.items)
    url = f"{base}{block.url}" if block.url.startswith("/") else block.url or None
    return Part(block.type, block.level, _text(block) or None, items, url, block.provider or None)


def _text(block: Block) -> str:
    return "\n".join(_runs(item) for item in block.items) if block.items else _runs(block.runs)


def _runs(runs: Iterable[Run]) -> str:
    return "".join(_HIDDEN_EMAIL if run.style == "mail" else run.text for run in runs)


def _images(article: Article, base: str) -> tuple[Picture, ...]:
    photo = article.brief.photo
    caption = " ".join(article.captions) or None
    main = Picture(f"{base}{photo.stem}.jpg", "main", caption, article.credit, photo.alt or None)
    inline = [
        Picture(f"{base}{block.url}", "inline", None, None, block.alt)
        for block in article.blocks
        if block.type == "image"
    ]
    return (main, *inline)


def _links(blocks: Iterable[Block], base: str) -> Iterable[Named]:
    """Yield the links of the text, in page order; promo lines and embedded posts are no part of it."""
    for block in blocks:
        for runs in (block.items or (block.runs,)) if block.type in _TEXT else ():
            for run in runs:
                if run.style == "link":
                    yield Named(run.text.strip(), f"{base}{run.href}" if run.href.startswith("/") else run.href)
