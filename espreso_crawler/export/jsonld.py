"""schema.org: each article as a `NewsArticle`, one JSON-LD document a line."""

from collections.abc import Iterable

from espreso_crawler.export.codes import addresses, same_as
from espreso_crawler.export.job import Job
from espreso_crawler.export.lines import Concepts, Json, write_documents
from espreso_crawler.export.newsroom import is_newsroom
from espreso_crawler.export.source import Row
from espreso_crawler.site import HOME, NAME, TERMS

SPONSORED, PLAIN = "AdvertiserContentArticle", "NewsArticle"
# An exclusive is the newsroom's own reporting; for all other news the record does not say whose reporting it is.
TYPES = {
    "genre:opinion": "OpinionNewsArticle",
    "genre:analysis": "AnalysisNewsArticle",
    "genre:exclusive": "ReportageNewsArticle",
}
THINGS = {"country": "Country", "place": "Place", "person": "Person", "organisation": "Organization"}
PUBLISHER = {"@type": "NewsMediaOrganization", "name": NAME, "url": HOME}


def write(rows: Iterable[Row], job: Job) -> int:
    """Write the rows; returns how many there were."""
    return write_documents(rows, job, document)


def document(record: Json, concepts: Concepts) -> Json:
    """Return an article as schema.org has it; what is not known is not there."""
    tags = record["tags"]
    whole = {
        "@context": "https://schema.org",
        "@type": _type(record),
        "@id": record["url"],
        "url": record["url"],
        "mainEntityOfPage": record["url"],
        "identifier": record["id"],
        "version": record["revision"],
        "headline": record["headline"],
        "alternativeHeadline": record["alternative_headline"],
        "description": record["description"],
        "articleBody": record["article_body"],
        "articleSection": record["article_section"],
        "inLanguage": record["in_language"],
        "datePublished": record["date_published"] or record["date_published_day"],
        "dateModified": record["date_modified"],
        "author": [_author(author) for author in record["authors"]],
        "publisher": PUBLISHER,
        "keywords": [_keyword(keyword) for keyword in record["keywords"]],
        "genre": [address for tag in tags if tag["kind"] == "genre" for address in addresses(concepts.get(tag["id"]))],
        "about": [_thing(tag, concepts) for tag in tags if tag["kind"] == "topic"],
        "mentions": [_thing(tag, concepts) for tag in tags if tag["kind"] not in ("topic", "genre")],
        "image": [_image(image) for image in record["images"]],
        "video": [_video(block) for block in record["blocks"] if block["type"] == "video" and block["url"]],
        "correction": _correction(record),
        "usageInfo": TERMS,
        "sdDatePublished": record["emitted_at"],
    }
    return _known(whole)


def _type(record: Json) -> str:
    if record["is_sponsored"]:
        return SPONSORED
    genres = {tag["id"] for tag in record["tags"]}
    return next((kind for genre, kind in TYPES.items() if genre in genres), PLAIN)


def _author(author: Json) -> Json:
    kind = "Organization" if is_newsroom(author["name"]) else "Person"
    return _known({"@type": kind, "name": author["name"], "url": author["url"]})


def _keyword(keyword: Json) -> Json:
    return _known({"@type": "DefinedTerm", "name": keyword["name"], "url": keyword["url"]})


def _thing(tag: Json, concepts: Concepts) -> Json:
    kind = "DefinedTerm" if tag["kind"] == "topic" else THINGS.get(tag["kind"], "Thing")
    return _known(
        {"@type": kind, "identifier": tag["id"], "name": tag["name"], "sameAs": same_as(concepts.get(tag["id"]))}
    )


def _image(image: Json) -> Json:
    return _known(
        {
            "@type": "ImageObject",
            "url": image["url"],
            "caption": image["caption"],
            "creditText": image["credit"],
            "description": image["alt"],
            "representativeOfPage": image["role"] == "main",
        }
    )


def _video(block: Json) -> Json:
    return _known({"@type": "VideoObject", "embedUrl": block["url"], "caption": block["caption"]})


def _correction(record: Json) -> Json | None:
    """Return what the newsroom changed, for a revision of the text; why it did is not known."""
    if record["event"] != "revised" or record["change_kind"] != "text":
        return None
    how = "Changed without a notice: " if record["silent"] else "Updated: "
    return _known(
        {
            "@type": "CorrectionComment",
            "text": how + ", ".join(record["changes"]),
            "datePublished": record["fetched_at"],
        }
    )


def _known(whole: Json) -> Json:
    return {name: value for name, value in whole.items() if value is not None and value != []}
