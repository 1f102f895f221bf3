"""What page and site say against use by machines: read, counted, obeyed."""

import sqlite3
import time
from contextlib import closing

import pytest

from espreso_crawler.pages import Page, article
from espreso_crawler.pages.opt_outs import opt_outs, reserves
from espreso_crawler.pipelines.withhold import withhold
from tests.builders import CAPTURED, Facts, article_html, page
from tests.crawls import Desk, start
from tests.middlewares.test_backoff import pending
from tests.site import FEED, Fault, running, small

TDMREP = "/.well-known/tdmrep.json"
ALL_NEWS = '[{"location": "/*", "tdm-reservation": 1}]'


@pytest.fixture
def desk(tmp_path) -> Desk:
    return Desk(tmp_path)


@pytest.mark.parametrize(
    ("headers", "meta", "expected"),
    [
        ({}, "", []),
        ({"x-robots-tag": "noarchive, noindex"}, "", ["noindex", "noarchive"]),
        ({"x-robots-tag": "googlebot: noindex, noarchive"}, "", []),
        ({"x-robots-tag": "googlebot: noindex, espreso_crawler: noarchive"}, "", ["noarchive"]),
        ({"x-robots-tag": "googlebot: noindex\nnoarchive"}, "", ["noarchive"]),
        ({"X-Robots-Tag": "*: NoArchive; noindex"}, "", ["noindex", "noarchive"]),
        ({"x-robots-tag": "otherbot: none, Espreso_Crawler/1.0: noarchive"}, "", ["noarchive"]),
        ({"x-robots-tag": "unavailable_after: 25 Jun 2026, none"}, "", ["noindex"]),
        ({"x-robots-tag": "unavailable_after: Sat, 25 Jun 2026 15:00:00 EET, none"}, "", ["noindex"]),
        ({"x-robots-tag": "unavailable_after: 2026-06-25T15:00:00Z, noarchive"}, "", ["noarchive"]),
        ({"x-robots-tag": "max-image-preview:none, max-snippet: -1"}, "", []),
        ({}, '<meta name="robots" content="NoArchive">', ["noarchive"]),
        ({}, '<meta name="espreso_crawler" content="noindex">', ["noindex"]),
        ({}, '<META NAME=" Robots " CONTENT="NOINDEX NOARCHIVE">', ["noindex", "noarchive"]),
        ({}, '<meta name="robots" content="index"><meta name="robots" content="nocache">', ["noarchive"]),
        ({}, '<meta name="googlebot, robots" content="none">', ["noindex"]),
        ({}, '<meta name="googlebot" content="none"><meta name="robots" content="max-image-preview:none">', []),
        ({}, '<meta http-equiv="X-Robots-Tag" content="noai">', ["tdm-reserved"]),
        ({}, '<noscript><meta name="robots" content="noarchive"></noscript>', ["noarchive"]),
        ({}, '<template><meta name="robots" content="noarchive"></template><!-- <meta name="robots" content="none"> -->', []),
        ({"tdm-reservation": "1"}, "", ["tdm-reserved"]),
        ({"tdm-reservation": "0"}, '<meta name="tdm-reservation" content="1">', ["tdm-reserved"]),
        ({"TDM-Reservation": "0\n1"}, "", ["tdm-reserved"]),
        ({"tdm-reservation": "0"}, '<meta name="TDM-Reservation" content="0"><meta property="tdm-reservation" content="1">', ["tdm-reserved"]),
        ({"tdm-reservation": "0"}, '<meta name="tdm-policy" content="https://espreso.tv/policy-1">', []),
    ],
)  # fmt: skip
def test_wishes_of_a_page(headers, meta: str, expected: list[str]):
    html = article_html(Facts())
    assert opt_outs(page(html.replace("</head>", f"{meta}</head>"), headers=headers)) == expected
    # An element that no head may hold moves all that follows it into the body; a stray mark does the same.
    for stray in ("<div></div>", "\ufeff"):
        assert opt_outs(page(html.replace("</head>", f"{stray}{meta}</head>"), headers=headers)) == expected


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_hides_no_wish(encoding: str):
    html = article_html(Facts(headline="Міст відкрито")).replace(
        "<head>", '<head><meta name="robots" content="noarchive">'
    )
    found = Page.read(html.encode(encoding), url="https://espreso.tv/x", fetched_at=CAPTURED, charset="windows-1251")
    assert (opt_outs(found), article(found).headline) == (["noarchive"], "Міст відкрито")


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (b'[{"location": "/", "tdm-reservation": 1}]', True),
        (b'[{"location": "/news-a$", "tdm-reservation": 1}]', True),
        (b'[{"location": "/news$", "tdm-reservation": 1}]', False),
        (b'[{"location": "/news-a", "tdm-reservation": 0}, {"location": "/", "tdm-reservation": 1}]', False),
        (b'[{"location": "/*/x", "tdm-reservation": 1}]', False),
        (b'\xef\xbb\xbf[{"Location": "/", "TDM-Reservation": "1"}]', True),
        ('[{"location": "/", "tdm-reservation": true}]'.encode("utf-16"), True),
        (b'{"location": "/news*", "tdm-reservation": 1}', True),
        (b'[{"location": "/news*", "tdm-reservation": 1,},]', True),
        (b'[{"location": "https://espreso.tv/news*", "tdm-reservation": 1}]', True),
        (b'[{"location": "news*", "tdm-reservation": 1}]', True),
        (b'[{"location": "/", "tdm-reservation": 10}]', False),
        (b"<html>", False),
        (b'{"a": 1}', False),
        (b"", False),
        (b'[{"location": "' + b"*a" * 5000 + b'", "tdm-reservation": 1}]', False),
    ],
)
def test_paths_that_a_site_reserves(file: bytes, *, expected: bool):
    assert reserves(file, "/news-a") is expected


