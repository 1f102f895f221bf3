"""Pages in files: a page alone, or a folder of its own with where and when it was fetched, and what comes out of it.

The folder holds `page.html.gz`, `meta.json` (``url``, ``fetched_at``, ``reason``; ``charset`` and ``headers`` of the
answer where they matter; ``right``, the fields that a person read off the page) and `expected.json`. Fixtures of the
tests are such folders, and so is what ``scrapy survey --save`` keeps.
"""

import gzip
import json
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from espreso_crawler.exceptions import BrokenPage, PageError
from espreso_crawler.pages import Page, article, feed
from espreso_crawler.pages.listing import listing
from espreso_crawler.record import FORM

PAGE, META, EXPECTED = "page.html.gz", "meta.json", "expected.json"
NAMES = ("*.html", "*.htm", "*.html.gz", "*.htm.gz")
GZIP = b"\x1f\x8b"
# What no page says of itself: this program's versions and memory, and what pipelines add.
NOT_OF_THE_PAGE = frozenset({
    "schema_version", "extractor_version", "event", "id", "revision", "run_id", "emitted_at", "feed",
    "tags", "vocabulary_version", "is_sponsored", "cited_agencies", "near_duplicate_of", "similarity",
    "changes", "change_kind", "silent", "retracts", "reason",
})  # fmt: skip
Expected = dict[str, dict[str, Any]]
"""What the parsers make of a page: the fields of `article`, `feed`, `listing`, or the error they end in."""


def pages_in(folder: Path) -> list[Path]:
    """Return the pages in a folder and those below it, by name."""
    return sorted({path for name in NAMES for path in folder.rglob(name) if path.is_file()})


def read(path: Path, *, url: str | None = None, fetched_at: datetime | None = None) -> Page:
    """Return a saved page, gzipped or not.

    Where it was fetched and when is what is given, else what the `meta.json` beside it says, else what the page says of
    itself and the time of its file. Raises `PageError`, and OSError or ValueError that names the file.
    """
    body = path.read_bytes()
    meta = meta_of(path.parent) if path.name == PAGE else {}
    saved = meta.get("fetched_at")
    return Page.read(
        unpacked(body, str(path)),
        url=url or meta.get("url"),
        fetched_at=fetched_at
        or (datetime.fromisoformat(saved) if saved else datetime.fromtimestamp(int(path.stat().st_mtime), UTC)),
        charset=meta.get("charset"),
        headers=meta.get("headers"),
    )


def unpacked(body: bytes, name: str) -> bytes:
    """Return a body without its gzip, if it has one. Raises `BrokenPage`."""
    if not body.startswith(GZIP):
        return body
    try:
        return gzip.decompress(body)
    except (OSError, EOFError, zlib.error) as error:
        raise BrokenPage(f"{name}: broken gzip: {error}") from error


def write(folder: Path, page: Page, reason: str, *, charset: str | None = None, right: Expected | None = None) -> None:
    """Write a page and its `meta.json` into a folder of its own; ``reason`` says why it is kept."""
    meta = {
        "url": page.url,
        "fetched_at": page.fetched_at.astimezone(UTC).replace(microsecond=0),
        "reason": reason,
        **({"charset": charset} if charset else {}),
        **({"headers": dict(page.headers)} if page.headers else {}),
        **({"right": right} if right else {}),
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / PAGE).write_bytes(gzip.compress(page.body, mtime=0))
    (folder / META).write_bytes(orjson.dumps(meta, option=FORM | orjson.OPT_INDENT_2) + b"\n")


def found_on(page: Page) -> Expected:
    """Return what the parsers make of a page; what holds no article may be a page of the archive."""
    found = {"article": _outcome(article, page), "feed": _outcome(feed, page)}
    for name in NOT_OF_THE_PAGE:
        found["article"].pop(name, None)
    return found if "error" not in found["article"] else found | {"listing": _outcome(listing, page)}


def written(expected: Expected) -> str:
    """Return JSON with a line for each field and each member of a list, so that a diff shows what changed."""
    parts = (f"  {_json(part)}: {{\n{_fields(fields)}\n  }}" for part, fields in expected.items())
    return "{\n" + ",\n".join(parts) + "\n}\n"


def meta_of(folder: Path) -> dict[str, Any]:
    """Return the `meta.json` of a folder, empty without one. Raises ValueError that names the file."""
    file = folder / META
    if not file.exists():
        return {}
    try:
        meta = json.loads(file.read_text("utf-8"))
    except ValueError as error:
        raise ValueError(f"{file}: not JSON: {error}") from error
    if not isinstance(meta, dict):
        raise ValueError(f"{file}: give a JSON object with url and fetched_at")  # noqa: TRY004  # bad input, no bug
    return meta


def _outcome(parse: Callable[[Page], Any], page: Page) -> dict[str, Any]:
    try:
        return orjson.loads(orjson.dumps(parse(page), option=FORM))  # type: ignore[no-any-return]  # an object in JSON
    except PageError as error:
        return {"error": type(error).__name__, "text": str(error)}


def _fields(fields: dict[str, Any]) -> str:
    return ",\n".join(f"    {_json(name)}: {_value(value)}" for name, value in fields.items())


def _value(value: Any) -> str:
    if not isinstance(value, list) or not value:
        return _json(value)
    return "[\n" + ",\n".join(f"      {_json(member)}" for member in value) + "\n    ]"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
