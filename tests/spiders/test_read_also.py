"""The spider against the demo site: real crawls, with the real settings but for the delay."""

import json
import signal
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from tests.crawls import Desk, ended, hold, let_go, page_requests, start, told_to_stop, wait_for_requests
from tests.site import FEED, DemoSite, running, small


@pytest.mark.parametrize("language", ["en", "uk"])
def test_every_field_of_the_first_pages_feed_is_true(language, desk: Desk):
    with running(small(language=language)) as demo:
        assert desk.crawl(start(demo)).exit_code == 0
        records = desk.records()
        newest = demo.site.newest
        truths = {truth.url: truth for truth in (demo.site.truth(newest - n, demo.url) for n in range(FEED))}
        assert {record["url"] for record in records} == truths.keys()
        assert len(page_requests(demo)) == FEED + 1  # the start page and each article once
    for record in records:
        truth = truths[record["url"]]
        for name in ("headline", "alternative_headline", "article_body", "author_note", "content_kind"):
            assert record[name] == getattr(truth, name), (record["url"], name)
        assert record["description"] == truth.description
        for name in ("date_published", "date_modified"):
            assert record[name] == getattr(truth, name).isoformat(), (record["url"], name)
        for name in ("authors", "keywords"):
            assert [(part["name"], part["url"]) for part in record[name]] == [
                (part.name, part.url) for part in getattr(truth, name)
            ], (record["url"], name)
        for name in ("links",):
            assert [(part["text"], part["url"]) for part in record[name]] == [
                (part.name, part.url) for part in truth.links
            ], (record["url"], name)
        assert record["feed"]["published_at"] == truth.feed_time.isoformat()
        assert record["is_sponsored"] == truth.is_sponsored
        assert (record["event"], record["revision"], record["entity_id"]) == (
            "created",
            1,
            str(truth.entity_id),
        )


def test_a_second_crawl_of_an_unchanged_site_asks_twice_and_emits_nothing(demo: DemoSite, desk: Desk):
    desk.crawl(start(demo))
    before = desk.files()
    demo.control.clear_log()
    assert desk.crawl(start(demo)).exit_code == 0
    assert desk.files() == before
    assert len(demo.control.log()) == 2  # robots.txt and the start page
    assert desk.runs()[-1]["counts"].get("entry") is None


def test_a_changed_text_is_one_revision(demo: DemoSite, desk: Desk):
    desk.crawl(start(demo))
    number = demo.site.newest - 3
    demo.control.advance(1)
    demo.control.update(number, "text")
    assert desk.crawl(start(demo)).exit_code == 0
    revised = [record for record in desk.records() if record["event"] != "created"]
    assert len(revised) == 1
    (record,) = revised
    assert (record["event"], record["revision"], record["changes"]) == ("revised", 2, ["article_body"])
    assert (record["change_kind"], record["silent"]) == ("text", False)
    assert record["entity_id"] == str(demo.site.truth(number).entity_id)
    assert record["article_body"] == demo.site.truth(number, demo.url).article_body


def test_since_takes_exactly_that_span_at_about_one_request_an_article(demo: DemoSite, desk: Desk):
    since = demo.site.clock.now() - timedelta(hours=60)
    assert desk.crawl(start(demo), f"since={since.isoformat()}").exit_code == 0
    numbers = demo.site.numbers(since, demo.site.clock.now())
    assert sorted(record["entity_id"] for record in desk.records()) == sorted(
        str(demo.site.truth(number).entity_id) for number in numbers
    )
    assert len(page_requests(demo)) <= 1.1 * len(numbers)
    assert desk.runs()[-1]["gaps"] == []


def test_until_leaves_out_what_is_newer(demo: DemoSite, desk: Desk):
    since, until = (demo.site.clock.now() - timedelta(hours=hours) for hours in (20, 10))
    desk.crawl(start(demo), f"since={since.isoformat()}", f"until={until.isoformat()}")
    expected = [n for n in demo.site.numbers(since, until) if demo.site.truth(n).date_published < until]
    assert sorted(record["entity_id"] for record in desk.records()) == sorted(
        str(demo.site.truth(number).entity_id) for number in expected
    )


def test_what_a_limit_leaves_over_is_taken_by_the_next_run(demo: DemoSite, desk: Desk):
    desk.crawl(start(demo), "limit=7")
    assert len(desk.records()) == 7
    desk.crawl(start(demo))
    assert len({record["url"] for record in desk.records()}) == len(desk.records()) == FEED


