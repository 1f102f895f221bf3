"""The article page: a `Page` in, an `Article` out; the selectors of its fields stand in `claims` and `images`."""

from collections.abc import Iterator

from selectolax.lexbor import LexborNode

from espreso_crawler import identity, site
from espreso_crawler.exceptions import NotAnArticle
from espreso_crawler.items import (
    Article,
    ContentKind,
    Evidence,
    FeedSighting,
    Provenance,
    Related,
    Source,
    article_digests,
)
from espreso_crawler.pages import structure
from espreso_crawler.pages.addresses import canonical_address, is_on_host_of
from espreso_crawler.pages.agreement import agrees
from espreso_crawler.pages.body import Body, body
from espreso_crawler.pages.claims import loaded
from espreso_crawler.pages.containers import body_pieces
from espreso_crawler.pages.images import header_video, main_image
from espreso_crawler.pages.listing import LIST
from espreso_crawler.pages.opt_outs import opt_outs
from espreso_crawler.pages.page import Page
from espreso_crawler.pages.parts import HEADER, HEADLINE, WRAPPER, Parts, line
from espreso_crawler.pages.structured import NewsArticle
from espreso_crawler.pages.text.blocks import RawBlock, raw_blocks
from espreso_crawler.processors import dates, text

# Below the article.
RELATED = "section.similar-news a.js-read-also-item"
RELATED_HEADLINE = ".similar_by_tag__multiple__title"
RELATED_DATE = ".similar_by_tag__multiple__item__date"

# A clip with a few lines under it is a video; a story with a clip in it is text.
VIDEO_TEXT_LIMIT = 500
GALLERY_IMAGES = 5
LONGEST_NUMBER = 20
# Characters of the text that tell its language.
LANGUAGE_SAMPLE = 800
ONE_LANGUAGE = {name: language for name, language in site.LANGUAGE_OF_EDITION.items() if language != "uk"}
"""Of editions that say what an article is in; in a Ukrainian one the letters tell more."""


def article(page: Page, sighting: FeedSighting | None = None, feed_label: str | None = None) -> Article:
    """Return the article on a page, without its digests by field: see `article_with_digests`."""
    return article_with_digests(page, sighting, feed_label)[0]


def article_with_digests(
    page: Page, sighting: FeedSighting | None = None, feed_label: str | None = None
) -> tuple[Article, identity.Digests]:
    """Return the article on a page; ``sighting`` is how its feed entry first looked, ``feed_label`` its label now.

    Id, event, revision and tags are not a page's to know: they stay empty. Raises `NotAnArticle` for a page that
    holds no article, `BrokenPage` for one whose bytes are not text, `FieldError` when a processor fails.
    """
    _require_article(page)
    parts = Parts.of(page)
    item = loaded(parts, sighting, feed_label)
    story = _set_body(item, parts)
    item.related = [_related(card, page) for card in parts.wrapper.css(RELATED)]
    page.require_readable(*_texts(item))
    item.content_kind = _content_kind(item, story)
    item.feed = sighting
    item.opt_outs = opt_outs(page)
    _set_identity(item, parts)
    digests = article_digests(item)
    item.text_digest, item.record_digest = digests.text, digests.record
    return item, digests


def is_article(page: Page) -> bool:
    """Return whether a page holds an article: by structured data, by its headline in the site's markup, or by text.

    Rubrics, tags and authors may call themselves articles in their metadata: that alone makes none.
    """
    if page.jsonld is not None:
        return True
    if page.tree.css_first("h1") is None:
        return False
    if page.tree.css_first(f"{WRAPPER}, {HEADER} {HEADLINE}") is not None:
        return True
    is_list = page.tree.css_first(LIST) is not None
    return page.meta.get("og:type") == "article" and not is_list and bool(structure.densest_text(page.root, None))


def _require_article(page: Page) -> None:
    if not is_article(page):
        title = text.clean(page.meta.get("title")) or "no title"
        raise NotAnArticle(f"{page.url}: no article on this page ({title[:80]!r})")


