"""One HTML page from output and ledger: what stands in it, what is left out, and that nothing in it can run."""

import base64
import re
import signal
import zlib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from espreso_crawler.exceptions import ConfigurationError, LedgerError
from espreso_crawler.report import page
from espreso_crawler.report.articles import Articles
from espreso_crawler.report.health import Runs
from espreso_crawler.report.packing import Shelf
from espreso_crawler.report.revisions import Revisions
from espreso_crawler.report.writing import Report, read, write
from tests import forked
from tests.crawls import ROOT, Desk, hold, let_go, page_requests, start, told_to_stop, wait_for_requests
from tests.crawls import ended as ended_crawl
from tests.export.sealed import RECORDS, article, ended, seal
from tests.site import running, small

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _no_chart_script(monkeypatch):
    """Spare the seconds that the charts' script takes; it is what counts in test_in_browser.py."""
    monkeypatch.setattr(page, "BUNDLE", "print('/* charts */')")


@pytest.fixture
def report(tmp_path: Path) -> Report:
    seal(tmp_path / "output", *RECORDS)
    return Report(tmp_path / "output", tmp_path / "state", tmp_path / "state" / "ledger.sqlite3", clock=lambda: NOW)


def written(report: Report) -> str:
    target = report.state.parent / "report.html"
    write(report, target)
    return target.read_text("utf-8")


def packed_in(text: str, kind: str) -> list[Any]:
    chunks = re.findall(rf'<script type="text/plain" class="{kind}">([^<]*)</script>', text)
    return [each for chunk in chunks for each in orjson.loads(zlib.decompress(base64.b64decode(chunk)))]


def test_the_page_holds_every_article_that_stands_newest_first(report):
    seal(report.output, ended("removed", id="ua:9"), number=2)
    heads = packed_in(written(report), "heads")
    assert sorted(head[0] for head in heads) == sorted(record["id"] for record in RECORDS)


def test_a_text_is_marked_in_place_without_losing_a_letter(report):
    packed = packed_in(written(report), "whole")
    assert len(packed) == len(RECORDS)
    for record in packed:
        text = "".join(run if isinstance(run, str) else run[0] for run in record["headline"])
        assert text in {each["headline"] for each in RECORDS}


def test_an_output_without_ledger_says_so_and_public_names_no_path(report):
    assert f"there is no ledger at {report.ledger}" in written(report)
    public = written(replace(report, is_public=True))
    assert "there is no ledger" in public and str(report.output.parent) not in public


def test_public_leaves_out_texts_and_pictures(report):
    whole = packed_in(written(report), "whole")
    assert any(each["blocks"] for each in whole) and any(each["images"] for each in whole)
    public = packed_in(written(replace(report, is_public=True)), "whole")
    assert public and not any({"blocks", "images", "lead"} & each.keys() for each in public)
    assert not any(head[2] for head in packed_in(written(replace(report, is_public=True)), "heads"))


def test_since_leaves_older_articles_out(report):
    heads = packed_in(written(replace(report, since=datetime(2100, 1, 1, tzinfo=UTC))), "heads")
    assert heads == []


def test_revisions_are_told_word_by_word_and_silent_headlines_are_listed(tmp_path):
    first = article(id="ua:1", headline="Bridge opens today")
    second = article(
        id="ua:1", headline="Bridge opens tomorrow", revision=2, event="revised", silent=True, changes=["headline"]
    )
    seal(tmp_path / "output", first, second)
    revisions = Revisions(["ua:1"], is_public=False)
    revisions.read(tmp_path / "output")
    ((name, parts),) = revisions.of("ua:1")[1]["diffs"]
    assert (name, [tuple(part) for part in parts]) == (
        "headline", [("same", "Bridge opens"), ("gone", "today"), ("new", "tomorrow")],
    )  # fmt: skip
    assert (revisions.count, revisions.silent_count, len(revisions.silent)) == (1, 1, 1)


def changed_headline(**given: Any) -> Any:
    given = {"event": "revised", "silent": True, "changes": ["headline"]} | given
    return article(id="ua:1", **given)


