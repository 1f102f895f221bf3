"""Crawls that drop near-copies: of an original and its copy one at least is written, whatever becomes of the original."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.crawls import ROOT, Desk, ended, start
from tests.forked import scrapy
from tests.site import DemoSite, Fault, Site, running, small
from tests.waiting import wait_until

DROP = {"ESPRESO_NEAR_DUPLICATES": "drop"}
SITE = Site(small())
COPY = next(brief for number in range(SITE.newest + 1, SITE.newest + 60) if (brief := SITE.brief(number)).reprint_of)
ORIGINAL = SITE.brief(COPY.reprint_of or 0)
LATE = Fault("hold", path=f"/{COPY.slug}")
READ = ("held", "emitted")
"""States of an entry whose page is read, before a verdict and where there is none."""
STRANGE = Fault("trick", path=f"/{ORIGINAL.slug}", trick="other_year")  # two dates: it is quarantined


@pytest.fixture
def demo() -> Iterator[DemoSite]:
    options = small(tape_entries=6, strays=(f"/{ORIGINAL.slug}",))
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


def crawl_with_the_original_first(demo: DemoSite, desk: Desk, *faults: Fault, **settings: str) -> None:
    """Crawl, and let the site keep the copy back until the original is read, which the feed shows last."""
    demo.control.set_faults(LATE, *faults)
    crawl = desk.start(start(demo), settings=settings)
    wait_until(lambda: end_of(desk, ORIGINAL.slug)[0] in READ or crawl.poll() is not None, "the original")
    demo.control.set_faults(*faults)
    done = ended(crawl)
    assert done.exit_code == 0, done.log


def end_of(desk: Desk, slug: str) -> tuple[str, str | None]:
    """Return the state of an article's entry, and why; no state as long as the ledger does not know it."""
    try:
        with closing(sqlite3.connect(f"file:{desk.home}/state/ledger.sqlite3?mode=ro", uri=True)) as ledger:
            found = ledger.execute("SELECT state, error FROM entries WHERE url LIKE ?", (f"%{slug}",)).fetchone()
    except sqlite3.OperationalError:  # no file yet, or no tables
        found = None
    return found or ("", None)


@pytest.mark.parametrize("monitors", ["1", "0"])
def test_a_copy_is_dropped_for_the_original_that_goes_out_with_it(demo: DemoSite, desk: Desk, monitors: str) -> None:
    crawl_with_the_original_first(demo, desk, ESPRESO_MONITORS=monitors)
    assert written(desk) == {"original": None}
    (original,) = (record["id"] for record in desk.records() if record["url"].endswith(ORIGINAL.slug))
    assert end_of(desk, COPY.slug) == ("rejected", f"nearly the text of {original}")
    assert desk.runs()[-1]["counts"]["outcome"]["near_copy"] == desk.runs()[-1]["stats"]["espreso/near_copy"] == 1


def test_a_copy_of_what_is_quarantined_is_written(demo: DemoSite, desk: Desk) -> None:
    crawl_with_the_original_first(demo, desk, STRANGE)
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