def test_a_reserved_site_gives_metadata_and_is_asked_once_a_day(desk: Desk):
    with running(small(tdmrep=ALL_NEWS, robots_tag="noarchive")) as demo:
        assert desk.crawl(start(demo), "limit=5").exit_code == 0
        desk.crawl(start(demo), "limit=2")
        assert [visit.target for visit in demo.control.log()].count(TDMREP) == 1
        demo.control.clear_log()
    records = desk.records()
    assert len(records) == 7
    for record in records:
        assert record["opt_outs"] == ["noarchive", "tdm-reserved"]
        assert (record["article_body"], record["description"], record["blocks"], record["images"]) == (
            None,
            None,
            [],
            [],
        )
        assert record["headline"] and record["date_published"]
    assert desk.runs()[0]["stats"]["espreso/opt_out/tdm-reserved"] == 5


def test_what_another_source_says_of_a_text_is_withheld_too():
    facts, lead = Facts(), Facts().lead or ""
    item = article(page(article_html(facts).replace('"text-subtitle">', '"text-subtitle">Other words here: ')))
    assert lead in str(item.provenance)
    withhold(item)
    assert lead not in str(item.provenance)
    assert facts.headline in str(item.provenance)


def test_a_file_that_a_failing_site_did_not_give_is_asked_for_by_the_next_run(desk: Desk):
    with running(small(tdmrep=ALL_NEWS)) as demo:
        demo.control.set_faults(Fault("status", path=TDMREP, status=500))
        desk.crawl(start(demo), "limit=1")
        demo.control.set_faults()
        desk.crawl(start(demo), "limit=1")
    assert [bool(record["opt_outs"]) for record in desk.records()] == [False, True]


def test_a_reservation_that_cannot_be_asked_for_again_still_counts(desk: Desk):
    with running(small(tdmrep=ALL_NEWS)) as demo:
        desk.crawl(start(demo), "limit=1")
        a_week_ago = int(time.time()) - 7 * 24 * 3600
        with closing(sqlite3.connect(desk.home / "state" / "ledger.sqlite3")) as db, db:
            db.execute("UPDATE copies SET fetched = ? WHERE url LIKE '%tdmrep.json'", (a_week_ago,))
        demo.control.set_faults(Fault("status", path=TDMREP, status=500))
        desk.crawl(start(demo), "limit=1")
    assert [record["opt_outs"] for record in desk.records()] == [["tdm-reserved"], ["tdm-reserved"]]


def test_a_reserved_site_is_judged_by_the_text_that_its_records_lack(desk: Desk):
    with running(small(tdmrep=ALL_NEWS)) as demo:
        assert desk.crawl(start(demo)).exit_code == 0
        assert len(desk.records()) == FEED
        assert desk.runs()[-1]["verdict"] == "ok"
        demo.control.publish(3)
        demo.control.set_layout("wrong_weekday")
        assert desk.crawl(start(demo)).exit_code == 5
        assert len(desk.records()) == FEED


@pytest.mark.parametrize(("mode", "count"), [("flag", 3), ("skip", 0)])
def test_other_ways_to_take_a_reservation(mode: str, count: int, desk: Desk):
    with running(small(tdm_reservation="1")) as demo:
        assert desk.crawl(start(demo), "limit=3", settings={"ESPRESO_OPT_OUT": mode}).exit_code == 0
    records = desk.records()
    assert len(records) == count
    assert all(record["article_body"] and record["opt_outs"] == ["tdm-reserved"] for record in records)
    assert desk.runs()[0]["counts"]["entry"] == {"emitted" if count else "rejected": 3}


def test_an_unknown_way_is_refused_before_anything_is_fetched(desk: Desk):
    done = desk.crawl("start=http://127.0.0.1:9/news", settings={"ESPRESO_OPT_OUT": "ignore"})
    assert done.exit_code == 1
    assert "ESPRESO_OPT_OUT='ignore': give one of flag, metadata, skip" in done.log


def test_an_article_from_the_future_waits_for_its_time(desk: Desk):
    with running(small()) as demo:
        early = demo.site.truth(demo.site.newest - 2, demo.url).url
        demo.control.set_faults(Fault("trick", path=early.removeprefix(demo.url), trick="future"))
        assert desk.crawl(start(demo), "limit=5").exit_code == 0
    assert len(desk.records()) == 4
    assert early not in {record["url"] for record in desk.records()}
    ((attempts, seconds),) = [entry for entry in pending(desk) if entry[1] > 0]
    assert (attempts, seconds > 80_000) == (0, True)


def test_many_articles_from_the_future_raise_an_alarm(desk: Desk):
    with running(small()) as demo:
        demo.control.set_faults(Fault("trick", path="/*-*", trick="future"))
        assert desk.crawl(start(demo), "limit=5").exit_code == 5
    assert [finding["name"] for finding in desk.runs()[-1]["findings"]] == ["future"]
    assert desk.records() == []
