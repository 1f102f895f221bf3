"""The article page: every selector of it, by order of trust; a `Page` in, an `Article` out, never a request."""

from collections.abc import Iterable, Iterator

from selectolax.lexbor import LexborNode

from espreso_crawler import identity
from espreso_crawler.exceptions import FieldError, NotAnArticle
from espreso_crawler.items import Article, ContentKind, Evidence, FeedSighting, Image, OtherEvidence, Provenance, Related, Source
from espreso_crawler.loaders import ArticleLoader
from espreso_crawler.pages import media, structure
from espreso_crawler.pages.blocks import raw_blocks
from espreso_crawler.pages.body import Body, body
from espreso_crawler.pages.inline import line_of
from espreso_crawler.pages.jsonld import NewsArticle
from espreso_crawler.pages.page import Page
from espreso_crawler.processors import dates, text
from espreso_crawler.processors.captions import caption_and_credit

WRAPPER = "[data-news_id]"
HEADER = "section.header_current_article"
CONTENT = "section.content_current_article"
# Inside the header.
HEADLINE = "h1"
LABELS = ".mark .item"
AUTHOR = ".news__author_date__author"
DATE = ".news__author_date__date"
TIME = ".news__author_date__time"
RUBRIC = "a.in_news_single__image__rubric"
IMAGE = ".in_news_single__image img"
IMAGE_TEXT = ".img-text"
# Inside the content.
LEAD = "h2.text-subtitle"
BODY = "div.news-content"
# Below the article.
TAGS = "section.tags-cloud .similar_by_tags_output a"
RELATED = "section.similar-news a.js-read-also-item"
RELATED_HEADLINE = ".similar_by_tag__multiple__title"
RELATED_DATE = ".similar_by_tag__multiple__item__date"

# A clip with a few lines under it is a video; a story with a clip in it is text.
VIDEO_TEXT_LIMIT = 500
GALLERY_IMAGES = 5


def article(page: Page, sighting: FeedSighting | None = None, feed_label: str | None = None) -> Article:
    """Return the article on a page; ``sighting`` is how its feed entry first looked, ``feed_label`` its label now.

    Id, event, revision and tags are not a page's to know: they stay empty. Raises `NotAnArticle` for a page that
    holds no article, `BrokenPage` for one whose bytes are not text, `FieldError` when a processor fails.
    """
    _require_article(page)
    jsonld = page.jsonld or NewsArticle()
    wrapper = page.tree.css_first(WRAPPER) or page.tree.root
    header = wrapper.css_first(HEADER)
    content = wrapper.css_first(CONTENT)
    item = _loaded(page, jsonld, wrapper, header, content, sighting, feed_label)
    story, source = _body(page, wrapper, content, jsonld, item)
    _set_body(item, story, source, jsonld)
    _set_images(item, page, jsonld, header, story)
    item.related = [_related(card, page) for card in wrapper.css(RELATED)]
    page.require_readable(*_texts(item))
    item.content_kind = _content_kind(item)
    item.feed = sighting
    _set_identity(item, page, wrapper)
    return item


def _texts(item: Article) -> Iterator[str | None]:
    yield from (item.headline, item.description, item.article_body, item.article_section)
    yield from (part.name for part in (*item.authors, *item.keywords))
    yield from (image.caption for image in item.images)
    yield from (card.headline for card in item.related)


def canonical_address(page: Page) -> str:
    """Return the article's own address: what the page says, when that lies on this site, else where it came from."""
    host = identity.host_of(page.url)
    for claim in (page.meta.get("canonical"), page.meta.get("og:url"), page.jsonld and page.jsonld.url):
        url = page.absolute(claim)
        if url and (identity.host_of(url) == host or {identity.host_of(url), host} <= identity.EDITION_OF_HOST.keys()):
            return identity.canonical_url(url)
    return identity.canonical_url(page.url)


def is_article(page: Page) -> bool:
    """Return whether a page holds an article: its metadata says so, or its markup has an article's number and header."""
    if page.jsonld is not None:
        return True
    has_headline = page.tree.css_first("h1") is not None
    is_numbered = page.tree.css_first(WRAPPER) is not None
    return has_headline and (is_numbered or page.meta.get("og:type") == "article")


def _require_article(page: Page) -> None:
    if not is_article(page):
        title = text.clean(page.meta.get("title")) or "no title"
        raise NotAnArticle(f"{page.url}: no article on this page ({title[:80]!r})")


