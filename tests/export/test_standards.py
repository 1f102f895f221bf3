"""Formats of published standards, compared with the sealed records: schema.org, ninjs, Atom, Data Package."""

import csv
import io
import re
from datetime import datetime
from io import BytesIO
from typing import Any

import feedparser
import orjson

from espreso_crawler.export.formats import FORMATS
from espreso_crawler.export.source import Source
from espreso_crawler.export.writing import to_stream
from tests.checkout import ROOT
from tests.export.sealed import CONCEPTS, RECORDS, article, ended, json_lines, seal, written
from tests.said import Row
from tests.said import rows as table_rows


def test_jsonld_says_what_the_record_says(output):
    for record, document in zip(
        RECORDS[:1] + RECORDS[2:] + RECORDS[1:2], json_lines(written(output, "jsonld")), strict=True
    ):
        same = {
            "headline": "headline", "alternativeHeadline": "alternative_headline", "description": "description",
            "articleBody": "article_body", "articleSection": "article_section", "inLanguage": "in_language",
            "dateModified": "date_modified", "identifier": "id", "version": "revision", "url": "url",
        }  # fmt: skip
        assert {name: document.get(name) for name in same} == {name: record[field] for name, field in same.items()}
        assert document["datePublished"] == (record["date_published"] or record["date_published_day"])
        assert [author["name"] for author in document["author"]] == [author["name"] for author in record["authors"]]
        assert [word["name"] for word in document["keywords"]] == [word["name"] for word in record["keywords"]]
        assert [image["url"] for image in document.get("image", [])] == [image["url"] for image in record["images"]]
        named = [thing["identifier"] for name in ("about", "mentions") for thing in document.get(name, [])]
        assert sorted(named) == sorted(each["id"] for each in record["tags"] if each["kind"] != "genre")
        assert None not in document.values()
        assert [] not in document.values()


def test_jsonld_types_codes_and_corrections(output):
    plain, revised, opinion = json_lines(written(output, "jsonld"))
    assert (plain["@type"], opinion["@type"]) == ("NewsArticle", "OpinionNewsArticle")
    assert opinion["genre"] == ["http://cv.iptc.org/newscodes/genre/Opinion"]
    assert "http://www.wikidata.org/entity/Q42308" in opinion["mentions"][0]["sameAs"]
    assert [thing.get("sameAs") for thing in opinion["about"]] == [
        ["http://cv.iptc.org/newscodes/mediatopic/20000056"],
        None,
    ]
    assert revised["correction"]["text"] == "Changed without a notice: headline"
    assert "correction" not in plain


def test_ninjs_is_valid_under_the_table_in_the_docs(output):
    seal(output, ended("removed", id="global:8", revision=3), number=2)
    fields = {row.cells[0]: row.cells[1] for row in ninjs_fields()}
    objects = json_lines(written(output, "ninjs", "revisions"))
    assert len(objects) == 4
    for each in objects:
        assert [complaint for name, value in each.items() for complaint in broken(name, value, fields)] == []
        assert {"uri", "versionCreated", "pubStatus", "version"} <= set(each)


def ninjs_fields() -> list[Row]:
    return table_rows(ROOT / "docs" / "exports.md", "ninjs")


def broken(name: str, value: Any, fields: dict[str, str]) -> list[str]:
    """Return what is wrong with a property, by the documented type: `string`, `date-time`, words, or parts in a list."""
    kind = fields.get(name)
    if kind is None:
        return [f"{name}: not in the table"]
    if kind.startswith("list of"):
        parts = set(re.findall(r"\w+", kind.removeprefix("list of")))
        return [f"{name}.{part}" for each in value for part in each if part not in parts]
    if kind.startswith("object of"):
        return [f"{name}.{part}" for part in value if part not in re.findall(r"\w+", kind)]
    if kind == "date-time":
        return [] if datetime.fromisoformat(value).tzinfo else [f"{name}: {value}"]
    return (
        []
        if isinstance(value, str) and (kind == "string" or value in re.findall(r"\w+", kind))
        else [f"{name}: {value}"]
    )


