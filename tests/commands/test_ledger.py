"""``scrapy ledger``: how it stands after a real crawl, for programs and for people."""

import json
import subprocess
from pathlib import Path

import pytest

from tests import forked
from tests.crawls import Desk
from tests.ledger.builders import QUICK, open_ledger, see, sighting, url
from tests.site import FEED, running, small


def scrapy(desk: Desk, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    places = ["-s", f"ESPRESO_OUTPUT={desk.home / 'output'}", "-s", f"ESPRESO_STATE={desk.home / 'state'}"]
    return forked.command(*arguments, *places)


def assert_refused(done: subprocess.CompletedProcess[bytes], code: int, reason: str) -> None:
    """Assert that a command said why in its last line of stderr, and nothing on stdout."""
    assert (done.returncode, done.stdout) == (code, b""), done.stderr
    assert b"Traceback" not in done.stderr
    assert reason in done.stderr.decode().strip().splitlines()[-1]


def test_one_document_and_tables_say_how_it_stands(tmp_path: Path):
    desk = Desk(tmp_path)
    with running(small()) as demo:
        desk.crawl(f"start={demo.url}/news", "limit=5")
    done = scrapy(desk, "ledger", "--json")
    assert (done.returncode, done.stderr) == (0, b"")
    found = json.loads(done.stdout)
    assert found["entries"] == {"emitted": 5, "pending": FEED - 5}
    assert found["revisions"] == {"created": 5}
    assert found["oldest_pending"]["attempts"] == 0
    assert [stretch["is_open"] for stretch in found["coverage"]] == [False]
    assert found["gaps"] == []
    (run,) = desk.runs()
    assert [each["run"] for each in found["runs"]] == [run["run_id"]]
    told = scrapy(desk, "ledger").stdout.decode()
    for words in (run["run_id"], "oldest pending", "feed of", "no crawl asked for it", "emitted", "created"):
        assert words in told


@pytest.mark.parametrize(
    ("arguments", "code", "reason"),
    [
        ((), 4, "there is no ledger"),
        (("relase",), 2, "did you mean release?"),
        (("status", "more"), 2, "takes no arguments"),
    ],
)
def test_a_refusal_is_one_line_and_makes_nothing(arguments, code: int, reason: str, tmp_path: Path):
    assert_refused(scrapy(Desk(tmp_path), "ledger", *arguments), code, reason)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module")
def revised(tmp_path_factory) -> tuple[Desk, str]:
    """Crawl a site twice, an update between, and refuse a command: the desk, and the id of what was updated."""
    desk = Desk(tmp_path_factory.mktemp("desk"))
    with running(small()) as demo:
        desk.crawl(f"start={demo.url}/news", "limit=5")
        number = demo.site.newest - 2
        url = demo.site.truth(number, demo.url).url
        demo.control.advance(30)
        demo.control.update(number)
        desk.crawl(f"start={demo.url}/news", "limit=5")
    assert scrapy(desk, "ledger", "retract", "nothing", "--reason", "wrong").returncode == 2
    return desk, next(record["id"] for record in desk.records() if record["url"] == url)


def test_a_history_tells_the_words_that_changed_why_and_the_moves_in_the_feed(revised):
    desk, article = revised
    done = scrapy(desk, "ledger", "history", article)
    assert (done.returncode, done.stderr) == (0, b"")
    told = done.stdout.decode()
    first, second = (record for record in desk.records() if record["id"] == article)
    came = set(second["article_body"].split()) - set(first["article_body"].split())
    added = told.partition("{+")[2].partition("+}")[0].split()
    assert came <= set(added)
    for words in (first["url"], "revision 1  created", "why: first seen", "revision 2  revised", "article_body",
                  second["run_id"], "place 3: appeared", "label updated"):  # fmt: skip
        assert words in told
    document = json.loads(scrapy(desk, "ledger", "history", first["url"] + "?amp", "--json").stdout)
    assert [each["record"] for each in document["revisions"]] == [first, second]
    assert {line["url"] for line in document["feed"]} == {first["url"]}


def test_the_history_of_what_is_no_article_is_refused(revised):
    assert_refused(scrapy(revised[0], "ledger", "history", "ua:none"), 2, "ua:none: no article of this ledger")


def test_what_stands_fits_80_columns_without_empty_tables_and_refused_commands(revised, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    lines = scrapy(revised[0], "ledger").stdout.decode().splitlines()
    assert max(len(line) for line in lines if "://" not in line and "sqlite" not in line) <= 80
    assert not {"gaps", "quarantine"} & {line.strip() for line in lines}
    runs = [line.split() for line in lines[lines.index("run                        spider     took  ended     code") :]]
    assert [run[1] for run in runs[1:]] == ["read_also", "read_also"]
    assert all(len(run[0]) == 25 for run in runs[1:])


def test_what_was_read_and_what_not_fits_on_80_columns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", "80")
    desk = Desk(tmp_path)
    with running(small(listing_entries=5, tape_entries=5)) as demo:
        desk.crawl(f"start={demo.url}/news")
        demo.control.publish(30)
        done = desk.crawl(f"start={demo.url}/news", settings={"ESPRESO_LISTING_PAGES": "2"})
        (gap,) = desk.runs()[-1]["gaps"]
        told = scrapy(desk, "ledger").stdout.decode()
        table = told[told.index("feed of") : told.index("segments")]
        assert [line for line in table.splitlines() if len(line) > 80 and not line.startswith("to read it")] == []
        assert table.index("read") < table.index("limit of pages") < table.index("no crawl asked for it")
        assert f"to read it: {gap['command']}" in table
        assert f"To read it: {gap['command']}" in done.log
        assert desk.crawl(*gap["command"].partition(" -a ")[2].split(" -a ")).exit_code == 0
    assert desk.runs()[-1]["gaps"] == []


@pytest.mark.parametrize("name", ["reconcile", "release", "discard", "retract", "forget", "tail"])
def test_an_old_name_says_the_new_one_and_does_the_same(name: str, tmp_path: Path):
    given = {"reconcile": (), "tail": (), "release": ("some",)}.get(name, ("some", "--reason", "wrong"))
    old, new = (scrapy(Desk(tmp_path), *names, *given) for names in ((name,), ("ledger", name)))
    assert (old.returncode, new.returncode) == (4, 4)
    told, reason = old.stderr.decode().splitlines()
    assert told.startswith(f"scrapy {name}: use `scrapy ledger {name}`; version 0.2 removes this name")
    assert f"scrapy ledger {reason.removeprefix('scrapy ')}" == new.stderr.decode().strip()


def test_help_lists_the_family_and_each_has_its_own(tmp_path: Path):
    told = scrapy(Desk(tmp_path), "ledger", "--help").stdout.decode()
    for name in ("status", "history", "reconcile", "release", "discard", "retract", "forget", "tail"):
        assert f"  {name} " in told
    assert "--reason TEXT" in scrapy(Desk(tmp_path), "ledger", "discard", "--help").stdout.decode()


def test_options_of_scrapy_may_stand_before_and_behind_the_name(tmp_path: Path):
    for given in (("-s", "ESPRESO_LEDGER=none", "status"), ("status", "-s", "ESPRESO_LEDGER=none")):
        assert_refused(scrapy(Desk(tmp_path), "ledger", *given), 1, "there is no ledger to work on")


def test_refused_entries_that_a_list_still_shows_wait_for_a_look(tmp_path: Path):
    with_ledger = open_ledger(tmp_path, rules=QUICK)
    see(with_ledger, sighting(1))
    with_ledger.entries.settle(url(1), "gone", "HTTP 404")
    with_ledger.close("finished", 0)
    desk = Desk(tmp_path)
    assert json.loads(scrapy(desk, "ledger", "status", "--json").stdout)["looks"] == {
        "entries": 1,
        "next": "2026-11-22T18:00:00Z",
    }
    assert "waiting for a look: 1 refused entries" in scrapy(desk, "ledger").stdout.decode()
