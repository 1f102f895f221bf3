"""What each source on an article page claims of a field, in order of trust; the loader decides."""

from datetime import datetime
from urllib.parse import urlsplit

from espreso_crawler.exceptions import FieldError
from espreso_crawler.items import Article, FeedSighting, OtherEvidence, Provenance
from espreso_crawler.loaders import ArticleLoader, printed
from espreso_crawler.pages import header_shape
from espreso_crawler.pages.parts import HEADLINE, Parts, line
from espreso_crawler.pages.text import line_of, lines_of
from espreso_crawler.processors import dates, instants, text
from espreso_crawler.processors.names import names

# Inside the header.
LABELS = ".mark .item"
AUTHOR = ".news__author_date__author"
DATE = ".news__author_date__date"
TIME = ".news__author_date__time"
RUBRIC = "a.in_news_single__image__rubric"
# Inside the content.
LEAD = "h2.text-subtitle"
# Below the article.
TAGS = "section.tags-cloud .similar_by_tags_output a"


def loaded(parts: Parts, sighting: FeedSighting | None, feed_label: str | None) -> Article:
    """Return an article with the fields that several sources claim. Raises `FieldError` when a processor fails."""
    provenance: list[Provenance] = []
    loader = ArticleLoader(provenance=provenance, captured=parts.page.fetched_at)
    try:
        _add_texts(loader, parts)
        _add_dates(loader, parts, sighting)
        _add_people(loader, parts, feed_label)
        _add_keywords(loader, parts)
        item = loader.load_item()
    except ValueError as error:
        raise FieldError(f"{parts.page.url}: {error}") from error
    item.provenance = provenance
    return item


def _add_texts(loader: ArticleLoader, parts: Parts) -> None:
    jsonld = parts.jsonld
    is_in_header = parts.in_header(HEADLINE) is not None
    loader.add_value(
        "headline",
        [
            ("markup" if is_in_header else "structure", line(parts.h1)),
            ("jsonld", jsonld.headline),
            ("og", _open_graph(parts, "og:title")),
        ],
    )
    loader.add_value("alternative_headline", _alternative(loader, parts))
    lead = line(parts.in_content(LEAD))
    # The metadata's description is often another sentence than the lead: a last resort, and no witness against it.
    last_resort = None if lead or jsonld.description else text.uncut(_open_graph(parts, "og:description"))
    # A lead may end in dots or in the site's name when it is printed so; metadata ends so where it is cut.
    same = text.clean(jsonld.description) == lead
    witness = jsonld.description if same else text.uncut(jsonld.description)
    loader.add_value("description", [("markup", lead), ("jsonld", witness), ("og", last_resort)])
    loader.add_value("article_section", [("jsonld", jsonld.section), ("markup", line(parts.in_header(RUBRIC)))])


def _open_graph(parts: Parts, name: str) -> str | None:
    """Return a text of the metadata; templates escape it twice."""
    value = parts.page.meta.get(name)
    return text.unescaped(value) if value else None


def _alternative(loader: ArticleLoader, parts: Parts) -> str | None:
    headline = loader.get_output_value("headline")
    claims = map(text.value, (parts.jsonld.headline, _open_graph(parts, "og:title")))
    return next((claim for claim in claims if claim and claim != headline), None)


def _add_dates(loader: ArticleLoader, parts: Parts, sighting: FeedSighting | None) -> None:
    day_text, time_text = line(parts.in_header(DATE)), line(parts.in_header(TIME))
    day = dates.printed_day(day_text) if day_text else None
    captured = parts.page.fetched_at
    said = instants.instant(parts.jsonld.published)
    is_known = said is not None and instants.is_possible(said, captured)
    # By its shape alone a date is a last resort, and no witness against JSON-LD.
    near = header_shape.date_line(parts.shape) if parts.shape is not None and not is_known else None
    day = day or (dates.printed_day(near) if near else None)
    header = f"{day_text} {time_text}" if day and time_text else None
    needs_feed = not (is_known or time_text or near)
    loader.add_value(
        "date_published",
        [
            ("jsonld", parts.jsonld.published),
            ("markup", None if _is_change(header, parts) else header),
            ("structure", near),
            ("feed", _feed_time(sighting, day) if needs_feed else None),
        ],
    )
    if day and day.weekday_agrees is False:
        _note_wrong_weekday(loader, f"{day_text} {time_text or ''}".strip())
    published = loader.get_output_value("date_published")
    days = (day.day if day else None, dates.stamp_day(parts.jsonld.published))
    known_day = next((each for each in days if each and instants.is_possible_day(each, captured)), None)
    loader.add_value("date_published_day", published.date() if published else known_day)
    loader.add_value("date_modified", [("jsonld", parts.jsonld.modified)])


