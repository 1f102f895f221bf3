"""Crawls that drop near-copies: of an original and its copy one at least is written, whatever becomes of the original."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.crawls import PAGE, ROOT, Desk, start
from tests.forked import scrapy
from tests.site import DemoSite, Fault, Site, SiteOptions, running

DROP = {"ESPRESO_NEAR_DUPLICATES": "drop"}
SITE = Site(SiteOptions(page_bytes=PAGE))
COPY = next(brief for number in range(SITE.newest + 1, SITE.newest + 60) if (brief := SITE.brief(number)).reprint_of)
ORIGINAL = SITE.brief(COPY.reprint_of or 0)
LATE = Fault("delay", path=f"/{COPY.slug}", seconds=0.5)  # the original is read first, though the feed shows it last
STRANGE = Fault("trick", path=f"/{ORIGINAL.slug}", trick="other_year")  # two dates: it is quarantined


@pytest.fixture
def demo() -> Iterator[DemoSite]:
    options = SiteOptions(page_bytes=PAGE, tape_entries=6, strays=(f"/{ORIGINAL.slug}",))
    with running(options) as site:
        site.control.publish(COPY.number - site.site.newest)
        yield site


@pytest.fixture
def desk(demo: DemoSite, tmp_path: Path) -> Desk:
    return Desk(tmp_path, settings=DROP, now=demo.site.clock.now())


def written(desk: Desk) -> dict[str, str | None]:
    """Return the near-duplicates that the records of the two articles name, by the end of their addresses."""
    both = {COPY.slug: "copy", ORIGINAL.slug: "original"}
    records = {record["url"].rpartition("/")[2]: record["near_duplicate_of"] for record in desk.records()}
    return {both[slug]: named for slug, named in records.items() if slug in both}


def end_of_the_copy(desk: Desk) -> tuple[str, str | None]:
    with closing(sqlite3.connect(desk.home / "state" / "ledger.sqlite3")) as ledger:
        state, error = ledger.execute(
            "SELECT state, error FROM entries WHERE url LIKE ?", (f"%{COPY.slug}",)
        ).fetchone()
    return state, error


@pytest.mark.parametrize("monitors", ["1", "0"])
def test_a_copy_is_dropped_for_the_original_that_goes_out_with_it(demo: DemoSite, desk: Desk, monitors: str) -> None:
    demo.control.set_faults(LATE)
    assert desk.crawl(start(demo), settings={"ESPRESO_MONITORS": monitors}).exit_code == 0
    assert written(desk) == {"original": None}
    (original,) = (record["id"] for record in desk.records() if record["url"].endswith(ORIGINAL.slug))
    assert end_of_the_copy(desk) == ("rejected", f"nearly the text of {original}")
    assert desk.runs()[-1]["counts"]["outcome"]["near_copy"] == desk.runs()[-1]["stats"]["espreso/near_copy"] == 1


def test_a_copy_of_what_is_quarantined_is_written(demo: DemoSite, desk: Desk) -> None:
    demo.control.set_faults(LATE, STRANGE)
    assert desk.crawl(start(demo)).exit_code == 0
    assert desk.runs()[-1]["counts"]["outcome"]["quarantined"] == 1
    assert list(written(desk)) == ["copy"] and written(desk)["copy"], "and it says whose copy it is"

    demo.control.set_faults()
    discarded = ["ledger", "discard", desk.runs()[-1]["run_id"], "--reason", "no number", *places(desk)]
    assert scrapy(discarded, folder=ROOT, now=desk.now, seconds=desk.patience).exit_code == 0
    assert desk.crawl(start(demo)).exit_code == 0
    assert sorted(written(desk)) == ["copy", "original"]
    assert len(desk.records()) == 7


def places(desk: Desk) -> list[str]:
    return ["-s", f"ESPRESO_OUTPUT={desk.home / 'output'}", "-s", f"ESPRESO_STATE={desk.home / 'state'}"]