def test_what_was_taken_back_is_no_change_of_the_newsroom(tmp_path):
    seal(
        tmp_path / "output",
        article(id="ua:1", headline="Bridge opens"),
        changed_headline(headline="Cookies, please", revision=2),
        ended("retracted", id="ua:1", revision=3, retracts=[2], reason="our mistake"),
        changed_headline(headline="Bridge opens", revision=4),
    )
    revisions = Revisions(["ua:1"], is_public=True)
    revisions.read(tmp_path / "output")
    assert (revisions.silent, revisions.silent_count, revisions.count) == ([], 0, 1)
    told = str(revisions.of("ua:1"))
    assert "taken back" in told
    assert "Cookies" not in told and "our mistake" not in told


def test_a_line_that_stands_twice_for_a_moment_counts_once(tmp_path):
    first, second = article(id="ua:1", headline="Bridge opens"), changed_headline(headline="Bridge closes", revision=2)
    seal(tmp_path / "output", first, second)
    seal(tmp_path / "output", first, second, number=2)
    revisions = Revisions(["ua:1"], is_public=False)
    revisions.read(tmp_path / "output")
    assert (revisions.count, revisions.silent_count, len(revisions.of("ua:1"))) == (1, 1, 2)


def test_since_counts_no_revision_of_an_older_article(report):
    seal(report.output, changed_headline(revision=2), number=2)
    tile = r"revised\s*</[a-z]+>\s*<[^>]*>\s*{}\b"
    assert re.search(tile.format(2), written(report))
    assert re.search(tile.format(0), written(replace(report, since=datetime(2100, 1, 1, tzinfo=UTC))))


@pytest.mark.parametrize("content", [b"{}", b'{"run_id": "a", "started_at": "soon"}', b"[]", b"{"])
def test_a_run_file_that_says_nothing_is_counted_and_no_end_of_the_report(tmp_path, content):
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "a.json").write_bytes(content)
    runs = Runs(tmp_path)
    assert (runs.unreadable, runs.documents) == (1, [])


def test_the_rows_of_a_chart_stand_in_the_page_once(report):
    specs = re.search(r'<script type="application/json" id="specs">(.*?)</script>', written(report), re.DOTALL)
    assert specs and all("data" not in (chart["spec"] or {}) for chart in orjson.loads(specs[1]).values())


def test_moves_in_the_feed_are_told(report):
    line = {
        "url": RECORDS[0]["url"], "changes": ["position_band"], "position": 9, "headline": "x", "label": None,
        "published_at": None, "seen_at": "2026-11-22T10:00:00Z",
    }  # fmt: skip
    seal(report.output, line, stream="feed")
    moved = [each["feed"] for each in packed_in(written(report), "histories") if each["feed"]]
    assert moved and moved[0] == [["2026-11-22T10:00:00Z", 9, "position band"]]


def test_an_empty_output_gives_a_page_that_says_so(tmp_path):
    (tmp_path / "output").mkdir()
    text = written(Report(tmp_path / "output", tmp_path / "state", None))
    assert "No articles yet" in text and "No run has ended yet" in text


def test_without_output_there_is_one_clear_error_and_no_file(tmp_path):
    with pytest.raises(LedgerError, match="there is no output folder"):
        written(Report(tmp_path / "output", tmp_path / "state", None))
    assert list(tmp_path.iterdir()) == []


def test_a_missing_package_is_named_with_what_installs_it(report, monkeypatch):
    monkeypatch.setattr(page, "find_spec", lambda _: None)
    with pytest.raises(ConfigurationError, match=r"needs Jinja2 and vl-convert-python.*espreso-crawler\[report\]"):
        written(report)


def test_more_than_fits_is_left_out_whole_chunks_at_a_time():
    shelf = Shelf(room=120, size=2)
    for number in range(100):
        shelf.put({"number": number, "text": f"{number * 7919:x}"})
    shelf.close()
    assert shelf.is_full and 0 < shelf.kept < 100 and sum(map(len, shelf.chunks)) <= 120


