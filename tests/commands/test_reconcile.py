"""``scrapy ledger reconcile``: well after a real crawl, and each harm to the output is found, named and mended."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from espreso_crawler.commands.reconcile import _article
from espreso_crawler.items import article_digests
from tests.commands.test_ledger import assert_refused, scrapy
from tests.crawls import Desk
from tests.site import FEED, DemoSite, running, small


@pytest.fixture
def demo() -> Iterator[DemoSite]:
    with running(small()) as site:
        yield site


@pytest.fixture
def desk(demo: DemoSite, tmp_path: Path) -> Desk:
    desk = Desk(tmp_path)
    desk.crawl(f"start={demo.url}/news", "limit=5")
    return desk


def reconcile(desk: Desk, *options: str) -> tuple[int, list[str]]:
    done = scrapy(desk, "ledger", "reconcile", *options)
    assert done.stderr == b""
    return done.returncode, done.stdout.decode().splitlines()


def test_what_is_lost_is_named_and_the_next_crawl_writes_it_again(demo: DemoSite, desk: Desk):
    assert reconcile(desk) == (0, ["all is well: 5 lines of articles, 2 segments of all streams"])
    (lost,), records = desk.files(), desk.records()
    lost.unlink()
    stranger = lost.with_name("000000000077-stranger.jsonl")
    stranger.write_text("{torn\n")
    (feed,) = desk.files("feed")
    feed.with_suffix(".manifest.json").write_text("{}")
    names = sorted(record["id"] for record in records)
    output = desk.home / "output"
    code, found = reconcile(desk)
    assert (code, found[:-1]) == (4, [
        f"missing file: {lost.relative_to(output)}",
        f"manifest mismatch: {feed.relative_to(output)}",
        f"foreign file: {stranger.relative_to(output)}",
        f"torn line: {stranger.relative_to(output)}:1",
        *(f"missing line: {name} revision 1" for name in names),
    ])  # fmt: skip
    code, found = reconcile(desk, "--fix")
    assert (code, found[-6:-1]) == (4, [f"line to be written again: {name} revision 1" for name in names])
    desk.crawl(f"start={demo.url}/news", "limit=5", settings={"ESPRESO_BACKOFF_SECONDS": "0"})
    assert sorted((record["id"], record["revision"]) for record in desk.records()) == [(name, 1) for name in names]
    assert reconcile(desk)[0] == 0


def test_a_ledger_comes_back_from_the_output(desk: Desk):
    for path in (desk.home / "state").glob("ledger.sqlite3*"):
        path.unlink()
    code, found = reconcile(desk, "--rebuild")
    assert (code, found) == (0, [
        f"rebuilt: 2 segments, 5 articles, {FEED} entries",
        "all is well: 5 lines of articles, 2 segments of all streams",
    ])  # fmt: skip
    for record in desk.records():
        digests = article_digests(_article(record))
        assert (digests.text, digests.record) == (record["text_digest"], record["record_digest"])
    assert_refused(scrapy(desk, "ledger", "reconcile", "--rebuild"), 4, "this ledger knows sealed files")

    (sealed,) = desk.files()
    moved = desk.home / sealed.name
    sealed.rename(moved)
    code, found = reconcile(desk, "--archived", str(moved))
    assert code == 0
    assert found[0].endswith(f"is archived as {moved}")
    moved.write_bytes(json.dumps({}).encode())
    assert_refused(
        scrapy(desk, "ledger", "reconcile", "--archived", str(moved)), 4, "not a file that this ledger sealed"
    )


def test_without_a_ledger_nothing_is_compared(tmp_path: Path):
    assert_refused(scrapy(Desk(tmp_path), "ledger", "reconcile"), 4, "there is no ledger")
