"""Records a page as a fixture: ``python -m tests.record FILE|URL NAME --reason "why this page is there"``.

A fixture is a folder of `tests/fixtures/`: the page; where and when it was fetched, and why it is there; what comes out
of it. That is what the parsers make of it, but for the fields that a person read off the page (``--right FIELD=VALUE``):
those stand in `meta.json`, no recording changes them, and the fixture's test fails until the parsers agree with them.
``--all`` asks the parsers again, after a change of extraction that is meant.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from scrapy.utils.project import get_project_settings

from espreso_crawler import saved_pages
from espreso_crawler.commands import extract
from espreso_crawler.exceptions import PageError
from espreso_crawler.identity import payload_digest
from espreso_crawler.items import EXTRACTOR_VERSION
from espreso_crawler.pages import Page
from espreso_crawler.saved_pages import EXPECTED, PAGE, Expected, found_on, written

FIXTURES = Path(__file__).parent / "fixtures"
VERSION = "version.json"
NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LONGEST_SHOWN = 120


class Refused(Exception):  # noqa: N818  # it reads as what happened
    """The recorder does not do what it was asked; its text says why."""


def names(fixtures: Path = FIXTURES) -> list[str]:
    """Return the names of all fixtures."""
    return sorted(folder.name for folder in fixtures.iterdir() if folder.is_dir())


def stored_page(folder: Path) -> Page:
    """Return the page of a fixture, as it was when it was fetched."""
    return saved_pages.read(folder / PAGE)


def expected_of(folder: Path) -> Expected:
    """Return what a fixture says should come out."""
    return json.loads((folder / EXPECTED).read_text("utf-8"))


def differences(name: str, expected: Expected, found: Expected) -> list[str]:
    """Return one line for each field that differs, with the fixture's and the field's name."""
    return [
        f"{name}: {part}.{field}{place}: expected {_short(one)}, found {_short(other)}"
        for part in sorted(expected.keys() | found.keys())
        for field, one, other in _pairs(expected.get(part, {}), found.get(part, {}))
        for place, one, other in _first_difference(one, other)
    ]


def digests(fixtures: Path = FIXTURES) -> dict[str, str]:
    """Return the digest of every fixture's expected output."""
    return {name: payload_digest((fixtures / name / EXPECTED).read_bytes()) for name in names(fixtures)}


def recorded_version(fixtures: Path = FIXTURES) -> dict[str, Any]:
    """Return the extractor version and the digests that belong together; before the first recording, none."""
    file = fixtures / VERSION
    empty = {"extractor_version": EXTRACTOR_VERSION, "expected": {}}
    return json.loads(file.read_text("utf-8")) if file.exists() else empty


def record(
    page: Page, name: str, reason: str, fixtures: Path, *, again: bool = False, right: Expected | None = None
) -> list[str]:
    """Write a fixture; return what to tell the person. Raises `Refused`, before it writes anything.

    ``right`` holds the fields that the person read off the page.
    """
    folder = fixtures / name
    if not NAME.fullmatch(name):
        raise Refused(f"{name!r} is no name for a fixture: lower-case words, joined by hyphens")
    if not reason.strip():
        raise Refused("a fixture needs a reason: --reason")
    if folder.exists() and not again:
        raise Refused(f"{name} is there already; --again overwrites it")
    if recorded_version(fixtures)["extractor_version"] != EXTRACTOR_VERSION:
        raise Refused("EXTRACTOR_VERSION was raised: run --all first")
    replaced = stored_page(folder) if folder.exists() else None
    before: Expected = saved_pages.meta_of(folder).get("right", {})
    merged = {part: before.get(part, {}) | (right or {}).get(part, {}) for part in before | (right or {})}
    saved_pages.write(folder, page, reason.strip(), right=merged)
    changes = _write_expected(folder)
    return changes + _write_version(fixtures, [] if _is_same(page, replaced) and not right else [name])


