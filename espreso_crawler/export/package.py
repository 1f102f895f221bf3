"""``datapackage.json`` (Frictionless Data Package) beside exports: what each file is, fields, count, checksum."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import orjson

from espreso_crawler.exceptions import LedgerError
from espreso_crawler.export.fields import FLAT
from espreso_crawler.export.formats import FORMATS, file_name
from espreso_crawler.export.source import What
from espreso_crawler.items import SCHEMA_VERSION
from espreso_crawler.ledger import Written, write_document
from espreso_crawler.schema.shapes import Field
from espreso_crawler.site import HOME, NAME, TERMS

Json = dict[str, Any]
FILE = "datapackage.json"
TYPES = {str: "string", bool: "boolean", int: "integer", float: "number", date: "date", datetime: "datetime"}
KEYS: dict[What, list[str]] = {"latest": ["id"], "revisions": ["id", "revision"], "tags": ["id", "tag"]}
ABOUT: dict[What, str] = {
    "latest": "The newest revision of each article that stands.",
    "revisions": "Every revision of every article, also removals, retractions and erasures.",
    "feed": "Every change of an entry of the news feed.",
    "tags": "A row for each concept that the newest revision of an article names.",
}
CSV = "Cells that a spreadsheet would take for a formula begin with an apostrophe; lists are separated by |."


def describe(folder: Path, name: str, what: What, written: Written, since: datetime | None) -> None:
    """Put an exported file into the folder's package, in place of what stood there under its name.

    Raises LedgerError when a file of this name there is no data package, or nothing can be written.
    """
    path = folder / FILE
    resource = _resource(name, what, written, since)
    others = [each for each in _resources(path) if each["path"] != resource["path"]]
    write_document(path, _package(sorted([*others, resource], key=lambda each: str(each["path"]))))


def _package(resources: list[Json]) -> Json:
    return {
        "profile": "data-package",
        "name": "espreso-articles",
        "title": f"Articles of {NAME}, exported by espreso_crawler",
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "sources": [{"title": NAME, "path": HOME}],
        "licenses": [{"name": "other-closed", "title": TERMS, "path": HOME}],
        "schema_version": SCHEMA_VERSION,
        "resources": resources,
    }


def _resource(name: str, what: What, written: Written, since: datetime | None) -> Json:
    path = file_name(name, what)
    return {
        "name": path.replace(".", "-").lower(),
        "path": path,
        "profile": "tabular-data-resource" if name == "csv" else "data-resource",
        "description": " ".join([ABOUT[what], CSV if name == "csv" else ""]).strip(),
        "format": name,
        "mediatype": FORMATS[name].media_type,
        "bytes": written.bytes,
        "hash": f"sha256:{written.sha256}",
        "count": written.count,
        "exported": datetime.now(UTC).isoformat(timespec="seconds"),
        **({"since": since.isoformat()} if since else {}),
        **({"encoding": "utf-8-sig", "schema": _table_schema(what)} if name == "csv" else {}),
    }


def _table_schema(what: What) -> Json:
    keys = {"primaryKey": KEYS[what]} if what in KEYS else {}
    return {"fields": [_field(field) for field in FLAT[what]], **keys}


def _field(field: Field) -> Json:
    kind = "string" if field.repeated else TYPES[field.type]
    form = {"format": "any"} if kind == "datetime" else {}  # the default is UTC only
    return {"name": field.name, "type": kind, **form, "description": field.doc}


def _resources(path: Path) -> list[Json]:
    try:
        return list(orjson.loads(path.read_bytes())["resources"])
    except FileNotFoundError:
        return []
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise LedgerError(f"{path}: not a data package: move it away, or export into another folder") from error