def test_articles_published_during_the_crawl_are_found(desk: Desk):
    with running(small()) as demo:
        hold(demo, after=5)
        process = desk.start(start(demo))
        wait_for_requests(demo, 8, process)
        newest = demo.site.newest
        demo.control.publish(3)
        let_go(demo)
        assert ended(process).exit_code == 0
        found = {record["entity_id"] for record in desk.records()}
        assert {str(demo.site.truth(number).entity_id) for number in range(newest + 1, newest + 4)} <= found
        assert len([path for path in page_requests(demo) if path.partition("?")[0] == "/news"]) == 1


def test_a_start_page_that_is_an_article_is_emitted_too(demo: DemoSite, desk: Desk):
    old = demo.site.truth(demo.site.newest - 500, demo.url)
    assert desk.crawl(f"start={old.url}?amp").exit_code == 0
    assert old.url in {record["url"] for record in desk.records()}
    assert len(desk.records()) == FEED + 1
    assert not any("amp" in path for path in page_requests(demo))


def test_two_addresses_of_one_article_are_one(demo: DemoSite, desk: Desk):
    truths = (demo.site.truth(demo.site.newest - n, demo.url) for n in range(2000))
    both = next(truth for truth in truths if truth.alias_url)
    desk.crawl(f"start={both.url}")
    desk.crawl(f"start={both.alias_url}")
    assert Counter(record["id"] for record in desk.records())[f"127.0.0.1:{both.entity_id}"] == 1


def test_a_renamed_layout_does_not_stop_the_crawl_nor_spoil_a_row(desk: Desk):
    with running(small(layout="renamed")) as demo:
        assert desk.crawl(start(demo)).exit_code == 0
        records = {record["entity_id"]: record for record in desk.records()}
        newest = demo.site.newest
        assert len(records) == FEED
        for number in range(newest - FEED + 1, newest + 1):
            truth = demo.site.truth(number, demo.url)
            record = records[str(truth.entity_id)]
            assert record["headline"] == truth.headline
            assert record["date_published"] == truth.date_published.isoformat()
            assert record["article_body"] == truth.article_body, truth.url
    stats = desk.runs()[-1]["stats"]
    assert stats["espreso/feed/read/structure"] == FEED + 1
    assert stats["espreso/selector/article_body/structure"] == FEED


def test_export_options_write_the_same_bytes_as_the_sealed_file(demo: DemoSite, desk: Desk, tmp_path: Path):
    copy = tmp_path / "copy.jsonl"
    desk.crawl(start(demo), extra=["-O", str(copy)])
    sealed = b"".join(path.read_bytes() for path in desk.files())
    assert sorted(copy.read_bytes().splitlines()) == sorted(sealed.splitlines())


def test_stdout_holds_the_records_and_nothing_else(demo: DemoSite, desk: Desk):
    done = desk.crawl(start(demo), "limit=3", extra=["-O", "-:jsonlines"])
    assert [json.loads(line)["event"] for line in done.stdout.splitlines()] == ["created"] * 3


def test_a_crawl_without_memory_emits_again(demo: DemoSite, desk: Desk, tmp_path: Path):
    for run in range(2):
        copy = tmp_path / f"{run}.jsonl"
        done = desk.crawl(start(demo), "limit=5", settings={"ESPRESO_LEDGER": "none"}, extra=["-O", str(copy)])
        assert done.exit_code == 0
        assert len(copy.read_bytes().splitlines()) == 5
    assert not (tmp_path / "state" / "ledger.sqlite3").exists()
    assert desk.files() == []
    apart = list((tmp_path / "output" / "without-ledger").glob("*/articles/*/*.jsonl"))
    assert sum(len(path.read_bytes().splitlines()) for path in apart) == 10


def test_a_signal_ends_the_crawl_honestly_and_loses_nothing(desk: Desk):
    with running(small()) as demo:
        hold(demo, after=2)
        process = desk.start(start(demo))
        wait_for_requests(demo, 4, process)
        told_to_stop(process, signal.SIGTERM)
        let_go(demo)
        done = ended(process)
        assert done.exit_code == 143, done.log
        assert 0 < len(desk.records()) < FEED
        assert desk.crawl(start(demo)).exit_code == 0
        assert Counter(record["url"] for record in desk.records()).most_common(1)[0][1] == 1
        assert len(desk.records()) == FEED