def _is_change(header: str | None, parts: Parts) -> bool:
    """Return whether the header prints the time of change, beside which JSON-LD has another time of publication."""
    published, modified = map(instants.instant, (parts.jsonld.published, parts.jsonld.modified))
    shown = instants.instant(header)
    if shown is None or published is None or modified is None or dates.same_minute(published, modified):
        return False
    return dates.same_minute(shown, modified)


def _feed_time(sighting: FeedSighting | None, day: dates.PrintedDay | None) -> datetime | None:
    """Return the feed's time unless it is of another day or an update's: an update moves an entry to the top."""
    if sighting is None or sighting.published_at is None or sighting.label == "updated":
        return None
    return None if day and sighting.published_at.date() != day.day else sighting.published_at


def _note_wrong_weekday(loader: ArticleLoader, header: str) -> None:
    """Put on record that the header contradicts itself: the weekday is a checksum of the date."""
    for provenance in loader.context["provenance"]:
        if provenance.field == "date_published":
            provenance.agrees = False
            if all(other.source != "markup" for other in provenance.others):
                provenance.others.append(OtherEvidence("markup", printed(header)))


def _add_people(loader: ArticleLoader, parts: Parts, feed_label: str | None) -> None:
    named = [(name, _author_page(parts.page.absolute(url))) for name, url in parts.jsonld.authors]
    linked = header_shape.authors(parts.shape, [name for name, _ in named]) if parts.shape is not None else []
    loader.add_value(
        "authors",
        [("markup", _printed_authors(parts)), ("structure", [parts.link(link) for link in linked]), ("jsonld", named)],
    )
    marks = [mark for mark in map(line_of, parts.header.css(LABELS)) if mark] if parts.header is not None else []
    shaped = header_shape.labels(parts.shape, parts.h1) if parts.shape is not None and parts.h1 is not None else []
    loader.add_value(
        "labels", [("markup", marks), ("structure", shaped), ("feed", [feed_label] if feed_label else None)]
    )


def _author_page(url: str | None) -> str | None:
    """Return the address of an author's page; None for the home page, which templates name where there is none."""
    return url if url and urlsplit(url).path.strip("/") else None


def _printed_authors(parts: Parts) -> list[tuple[str, str | None]]:
    box = parts.in_header(AUTHOR)
    if box is None:
        return []
    linked = [parts.link(link) for link in box.css("a")]
    printed_line = line_of(box) or ""
    if linked and linked[0][0] == printed_line:
        return linked
    rest = "\n".join(lines_of(box))
    for name, _ in linked:
        rest = rest.replace(name, "\n", 1)
    return _in_print_order([*linked, *((name, None) for name in names(rest))], printed_line)


def _in_print_order(people: list[tuple[str, str | None]], printed: str) -> list[tuple[str, str | None]]:
    return sorted(people, key=lambda person: printed.find(person[0]))


def _add_keywords(loader: ArticleLoader, parts: Parts) -> None:
    tags = [parts.link(tag) for tag in parts.wrapper.css(TAGS)]
    section = (text.clean(parts.jsonld.section) or "").casefold()
    words = [(word, None) for word in parts.jsonld.keywords if word.strip().casefold() != section]
    loader.add_value("keywords", [("markup", tags), ("jsonld", words)])