def test_what_has_no_room_is_said(report, monkeypatch):
    monkeypatch.setattr("espreso_crawler.report.articles.HEADS_ROOM", 10)
    assert "The list holds the newest 0 of 3 articles" in written(report)


def test_every_article_is_counted_also_without_room(report, monkeypatch):
    monkeypatch.setattr("espreso_crawler.report.articles.HEADS_ROOM", 10)
    articles, tallies = read(report, lambda things, *_: things)
    assert (articles.heads.kept, tallies.articles) == (0, 3)


def test_a_run_file_that_cannot_be_read_is_counted(tmp_path):
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "1.json").write_text("{")
    runs = Runs(tmp_path)
    assert (runs.count, runs.unreadable, runs.documents) == (1, 1, [])


def test_the_command_writes_a_page_and_names_it(report, tmp_path, monkeypatch):
    home = report.output.parent
    # The real script is in the page that a browser shows in test_in_browser.py.
    (tmp_path / "vl_convert.py").write_text("def javascript_bundle(): return '/* charts */'")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    given = ["report", str(home / "page.html"), "-s", f"ESPRESO_OUTPUT={report.output}", "-s", "ESPRESO_LEDGER=none"]
    done = forked.scrapy(given, folder=ROOT, now=None, seconds=60)
    path = home / "page.html"
    said = f"3 articles, {path.stat().st_size} bytes: {path}\n"
    assert (done.exit_code, done.stdout.decode()) == (0, said), done.log


def test_tags_of_the_first_week_are_said_to_rise_for_want_of_an_earlier_one(report):
    note = "of which there is no article here"
    assert note in written(report)
    last = max(date.fromisoformat(each["date_published_day"]) for each in RECORDS if each["date_published_day"])
    for number, (days, is_said) in enumerate([(30, True), (8, False)], start=2):
        day = (last - timedelta(days=days)).isoformat()
        seal(report.output, article(id=f"global:old{days}", date_published=f"{day}T10:00:00+02:00", date_published_day=day), number=number)  # fmt: skip
        assert (note in written(report)) == is_said


def test_a_report_during_a_crawl_shows_the_rows_that_are_held(tmp_path):
    desk = Desk(tmp_path)
    with running(small()) as demo:
        demo.control.set_layout("wrong_weekday")
        held = desk.crawl(start(demo)).log  # its rows contradict each other, and wait for a person
        hold(demo, after=0)
        crawl = desk.start(start(demo), settings={"CONCURRENT_REQUESTS": "1", "ESPRESO_RECHECK": "0"})
        asked = len(page_requests(demo))
        wait_for_requests(demo, asked + 1, crawl)
        text = written(Report(desk.home / "output", desk.home / "state", desk.home / "state" / "ledger.sqlite3"))
        told_to_stop(crawl, signal.SIGTERM)
        let_go(demo)
        ended_crawl(crawl)
    rows = sum(desk.runs()[0]["counts"]["outcome"].values())
    assert re.search(rf"held rows\s*</[a-z]+>\s*<[^>]*>\s*{rows}\b", text), held
    assert desk.runs()[0]["run_id"] in text


def test_a_wrong_since_is_refused_in_one_line(report):
    done = forked.scrapy(["report", "--since", "soon"], folder=ROOT, now=None, seconds=60)
    assert done.exit_code == 2 and "--since soon" in done.log


def test_an_article_without_room_is_not_made_whole(report, monkeypatch):
    monkeypatch.setattr("espreso_crawler.report.articles.WHOLE_ROOM", 10)
    monkeypatch.setattr("espreso_crawler.report.articles.WHOLE", 1)
    made: list[str] = []
    whole = Articles._whole

    def noted(self: Articles, record: dict[str, Any]) -> dict[str, Any]:
        made.append(record["id"])
        return whole(self, record)

    monkeypatch.setattr(Articles, "_whole", noted)
    articles, _ = read(report, lambda things, *_: things)
    assert (articles.heads.kept, articles.ids, len(made)) == (3, [], 1)
