"""A survey's pages kept as fixtures: each in a folder of its own, as `saved_pages` and the tests' recorder know it."""

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from espreso_crawler import identity, saved_pages
from espreso_crawler.exceptions import PageError
from espreso_crawler.pages import Page
from espreso_crawler.pages.opt_outs import opt_outs, reserves
from espreso_crawler.survey.captures import Capture, Captures
from espreso_crawler.survey.visitor import without_visitor

FOLDERS = {"article": "articles", "start": "lists", "archive": "lists"}
LONGEST_NAME = 80


@dataclass(slots=True)
class Kept:
    """What was kept, and what was not."""

    articles: int = 0
    lists: int = 0
    reserved: list[str] = field(default_factory=list)
    """Addresses of pages that ask not to be kept."""


def keep(captures: Captures, folder: Path) -> Kept:
    """Write the pages of an edition below a folder; pages that opt out of archives or mining are left out."""
    kept = Kept()
    site = captures.one("reservations")
    for capture in captures.all:
        if capture.kind not in FOLDERS or capture.served is None:
            continue
        try:
            page = capture.served.page(capture.body)
        except PageError:
            continue
        is_reserved = bool(site and not site.problem and reserves(site.body, urlsplit(capture.url).path))
        if is_reserved or {"noarchive", "tdm-reserved"} & set(opt_outs(page)):
            kept.reserved.append(capture.url)
            continue
        _write(folder / FOLDERS[capture.kind] / _name(capture), page, capture)
        if capture.kind == "article":
            kept.articles += 1
        else:
            kept.lists += 1
    return kept


def _write(folder: Path, page: Page, capture: Capture) -> None:
    served = capture.served
    assert served  # noqa: S101  # it gave the page
    # To the second, as meta.json has it: the record is that of the page as it will be read.
    served = replace(served, fetched_at=served.fetched_at.replace(microsecond=0))
    body = without_visitor(page.body, lambda changed: _record(served.page(changed)))
    saved_pages.write(folder, served.page(body), f"survey of {capture.kind} page", charset=served.charset)
    read = saved_pages.read(folder / saved_pages.PAGE)
    (folder / saved_pages.EXPECTED).write_text(saved_pages.written(saved_pages.found_on(read)), "utf-8")


def _record(page: Page) -> saved_pages.Expected:
    """Return what the parsers make of a page, without the digest of its bytes."""
    found = saved_pages.found_on(page)
    found["article"].pop("evidence", None)
    return found


def _name(capture: Capture) -> str:
    slug = "page" if capture.kind != "article" else identity.slug_of(capture.url)
    words = f"{identity.edition_of(capture.url)}-{capture.kind if capture.kind != 'article' else ''}-{slug}"
    return "-".join(re.findall(r"[a-z0-9]+", words.lower()))[:LONGEST_NAME].strip("-")
