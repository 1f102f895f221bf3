"""IPTC ninjs 3.3: each article revision as a news object, one a line; the fields are listed in docs/exports.md."""

from collections.abc import Iterable, Iterator
from typing import Any

from espreso_crawler.export.codes import addresses, same_as
from espreso_crawler.export.job import Job
from espreso_crawler.export.lines import Concepts, Json, write_documents
from espreso_crawler.export.newsroom import urn, version_created
from espreso_crawler.export.source import Row
from espreso_crawler.site import NAME, TERMS

STANDARD = {"name": "ninjs", "version": "3.3", "schema": "http://www.iptc.org/std/ninjs/ninjs-schema_3.3.json#"}
ENDED = ("removed", "retracted", "erased")
CREATOR = "espreso_crawler"
TYPES = {"video": "video", "gallery": "composite"}
"""By `content_kind`; all else is text."""
NAMED = {
    "people": ("person",),
    "organisations": ("organisation",),
    "places": ("country", "place"),
    "objects": ("weapon",),
}
"""Property -> kinds of tags in it; topics are subjects, genres are genres."""
NEAR = ("exactMatch", "closeMatch")
"""Relations by which a concept may bear its Media Topic's code; a broader topic is named beside it."""


def write(rows: Iterable[Row], job: Job) -> int:
    """Write the rows; returns how many there were."""
    return write_documents(rows, job, news_object)


def news_object(record: Json, concepts: Concepts) -> Json:
    """Return a revision as a ninjs object; what is not known is not there."""
    is_over = record["event"] in ENDED
    whole = {
        "uri": urn(record["id"]),
        "standard": STANDARD,
        "type": TYPES.get(record["content_kind"], "text"),
        "representationType": "partial" if is_over or record["article_body"] is None else "full",
        "version": str(record["revision"]),
        "firstCreated": record["date_published"],
        "versionCreated": record["emitted_at"] if is_over else version_created(record),
        "pubStatus": "canceled" if is_over else "usable",
        "edNote": record["reason"],
        "copyrightHolder": NAME,
        "usageTerms": TERMS,
        "language": record["in_language"],
        "by": ", ".join(author["name"] for author in record["authors"]) or None,
        "altIds": [{"role": "id", "value": record["id"]}],
        "renditions": [{"name": "web", "href": record["url"], "contentType": "text/html"}] if record["url"] else [],
        "infoSources": [{"name": agency, "role": "cited"} for agency in record["cited_agencies"]],
        **_texts(record),
        **_concepts(record["tags"], concepts),
        "associations": [_picture(number, image) for number, image in enumerate(record["images"], 1)],
    }
    whole["subjects"] += [
        _known({"name": keyword["name"], "rel": "keyword", "uri": keyword["url"]}) for keyword in record["keywords"]
    ]
    return _known(whole)


def _texts(record: Json) -> Json:
    body = record["article_body"]
    size = {"charCount": len(body), "wordCount": len(body.split())} if body else {}
    headlines = {"main": record["headline"], "alternative": record["alternative_headline"]}
    return {
        "headlines": [{"role": role, "value": text} for role, text in headlines.items() if text],
        "descriptions": [{"role": "lead", "value": record["description"]}] if record["description"] else [],
        "bodies": [{"role": "main", "contentType": "text/plain", **size, "value": body}] if body else [],
    }


def _concepts(tags: list[Json], concepts: Concepts) -> dict[str, Any]:
    named = {name: [_named(tag, concepts) for tag in tags if tag["kind"] in kinds] for name, kinds in NAMED.items()}
    genres = [_named(tag, concepts, of_genre=True) for tag in tags if tag["kind"] == "genre"]
    subjects = [subject for tag in tags if tag["kind"] == "topic" for subject in _subjects(tag, concepts)]
    return {**named, "genres": genres, "subjects": subjects}


def _named(tag: Json, concepts: Concepts, *, of_genre: bool = False) -> Json:
    concept = concepts.get(tag["id"])
    uris = addresses(concept) if of_genre else same_as(concept)
    return _known({"name": tag["name"], "literal": tag["id"], "uri": next(iter(uris), None)})


def _subjects(tag: Json, concepts: Concepts) -> Iterator[Json]:
    concept = concepts.get(tag["id"])
    codes = addresses(concept)
    own = codes[:1] if concept and concept.mapping in NEAR else []
    yield _known({"name": tag["name"], "literal": tag["id"], "uri": next(iter(own), None), "creator": CREATOR})
    yield from ({"uri": code, "creator": CREATOR} for code in codes if code not in own)


def _picture(number: int, image: Json) -> Json:
    return _known(
        {
            "name": f"{image['role']}-{number}",
            "uri": image["url"],
            "type": "picture",
            "by": image["credit"],
            "descriptions": [{"role": "caption", "value": image["caption"]}] if image["caption"] else [],
            "renditions": [{"name": "original", "href": image["url"]}],
        }
    )


def _known(whole: Json) -> Json:
    return {name: value for name, value in whole.items() if value is not None and value != []}
