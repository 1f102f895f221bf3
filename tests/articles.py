"""An article with every field filled, for tests that need a record and not a page."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from espreso_crawler import items
from espreso_crawler.identity import digest, payload_digest

KYIV = ZoneInfo("Europe/Kyiv")
URL = "https://global.espreso.tv/news-an-invented-town-opens-a-school"
BODY = "The town opened a school.\n\nIt has ten rooms."


def full_article() -> items.Article:
    """Return a `created` line as the output holds it."""
    return items.Article(
        id="global:1001",
        entity_id="1001",
        revision=1,
        url=URL,
        edition="global",
        in_language="en",
        content_kind="text",
        headline="An invented town opens a school",
        alternative_headline="An invented town opens a school. Column by Olena Pryklad",
        description="Ten rooms for a start.",
        article_body=BODY,
        blocks=_blocks(),
        author_note="About the author: Olena Pryklad, teacher.",
        date_published=datetime(2024, 11, 2, 11, 37, tzinfo=KYIV),
        date_published_day=date(2024, 11, 2),
        date_modified=datetime(2024, 7, 2, 12, 0, tzinfo=KYIV),
        authors=[items.Author("Olena Pryklad", "https://global.espreso.tv/olena-pryklad")],
        article_section="News",
        labels=["exclusive", "спецпроєкт"],
        is_sponsored=False,
        cited_agencies=["Reuters"],
        keywords=[items.Keyword("schools", "https://global.espreso.tv/schools")],
        tags=[items.Tag("topic:schools", "topic", "Schools", [items.Mention("article_body", 18, 24, "school")])],
        vocabulary_version="0" * 12,
        images=[items.Image("https://static.espreso.tv/1_School.jpg", "main", "The school", "Town hall", "A house")],
        links=[items.Link("https://example.org/school", "school", 18, 24)],
        related=[items.Related("https://global.espreso.tv/news-b", "1000", "Another", date(2024, 11, 1))],
        feed=_sighting(),
        text_digest=digest("a"),
        record_digest=digest("b"),
        provenance=[_provenance()],
        evidence=items.Evidence(200, payload_digest(b"page"), "2024-11-02.warc.gz", 4096),
        fetched_at=datetime(2024, 11, 2, 10, 0, 1, tzinfo=UTC),
        emitted_at=datetime(2024, 11, 2, 10, 0, 2, tzinfo=UTC),
        run_id="20241102T095900Z-0123abcd",
    )


def _blocks() -> list[items.Block]:
    return [
        items.Block("paragraph", text=BODY[:25], start=0, end=25),
        items.Block("image", url="https://static.espreso.tv/2_Room.jpg", caption="A room", credit="Town hall"),
        items.Block("paragraph", text=BODY[27:], start=27, end=len(BODY)),
    ]


def _sighting() -> items.FeedSighting:
    return items.FeedSighting(
        published_at=datetime(2024, 11, 2, 11, 37, tzinfo=KYIV),
        label="exclusive",
        position=3,
        important=True,
        seen_at=datetime(2024, 11, 2, 10, 0, tzinfo=UTC),
        seen_on="https://global.espreso.tv/news",
    )


def _provenance() -> items.Provenance:
    other = items.OtherEvidence("jsonld", "An invented town opens a school!")
    return items.Provenance("headline", "markup", agrees=False, raw="An invented town opens a school", others=[other])