def _loaded(
    page: Page,
    jsonld: NewsArticle,
    wrapper: LexborNode,
    header: LexborNode | None,
    content: LexborNode | None,
    sighting: FeedSighting | None,
    feed_label: str | None,
) -> Article:
    provenance: list[Provenance] = []
    loader = ArticleLoader(provenance=provenance)
    try:
        _add_texts(loader, page, jsonld, header, content)
        _add_dates(loader, jsonld, header, sighting)
        _add_people(loader, page, jsonld, header, feed_label)
        _add_keywords(loader, page, jsonld, wrapper)
        item: Article = loader.load_item()
    except ValueError as error:
        raise FieldError(f"{page.url}: {error}") from error
    item.provenance = provenance
    return item


def _add_texts(
    loader: ArticleLoader, page: Page, jsonld: NewsArticle, header: LexborNode | None, content: LexborNode | None
) -> None:
    h1 = header.css_first(HEADLINE) if header else None
    loader.add_value(
        "headline",
        [
            ("markup", _line(h1)),
            ("structure", None if h1 else _line(page.tree.css_first("h1"))),
            ("jsonld", jsonld.headline),
            ("og", page.meta.get("og:title")),
        ],
    )
    loader.add_value("alternative_headline", _alternative(loader, jsonld, page))
    lead = _line(content.css_first(LEAD)) if content else None
    # The metadata's description is often another sentence than the lead: a last resort, and no witness against it.
    last_resort = None if lead or jsonld.description else page.meta.get("og:description")
    loader.add_value("description", [("markup", lead), ("jsonld", jsonld.description), ("og", last_resort)])
    loader.add_value(
        "article_section",
        [("jsonld", jsonld.section), ("markup", _line(header.css_first(RUBRIC)) if header else None)],
    )


def _alternative(loader: ArticleLoader, jsonld: NewsArticle, page: Page) -> str | None:
    headline = loader.get_output_value("headline")
    claims = map(text.clean, (jsonld.headline, page.meta.get("og:title")))
    return next((claim for claim in claims if claim and claim != headline), None)


def _add_dates(
    loader: ArticleLoader, jsonld: NewsArticle, header: LexborNode | None, sighting: FeedSighting | None
) -> None:
    day_text = _line(header.css_first(DATE)) if header else None
    time_text = _line(header.css_first(TIME)) if header else None
    day = dates.printed_day(day_text) if day_text else None
    feed_time = sighting.published_at if sighting else None
    if day and feed_time and feed_time.date() != day.day:
        feed_time = None  # an updated entry moves to the top of the feed: its time is no longer the publication's
    loader.add_value(
        "date_published",
        [
            ("jsonld", jsonld.published),
            ("markup", f"{day_text} {time_text}" if day and time_text else None),
            ("feed", feed_time if not (dates.stamp(jsonld.published) or time_text) else None),
        ],
    )
    if day and day.weekday_agrees is False:
        _note_wrong_weekday(loader, f"{day_text} {time_text or ''}".strip())
    published = loader.get_output_value("date_published")
    loader.add_value("date_published_day", _day(published, day, jsonld))
    loader.add_value("date_modified", [("jsonld", jsonld.modified)])


def _day(published: object, day: dates.PrintedDay | None, jsonld: NewsArticle) -> object:
    if isinstance(published, dates.datetime):
        return published.date()
    return day.day if day else dates.stamp_day(jsonld.published)


def _note_wrong_weekday(loader: ArticleLoader, printed: str) -> None:
    """Put on record that the header contradicts itself: the weekday is a checksum of the date."""
    for provenance in loader.context["provenance"]:
        if provenance.field == "date_published":
            provenance.agrees = False
            if all(other.source != "markup" for other in provenance.others):
                provenance.others.append(OtherEvidence("markup", printed))


def _add_people(
    loader: ArticleLoader,
    page: Page,
    jsonld: NewsArticle,
    header: LexborNode | None,
    feed_label: str | None,
) -> None:
    loader.add_value(
        "authors",
        [("markup", _authors(header, page) if header else None), ("jsonld", _absolute(jsonld.authors, page))],
    )
    marks = [line for line in map(line_of, header.css(LABELS)) if line] if header else []
    loader.add_value("labels", [("markup", marks), ("feed", [feed_label] if feed_label else None)])


def _add_keywords(loader: ArticleLoader, page: Page, jsonld: NewsArticle, wrapper: LexborNode) -> None:
    tags = [(line_of(tag) or "", page.absolute(tag.attributes.get("href"))) for tag in wrapper.css(TAGS)]
    section = (text.clean(jsonld.section) or "").casefold()
    words = [(word, None) for word in jsonld.keywords if word.strip().casefold() != section]
    loader.add_value("keywords", [("markup", tags), ("jsonld", words)])


def _authors(header: LexborNode, page: Page) -> list[tuple[str, str | None]]:
    box = header.css_first(AUTHOR)
    if box is None:
        return []
    links = box.css("a")
    if links:
        return [(line_of(link) or "", page.absolute(link.attributes.get("href"))) for link in links]
    return [(name, None) for name in (line_of(box) or "").split(",")]