def record_all(fixtures: Path) -> list[str]:
    """Ask the parsers again about every page; return what changed."""
    changes = [line for name in names(fixtures) for line in _write_expected(fixtures / name)]
    return [*changes, *_write_version(fixtures, [])]


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    parser = _parser()
    asked = parser.parse_args(arguments)
    if asked.all == bool(asked.page) or asked.all == bool(asked.name):
        parser.error("give a page and a name, or --all")
    try:
        lines = record_all(FIXTURES) if asked.all else _recorded(asked)
    except (Refused, PageError, OSError, ValueError) as error:
        lines = [f"refused: {error}"]
    sys.stdout.writelines(f"{line}\n" for line in lines)
    return int(any(line.startswith(("refused", "warning")) for line in lines))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.record", description="Record a page as a fixture.")
    parser.add_argument("page", nargs="?", metavar="FILE|URL", help="a saved page, also gzipped, or an address")
    parser.add_argument("name", nargs="?", metavar="NAME", help="the fixture's folder in tests/fixtures")
    parser.add_argument("--reason", default="", help="why this page is there")
    parser.add_argument("--url", help="address of a saved page (default: what the page says)")
    parser.add_argument("--fetched-at", help="ISO time at which a saved page was fetched (default: file time)")
    parser.add_argument(
        "--right", action="append", default=[], metavar="FIELD=VALUE",
        help="what the page says, read by you, where the parser is wrong; VALUE is text or JSON (may be repeated)",
    )  # fmt: skip
    parser.add_argument("--again", action="store_true", help="overwrite a fixture of that name")
    parser.add_argument("--all", action="store_true", help="write every expected.json again from its page")
    return parser


def _recorded(asked: argparse.Namespace) -> list[str]:
    lines = record(_page(asked), asked.name, asked.reason, FIXTURES, again=asked.again, right=_right(asked.right))
    folder = FIXTURES / asked.name
    wrong = differences(asked.name, expected_of(folder), found_on(stored_page(folder)))
    return [
        *lines,
        *(f"the parser is wrong: {line}" for line in wrong),
        f"recorded: check tests/fixtures/{asked.name}/{EXPECTED} line by line against the page",
    ]


def _right(given: list[str]) -> Expected:
    """Return the fields that a person gave: of the article, else of the part that is named before a full stop."""
    right: Expected = {}
    for each in given:
        name, is_given, value = each.partition("=")
        part, _, field = name.rpartition(".")
        if not is_given or not field:
            raise Refused(f"--right {each}: give FIELD=VALUE, such as headline='A bridge opens'")
        try:
            right.setdefault(part or "article", {})[field] = json.loads(value)
        except ValueError:
            right.setdefault(part or "article", {})[field] = value
    return right


def _page(asked: argparse.Namespace) -> Page:
    if not asked.page.startswith(("http://", "https://")):
        fetched_at = datetime.fromisoformat(asked.fetched_at) if asked.fetched_at else None
        return saved_pages.read(Path(asked.page), url=asked.url, fetched_at=fetched_at)
    page = extract.fetched(get_project_settings(), [asked.page])[asked.page]
    if not isinstance(page, Page):
        raise Refused(page)
    return page


def _is_same(page: Page, other: Page | None) -> bool:
    return other is not None and all(
        getattr(page, name) == getattr(other, name) for name in ("body", "url", "fetched_at")
    )


def _write_expected(folder: Path) -> list[str]:
    """Write what the parsers make of a fixture's page, and what a person read off it; return the fields that changed."""
    file, found = folder / EXPECTED, found_on(stored_page(folder))
    for part, fields in saved_pages.meta_of(folder).get("right", {}).items():
        found.setdefault(part, {}).update(fields)
    changes = differences(folder.name, expected_of(folder), found) if file.exists() else []
    file.write_text(written(found), "utf-8")
    return changes


def _write_version(fixtures: Path, new: list[str]) -> list[str]:
    """Bind the output to the extractor version, except what changed on the same page in the same version."""
    bound, now = recorded_version(fixtures), digests(fixtures)
    changed: list[str] = []
    if bound["extractor_version"] == EXTRACTOR_VERSION:
        kept = bound["expected"]
        changed = [name for name in now if name in kept and name not in new and kept[name] != now[name]]
        now |= {name: kept[name] for name in changed}
    version = {"extractor_version": EXTRACTOR_VERSION, "expected": now}
    (fixtures / VERSION).write_text(f"{json.dumps(version, indent=2)}\n", "utf-8")
    if not changed:
        return []
    return [
        f"warning: the same page gives something else: {', '.join(changed)}",
        f"warning: if that is meant, raise EXTRACTOR_VERSION ({EXTRACTOR_VERSION}) in items.py, then --all",
    ]


def _pairs(one: dict[str, Any], other: dict[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    absent = "no such field"
    for field in one | other:
        pair = one.get(field, absent), other.get(field, absent)
        if pair[0] != pair[1]:
            yield field, *pair


def _first_difference(one: Any, other: Any) -> Iterator[tuple[str, Any, Any]]:
    """Yield where two values differ: for lists of one length, each place."""
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        yield from (
            (f"[{place}]", *pair) for place, pair in enumerate(zip(one, other, strict=True)) if pair[0] != pair[1]
        )
    else:
        yield "", one, other


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _short(value: Any) -> str:
    shown = _json(value)
    return shown if len(shown) <= LONGEST_SHOWN else f"{shown[:LONGEST_SHOWN]}…"


if __name__ == "__main__":
    sys.exit(main())
