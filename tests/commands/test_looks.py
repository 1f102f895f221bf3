"""Scrapy's own commands on this project: they look at pages, and touch neither ledger nor output."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import forked
from tests.crawls import NO_WAITING, ROOT
from tests.site import FEED, DemoSite, running, small
from tests.waiting import PATIENCE


@pytest.fixture(scope="module")
def site() -> Iterator[DemoSite]:
    with running(small(robots="disallow")) as site:
        yield site


@pytest.fixture
def look(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()

    def run(*arguments: str) -> forked.Finished:
        places = [f"ESPRESO_OUTPUT={tmp_path}/output", f"ESPRESO_STATE={tmp_path}/state", f"ESPRESO_METRICS={tmp_path}"]
        options = [part for setting in (*places, *(map("=".join, NO_WAITING.items()))) for part in ("-s", setting)]
        done = forked.scrapy([*arguments, *options], folder=ROOT, now=None, seconds=PATIENCE)
        left = {path.name for path in tmp_path.rglob("*") if path.suffix not in (".html", ".py", ".pyc")}
        assert left <= {"temporary", "browser", "__pycache__"}
        return done

    return run


def newest(site: DemoSite) -> str:
    return site.site.truth(site.site.newest, site.url).url


@pytest.mark.parametrize("spider", [[], ["--spider", "read_also"]])
def test_shell_gives_the_response(site, look, spider):
    done = look("shell", f"{site.url}/news", "-c", "response.status, len(response.css('a')) > 100", *spider)
    assert (done.exit_code, done.stdout) == (0, b"(200, True)\n")


@pytest.mark.parametrize("spider", [[], ["--spider", "rss"]])
def test_fetch_prints_the_page(site, look, spider):
    done = look("fetch", newest(site), "--nolog", *spider)
    assert done.exit_code == 0
    assert site.site.truth(site.site.newest).headline in done.stdout.decode()


def test_fetch_prints_an_error_page_too(site, look):
    assert "404" in look("fetch", f"{site.url}/nothing-is-here", "--headers").log


def test_fetch_says_why_a_page_did_not_come(site, look):
    done = look("fetch", f"{site.url}/_private/list")
    assert done.exit_code == 3
    assert f"ERROR: {site.url}/_private/list: not fetched: Forbidden by robots.txt" in done.log


def test_view_opens_the_page(site, look, tmp_path, monkeypatch):
    browser = tmp_path / "browser"
    browser.write_text(f"#!/bin/sh\necho opened >> {tmp_path / 'opened.html'}\n")
    browser.chmod(0o755)
    monkeypatch.setenv("BROWSER", str(browser))
    assert look("view", f"{site.url}/news").exit_code == 0
    assert (tmp_path / "opened.html").read_text() == "opened\n"


def test_parse_shows_what_a_feed_leads_to(site, look):
    done = look("parse", "-c", "parse_start", f"{site.url}/news", "--nocolour")
    assert done.exit_code == 0
    assert f"<GET {newest(site)}>" in done.stdout.decode()
    assert done.stdout.count(b"<GET ") >= FEED


@pytest.mark.parametrize("pipelines", [[], ["--pipelines"]])
def test_parse_shows_the_record_of_an_article(site, look, pipelines):
    done = look("parse", "-c", "parse_article", newest(site), "--nocolour", *pipelines)
    assert done.exit_code == 0
    assert (b"'revision': 1" in done.stdout) == bool(pipelines)
    assert site.site.truth(site.site.newest).headline[:30] in done.stdout.decode()


def test_parse_goes_on_to_nothing_that_a_list_names(site, look):
    site.control.clear_log()
    assert look("parse", "--spider", "rss", "-c", "parse_rss", f"{site.url}/rss").exit_code == 0
    assert [visit.target for visit in site.control.log()] == ["/robots.txt", "/rss"]


def test_check_holds_every_callback_to_its_contract(look):
    listed = look("check", "-l").stdout.decode()
    callbacks = {"read_also": "parse_start", "rss": "parse_rss", "sitemap": "parse_sitemap"}
    expected = [line for spider, name in callbacks.items() for line in (spider, "  * parse_article", f"  * {name}")]
    assert listed.splitlines() == expected
    done = look("check")
    assert done.exit_code == 0
    assert "Ran 11 contracts" in done.log


def test_check_fails_where_a_callback_breaks_its_contract(look, tmp_path, monkeypatch):
    (tmp_path / "broken_spiders.py").write_text(
        "from espreso_crawler.spiders.rss import RssSpider\n"
        "class BrokenSpider(RssSpider):\n"
        "    name = 'broken'\n"
        "    def parse_rss(self, response):\n"
        "        '''Read nothing.\n\n        @demo_page /rss\n        @lists 1\n        '''\n"
        "        return ()\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    done = look("check", "broken", "-s", "SPIDER_MODULES=broken_spiders")
    assert done.exit_code == 1
    assert "0 addresses were new, expected 1 or more" in done.log
