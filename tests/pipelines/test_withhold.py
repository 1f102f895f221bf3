"""What page and site say against use by machines: read, counted, obeyed."""

import pytest

from espreso_crawler.demo_site import Fault, SiteOptions, running
from espreso_crawler.pages import article
from espreso_crawler.pages.opt_outs import opt_outs, reserves
from espreso_crawler.pipelines.withhold import withhold
from tests.builders import Facts, article_html, page
from tests.crawls import PAGE, Desk, start
from tests.middlewares.test_backoff import pending

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
        ({"x-robots-tag": "unavailable_after: 25 Jun 2026, none"}, "", ["noindex"]),
        ({}, '<meta name="robots" content="NoArchive">', ["noarchive"]),
        ({}, '<meta name="espreso_crawler" content="noindex">', ["noindex"]),
        ({"tdm-reservation": "1"}, "", ["tdm-reserved"]),
        ({"tdm-reservation": "0"}, '<meta name="tdm-reservation" content="1">', ["tdm-reserved"]),
    ],
)
def test_wishes_of_a_page(headers, meta: str, expected: list[str]):
    assert opt_outs(page(article_html(Facts()).replace("</head>", f"{meta}</head>"), headers=headers)) == expected


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (b'[{"location": "/", "tdm-reservation": 1}]', True),
        (b'[{"location": "/news-a$", "tdm-reservation": 1}]', True),
        (b'[{"location": "/news$", "tdm-reservation": 1}]', False),
        (b'[{"location": "/news-a", "tdm-reservation": 0}, {"location": "/", "tdm-reservation": 1}]', False),
        (b'[{"location": "/*/x", "tdm-reservation": 1}]', False),
        (b"<html>", False),
        (b'{"a": 1}', False),
        (b"", False),
        (b'[{"location": "' + b"*a" * 5000 + b'", "tdm-reservation": 1}]', False),
    ],
)
def test_paths_that_a_site_reserves(file: bytes, *, expected: bool):
    assert reserves(file, "/news-a") is expected


def test_a_reserved_site_gives_metadata_and_is_asked_once_a_day(desk: Desk):
    with running(SiteOptions(page_bytes=PAGE, tdmrep=ALL_NEWS, robots_tag="noarchive")) as demo:
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
    with running(SiteOptions(page_bytes=PAGE, tdmrep=ALL_NEWS)) as demo:
        demo.control.set_faults(Fault("status", path=TDMREP, status=500))
        desk.crawl(start(demo), "limit=1")
        demo.control.set_faults()
        desk.crawl(start(demo), "limit=1")
    assert [bool(record["opt_outs"]) for record in desk.records()] == [False, True]


def test_a_reserved_site_is_no_drift_and_a_redesign_of_it_is(desk: Desk):
    with running(SiteOptions(page_bytes=PAGE, tdmrep=ALL_NEWS)) as demo:
        assert desk.crawl(start(demo)).exit_code == 0
        assert len(desk.records()) == 40
        assert desk.runs()[-1]["verdict"] == "ok"
        demo.control.publish(3)
        demo.control.set_layout("no_jsonld")
        assert desk.crawl(start(demo)).exit_code == 5
        assert len(desk.records()) == 40


@pytest.mark.parametrize(("mode", "count"), [("flag", 3), ("skip", 0)])
def test_other_ways_to_take_a_reservation(mode: str, count: int, desk: Desk):
    with running(SiteOptions(page_bytes=PAGE, tdm_reservation="1")) as demo:
        assert desk.crawl(start(demo), "limit=3", settings={"ESPRESO_OPT_OUT": mode}).exit_code == 0
    records = desk.records()
    assert len(records) == count
    assert all(record["article_body"] and record["opt_outs"] == ["tdm-reserved"] for record in records)
    assert desk.runs()[0]["counts"]["entry"] == {"emitted" if count else "rejected": 3}


def test_an_unknown_way_is_refused_before_anything_is_fetched(desk: Desk):
    done = desk.crawl("start=http://127.0.0.1:9/news", settings={"ESPRESO_OPT_OUT": "ignore"})
    assert done.exit_code == 1
    assert "ESPRESO_OPT_OUT='ignore': give flag, metadata, skip" in done.log


def test_an_article_from_the_future_waits_for_its_time(desk: Desk):
    with running(SiteOptions(page_bytes=PAGE)) as demo:
        early = demo.site.truth(demo.site.newest - 2, demo.url).url
        demo.control.set_faults(Fault("trick", path=early.removeprefix(demo.url), trick="future"))
        assert desk.crawl(start(demo), "limit=5").exit_code == 0
    assert len(desk.records()) == 4
    assert early not in {record["url"] for record in desk.records()}
    ((attempts, seconds),) = [entry for entry in pending(desk) if entry[1] > 0]
    assert (attempts, seconds > 80_000) == (0, True)


def test_many_articles_from_the_future_raise_an_alarm(desk: Desk):
    with running(SiteOptions(page_bytes=PAGE)) as demo:
        demo.control.set_faults(Fault("trick", path="/*-*", trick="future"))
        assert desk.crawl(start(demo), "limit=5").exit_code == 5
    assert [finding["name"] for finding in desk.runs()[-1]["findings"]] == ["future"]
    assert desk.records() == []