def _set_body(item: Article, parts: Parts) -> Body:
    raw, source = _raw_body(parts, item)
    story = body(raw)
    item.blocks, item.article_body, item.links = story.blocks, story.text, story.links
    item.author_note = story.author_note
    is_confirmed = _agrees(story, raw, parts.jsonld) if source != "jsonld" else None
    item.provenance.append(Provenance("article_body", source, is_confirmed))
    main = main_image(parts)
    if main:
        item.images.append(main[0])
        item.provenance.append(main[1])
    item.images += story.images
    return story


def _agrees(story: Body, raw: list[RawBlock], jsonld: NewsArticle) -> bool | None:
    """Return whether the text and JSON-LD's agree; None without JSON-LD's, and when that is cut or a guess."""
    if not jsonld.body:
        return None
    lines = [line for block in story.blocks if block.end for line in (block.items or [block.text or ""])]
    lines += (story.author_note or "").split("\n")
    # Promo lines and captions, which are no part of the text here.
    said = (line for block in raw for line in (*(block.text or "").split("\n"), *block.caption))
    kept = {part for line in lines for part in line.split("\n")}
    found = agrees(lines, jsonld.body, (line for line in said if line not in kept))
    return found or (None if jsonld.is_guessed else found)


def _raw_body(parts: Parts, item: Article) -> tuple[list[RawBlock], Source]:
    page, glued = parts.page, parts.jsonld.body
    above = header_video(parts)
    pieces = body_pieces(parts)
    if pieces:
        return above + raw_blocks(pieces, page), "markup"
    dense = structure.densest_text(parts.wrapper, glued)
    if dense:
        return above + structure.without_lead(raw_blocks(dense, page), item.description, item.headline), "structure"
    paragraphs = structure.paragraph(glued)
    return paragraphs, "jsonld" if paragraphs else "structure"


def _related(card: LexborNode, page: Page) -> Related:
    day = dates.printed_day(line(card.css_first(RELATED_DATE)) or "")
    return Related(
        url=identity.canonical_url(page.absolute(card.attributes.get("href")) or page.url),
        entity_id=_number(card.attributes.get("data-id")),
        headline=line(card.css_first(RELATED_HEADLINE)),
        date=day.day if day else None,
    )


def _texts(item: Article) -> Iterator[str | None]:
    yield from (item.headline, item.description, item.article_body, item.article_section)
    yield from (author.name for author in item.authors)
    yield from (keyword.name for keyword in item.keywords)
    yield from (image.caption for image in item.images)
    yield from (card.headline for card in item.related)


def _content_kind(item: Article, story: Body) -> ContentKind:
    if "live" in item.labels or story.is_live:
        return "live"
    if len(item.article_body or "") < VIDEO_TEXT_LIMIT:
        if "video" in item.labels or any(block.type == "video" for block in item.blocks):
            return "video"
        if len(item.images) >= GALLERY_IMAGES:
            return "gallery"
    return "text"


def _set_identity(item: Article, parts: Parts) -> None:
    page = parts.page
    item.url = canonical_address(page)
    item.edition = identity.edition_of(item.url)
    # A copy bears its own edition's number, not that of the edition it was copied from.
    item.entity_id = _entity_id(parts) if is_on_host_of(page, item.url) else None
    item.in_language = _language(page, item)
    item.fetched_at = page.fetched_at
    item.evidence = Evidence(page.http_status, identity.payload_digest(page.body), *page.kept_at)


def _entity_id(parts: Parts) -> str | None:
    body_element = parts.page.tree.body
    claims = (
        parts.wrapper.attributes.get("data-news_id"),
        body_element.attributes.get("data-entity-id") if body_element else None,
    )
    return next((number for number in map(_number, claims) if number), None)


def _number(claim: str | None) -> str | None:
    """Return the site's number of an article; None for anything else, which may be a path or a trap."""
    return claim if claim and claim.isascii() and claim.isdigit() and len(claim) <= LONGEST_NUMBER else None


def _language(page: Page, item: Article) -> str:
    """Return the text's own language; what the page or the edition declares decides where the text is too short."""
    declared = page.meta.get("lang", "")[:2].lower()
    if declared not in site.LANGUAGES:
        declared = ONE_LANGUAGE.get(item.edition or "", "")
    text = f"{item.headline}\n{(item.article_body or '')[:LANGUAGE_SAMPLE]}"
    return structure.language(text, declared)