def test_ninjs_times_codes_and_ends(output):
    seal(output, ended("removed", id="global:8", revision=3), number=2)
    *_, opinion = objects = json_lines(written(output, "ninjs", "revisions"))
    by_version = {(each["uri"], each["version"]): each for each in objects}
    uris = [{each["uri"] for each in objects if each["version"] in numbers} for numbers in ("23", "3")]
    assert len(uris[0]) == 1 == len(uris[1])
    (uri,) = uris[0]
    silent, over = by_version[uri, "2"], by_version[uri, "3"]
    assert (silent["firstCreated"], silent["versionCreated"]) == ("2024-11-02T11:37:00+02:00", "2024-11-02T10:00:01Z")
    assert (silent["pubStatus"], over["pubStatus"], over["edNote"]) == ("usable", "canceled", "as asked")
    assert "firstCreated" not in opinion
    assert [subject.get("uri") for subject in opinion["subjects"]] == [
        "http://cv.iptc.org/newscodes/mediatopic/20000056",
        None,  # a concept narrower than any Media Topic: that one stands beside it
        "http://cv.iptc.org/newscodes/mediatopic/20000602",
        "https://global.espreso.tv/schools",
    ]
    assert opinion["genres"][0]["uri"] == "http://cv.iptc.org/newscodes/genre/Opinion"


def test_atom_is_read_by_feedparser_and_a_revision_is_the_same_entry(output):
    first = feedparser.parse(str(written(output, "atom")))
    assert first.bozo is False
    assert [entry.title for entry in first.entries] == [RECORDS[1]["headline"], *[RECORDS[0]["headline"]] * 2]
    plain = first.entries[2]
    assert (plain.link, plain.published) == (RECORDS[0]["url"], RECORDS[0]["date_published"])
    assert [(each["term"], each["label"]) for each in plain.tags] == [("topic:schools", "Schools")]
    assert "<p>The town opened a school.</p>" in plain.content[0].value

    seal(
        output, article(revision=2, event="revised", silent=False, date_modified="2024-11-03T09:00:00+02:00"), number=2
    )
    updated = {entry.id: entry.updated for entry in feedparser.parse(str(written(output, "atom"))).entries}
    assert len(updated) == 3
    assert (plain.updated, updated[plain.id]) == ("2024-11-02T11:37:00+02:00", "2024-11-03T09:00:00+02:00")


def test_markup_in_an_article_is_text_in_atom(tmp_path):
    hostile = "</p><script>alert(1)</script>\x00\x0b"
    block: dict[str, Any] = {"type": "paragraph", "text": hostile, "items": [], "url": None}
    seal(tmp_path / "output", article(headline=hostile, blocks=[block]))
    document = written(tmp_path / "output", "atom").read_text("utf-8")
    assert "<script" not in document
    assert "&amp;lt;script" in document


def test_the_package_describes_each_file_and_keeps_the_others(output):
    paths = [written(output, "csv"), written(output, "jsonl"), written(output, "csv")]
    package = orjson.loads((paths[0].parent / "datapackage.json").read_bytes())
    assert [(each["path"], each["count"], each["bytes"]) for each in package["resources"]] == [
        (path.name, 3, path.stat().st_size) for path in paths[:2]
    ]
    names = [field["name"] for field in package["resources"][0]["schema"]["fields"]]
    assert names == next(csv.reader(io.StringIO(paths[0].read_text("utf-8-sig"))))


def test_a_stream_has_the_bytes_of_the_file(output):
    for name in set(FORMATS) - {"sqlite", "atom"}:  # an Atom feed says when it was made
        out = BytesIO()
        to_stream(Source(output, "latest"), name, out, concepts=lambda: CONCEPTS)
        assert out.getvalue() == written(output, name).read_bytes(), name