def _absolute(authors: Iterable[tuple[str, str | None]], page: Page) -> list[tuple[str, str | None]]:
    return [(name, page.absolute(url)) for name, url in authors]


def _body(
    page: Page, wrapper: LexborNode, content: LexborNode | None, jsonld: NewsArticle, item: Article
) -> tuple[Body, Source]:
    container = content.css_first(BODY) if content else None
    if container is not None:
        return body(raw_blocks(container, page)), "markup"
    dense = structure.densest_text(wrapper, jsonld.body)
    if dense is not None:
        return body(structure.without_lead(raw_blocks(dense, page), item.description, item.headline)), "structure"
    paragraphs = structure.paragraph(jsonld.body)
    return body(paragraphs), "jsonld" if paragraphs else "structure"


def _set_body(item: Article, story: Body, source: Source, jsonld: NewsArticle) -> None:
    item.blocks, item.article_body, item.links = story.blocks, story.text, story.links
    item.author_note = story.author_note
    agrees = structure.agrees(story, jsonld.body) if source != "jsonld" and jsonld.body else None
    item.provenance.append(Provenance("article_body", source, agrees))


def _set_images(item: Article, page: Page, jsonld: NewsArticle, header: LexborNode | None, story: Body) -> None:
    image = header.css_first(IMAGE) if header else None
    claims: list[tuple[Source, str | None]] = [("markup", page.absolute(media.image_address(image)) if image else None)]
    claims += [("jsonld", page.absolute(url)) for url in jsonld.images]
    claims.append(("og", page.absolute(page.meta.get("og:image"))))
    known = [(source, media.Picture.of(url)) for source, url in claims if url]
    if known:
        main = media.largest(picture for _, picture in known)
        source = next(source for source, picture in known if picture == main)
        under = header.css_first(IMAGE_TEXT) if header else None
        caption = caption_and_credit(map(line_of, under.css("p") or [under]) if under else [])
        alt = text.clean(image.attributes.get("alt") or image.attributes.get("title")) if image else None
        item.images = [Image(main.url, "main", caption.caption, caption.credit, alt)]
        agrees = all(picture.name == main.name for _, picture in known) if known[1:] else None
        item.provenance.append(Provenance("images", source, agrees))
    item.images += story.images


def _related(card: LexborNode, page: Page) -> Related:
    day = dates.printed_day(_line(card.css_first(RELATED_DATE)) or "")
    return Related(
        url=identity.canonical_url(page.absolute(card.attributes.get("href")) or page.url),
        entity_id=card.attributes.get("data-id"),
        headline=_line(card.css_first(RELATED_HEADLINE)),
        date=day.day if day else None,
    )


def _content_kind(item: Article) -> ContentKind:
    if "live" in item.labels:
        return "live"
    if len(item.article_body or "") < VIDEO_TEXT_LIMIT:
        if "video" in item.labels or any(block.type == "video" for block in item.blocks):
            return "video"
        if len(item.images) >= GALLERY_IMAGES:
            return "gallery"
    return "text"


def _set_identity(item: Article, page: Page, wrapper: LexborNode) -> None:
    item.url = canonical_address(page)
    item.edition = identity.edition_of(item.url)
    item.entity_id = _entity_id(page, wrapper)
    item.in_language = _language(page, item)
    item.fetched_at = page.fetched_at
    item.evidence = Evidence(page.http_status, identity.payload_digest(page.body))
    digests = article_digests(item)
    item.text_digest, item.record_digest = digests.text, digests.record


def article_digests(item: Article) -> identity.Digests:
    """Return the digests of an article: labels, tags and date_modified are in none."""
    published = item.date_published or item.date_published_day
    return identity.digests(
        {"headline": item.headline, "description": item.description, "article_body": item.article_body},
        {
            "authors": identity.joined(author.name for author in item.authors),
            "article_section": item.article_section,
            "date_published": published.isoformat() if published else None,
            "images": identity.joined(part for image in item.images for part in (image.url, image.caption)),
        },
    )


def _entity_id(page: Page, wrapper: LexborNode) -> str | None:
    body = page.tree.body
    claims = wrapper.attributes.get("data-news_id"), body and body.attributes.get("data-entity-id")
    return next((claim for claim in claims if claim and claim.isascii() and claim.isdigit()), None)


def _language(page: Page, item: Article) -> str:
    declared = page.meta.get("lang", "")[:2].lower()
    if declared in ("uk", "en", "ru"):
        return declared
    by_edition = {"global": "en", "ru": "ru"}.get(item.edition or "")
    return by_edition or structure.language(f"{item.headline} {item.article_body}")


def _line(node: LexborNode | None) -> str | None:
    return line_of(node) if node is not None else None
