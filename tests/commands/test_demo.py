"""``scrapy demo``: a day that tells a story, in a terminal and in a pipe; and the site that keeps running."""

import json
import shutil
import signal
import socket
import subprocess
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from rich.console import Console
from scrapy.utils.project import get_project_settings

from espreso_crawler.commands._demo_told import tell
from espreso_crawler.commands.demo import Command
from espreso_crawler.places import Places
from espreso_crawler.schema.validator import problems
from tests import forked, tools
from tests.crawls import ROOT, Desk
from tests.forked import Started, Streams, pipe
from tests.ports import free_port
from tests.site import Control
from tests.terminals import COLUMNS, CrawlTerminal
from tests.waiting import PATIENCE

MOST_LINES = 30
Record = dict[str, Any]


class Told(NamedTuple):
    """A finished demo: what it printed, and its folders."""

    text: str
    home: Path

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    def runs(self) -> list[Record]:
        found = (json.loads(path.read_bytes()) for path in (self.home / "output/demo/runs").glob("*.json"))
        return sorted(found, key=lambda run: run["started_at"])

    def stream(self, name: str) -> list[Record]:
        files = sorted((self.home / "output/demo" / name).glob("*/*.jsonl"), key=lambda path: path.name)
        return [json.loads(line) for path in files for line in path.read_bytes().splitlines()]

    def held(self) -> list[Record]:
        files = (self.home / "state-demo" / "quarantine").glob("*.jsonl")
        return [json.loads(line) for path in files for line in path.read_bytes().splitlines()]

    def row(self, name: str) -> list[int]:
        """Return the numbers of a row of the table."""
        (line,) = (line for line in self.lines if line.strip().startswith(name) and line.split()[-1].isdigit())
        return [int(word) for word in line.split() if word.isdigit()]

    def event(self, name: str) -> str:
        """Return what is said of an event."""
        (line,) = (line for line in self.lines if line.strip().startswith(f"{name}  "))
        return line.strip().removeprefix(name).strip()


def command(home: Path, *settings: str) -> list[str]:
    places = (
        f"ESPRESO_OUTPUT={home / 'output'}",
        f"ESPRESO_STATE={home / 'state'}",
        f"ESPRESO_ARCHIVE={home / 'archive'}",
    )
    return ["demo", *(part for given in (*places, *settings) for part in ("-s", given))]


def test_a_day_in_a_terminal(tmp_path: Path, subtests: pytest.Subtests):
    """One run for all that is said of it: it takes half a minute."""
    (tmp_path / "output" / "demo" / "articles").mkdir(parents=True)
    (tmp_path / "output" / "demo" / "articles" / "from_before").touch()
    seen = CrawlTerminal(command(tmp_path)).ended()
    assert b"written" in seen.bytes, "the figures of its crawls come and go"
    assert seen.exit_code == 0, seen.text
    told = Told(seen.text.rstrip(), tmp_path)
    for claim in CLAIMS:
        with subtests.test(claim.__name__):
            claim(told)


def test_a_crawl_that_fails_in_a_pipe_is_a_line_and_the_end(tmp_path: Path):
    done = forked.command(*command(tmp_path, "JOBDIR=jobs"))
    assert (done.returncode, done.stderr.decode().splitlines()[0][:28]) == (1, "scrapy crawl: JOBDIR='jobs' ")
    assert done.stdout.decode().splitlines()[1].startswith("The crawl of 10:00 ended with exit code 1: see")


def a_demo_is_two_dozen_lines_and_no_dump(told: Told) -> None:
    assert 20 < len(told.lines) <= MOST_LINES, told.text
    assert not any('{"' in line or "Traceback" in line for line in told.lines)
    long = [line for line in told.lines if len(line) > COLUMNS and "scrapy" not in line and str(told.home) not in line]
    assert long == [], "only commands are longer than the terminal, to be copied whole"
    assert not (told.home / "output/demo/articles/from_before").exists()
    assert not (told.home / "archive").exists()
    assert not (told.home / "state").exists(), "the state of real crawls is left alone"


def every_line_is_a_valid_record_of_both_editions(told: Told) -> None:
    records = told.stream("articles")
    assert {record["in_language"] for record in records if record["event"] == "created"} == {"en", "uk"}
    assert [problems(json.dumps(record).encode()) for record in records if problems(json.dumps(record).encode())] == []


def the_table_is_true_to_the_output(told: Told) -> None:
    articles, runs = told.stream("articles"), [run["run_id"] for run in told.runs()]

    def counted(wanted: Callable[[Record], object], lines: list[Record], key: str = "run_id") -> list[int]:
        return [sum(bool(wanted(line)) for line in lines if line[key] == run) for run in runs]

    created = counted(lambda line: line["event"] == "created", articles)
    assert told.row("articles written") == created
    assert min(created) > 20
    copies = counted(lambda line: line["event"] == "created" and line["near_duplicate_of"], articles)
    assert told.row("of these, near-copies") == copies
    assert told.row("revised by the newsroom") == counted(lambda line: line["event"] == "revised", articles)
    assert told.row("of these, silently") == counted(lambda line: line["silent"], articles)
    assert told.row("labels changed in the feed") == counted(
        lambda line: "label" in line["changes"], told.stream("feed"), "poll"
    )
    assert told.row("removed from the site") == counted(lambda line: line["event"] == "removed", articles) == [0, 0, 2]
    assert told.row("held back, for you to judge") == counted(bool, told.held()) == [0, 2, 0]


def every_event_of_the_story_is_in_the_output(told: Told) -> None:
    articles = told.stream("articles")
    headlines = {(line["id"], line["revision"]): line["headline"] for line in articles}
    updated = [line for line in articles if line["event"] == "revised" and not line["silent"]]
    assert [line["changes"] for line in updated] == [["article_body"]] * 2
    assert all("updated" in line["labels"] for line in updated)
    assert told.event("updated").startswith("article_body: Norway hands two Patriot launchers")

    silent = [line for line in articles if line["silent"]]
    assert [line["changes"] for line in silent] == [["headline"]] * 2
    assert told.event("silently") in {line["headline"] for line in silent}
    assert told.event("was") in {headlines[line["id"], 1] for line in silent}

    workshop = [
        line["label"] for line in told.stream("feed") if line["url"].split("/")[-1].startswith("news-inside-the-lviv")
    ]
    assert [label for label, _ in groupby(workshop)] == ["exclusive", "updated"]
    assert told.event("label").startswith("exclusive, then updated: Inside the Lviv workshop")
    assert told.event("label").endswith("…")

    copies = {line["near_duplicate_of"] for line in articles if line["near_duplicate_of"]}
    assert {line["id"] for line in updated} <= copies, "the launchers of both editions have a near-copy"
    assert "Two Patriot launchers for Kharkiv" in told.event("near-copy")

    removed = [line for line in articles if line["event"] == "removed"]
    assert all(line["reason"].startswith("HTTP 410 at ") for line in removed)
    assert told.event("removed").startswith("HTTP 410: Odesa port says a ferry")

    held = told.held()
    assert not {row["record"]["id"] for row in held} & {line["id"] for line in articles}
    assert told.event("held back").startswith("Rutte names the date")
    assert told.event("because") == held[0]["reason"] == "the metadata names a headline without one word in common"


def a_pipe_gets_whole_lines(told: Told) -> None:
    state = told.home / "state-demo"
    where = Places(told.home / "output/demo", state, state / "ledger.sqlite3", archive=None, cluster=state / "cluster")
    piped = StringIO()
    tell(where, told.home / "output/demo/report.html", Console(highlight=False, file=piped))
    whole = Told(piped.getvalue(), told.home)
    assert told.text.endswith(whole.text.partition("The report")[2].rstrip())
    cut = told.event("label").removesuffix("…")
    assert whole.event("label").startswith(cut) and len(whole.event("label")) > len(cut)


def the_report_is_named_and_tells_of_the_day(told: Told) -> None:
    (line,) = (line for line in told.lines if line.startswith("The report"))
    page = told.home / "output/demo/report.html"
    assert line.endswith(str(page))
    events = [line["event"] for line in told.stream("articles")]
    assert f"{events.count('created') - events.count('removed')} articles" in page.read_text("utf-8")


def the_tags_know_people_places_and_weapons(told: Told) -> None:
    named = {(tag["kind"], tag["name"]) for line in told.stream("articles") for tag in line["tags"]}
    assert {("person", "Volodymyr Zelenskyy"), ("person", "Mark Rutte")} <= named
    assert {("weapon", "Patriot air defense"), ("weapon", "F-16")} <= named
    assert {("place", "Kharkiv"), ("place", "Odesa")} <= named


def each_command_answers_its_question(told: Told) -> None:
    if not shutil.which("jq"):
        tools.missing("jq is not installed")
    answers = {}
    for question, given in zip(told.lines, told.lines[1:], strict=False):
        if question.endswith("?"):
            done = subprocess.run(["sh", "-c", given], cwd=ROOT, capture_output=True, check=False, timeout=PATIENCE)
            assert done.returncode == 0, done.stderr
            answers[question.strip()] = done.stdout.decode()
    people, silent, removed = answers.values()
    assert people.splitlines()[0].split()[1:] == ["Volodymyr", "Zelenskyy"]
    assert silent.splitlines() == [line["headline"] for line in told.stream("articles") if line["silent"]]
    assert "HTTP 410" in removed


CLAIMS = (
    a_demo_is_two_dozen_lines_and_no_dump,
    every_line_is_a_valid_record_of_both_editions,
    the_table_is_true_to_the_output,
    every_event_of_the_story_is_in_the_output,
    a_pipe_gets_whole_lines,
    the_report_is_named_and_tells_of_the_day,
    the_tags_know_people_places_and_weapons,
    each_command_answers_its_question,
)


@contextmanager
def served(*options: str) -> Iterator[str]:
    """Keep the site running at a free port; yields its first line."""
    port = free_port()
    reader, writer = pipe()
    given = ["demo", "--serve", "--port", str(port), *options]
    process = Started(given, folder=ROOT, now=None, streams=Streams(stdout=writer))
    try:
        with reader:
            said = [reader.readline().decode() for _ in range(4)]
        yield f"http://127.0.0.1:{port}"
        assert f"start=http://127.0.0.1:{port}/news,http://127.0.0.2:{port}/news" in said[1]
    finally:
        process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) == 0


def test_a_served_site_is_crawled_edited_and_redesigned(tmp_path: Path):
    with served("--fast", "20") as url:
        desk, control = Desk(tmp_path, settings={"ESPRESO_RECHECK": "0"}), Control(url)
        assert desk.crawl(f"start={url}/news", "limit=5").exit_code == 0
        assert len(desk.records()) == 5
        article = {"url": desk.records()[-1]["url"]}
        control.post("update", article | {"kind": "headline", "text": "Another headline"})
        assert desk.crawl(f"start={url}/news").exit_code == 0
        assert [line["headline"] for line in desk.records() if line["event"] == "revised"] == ["Another headline"]
        control.post("layout", {"layout": "renamed"})
        assert b"news-tape-item" not in _body(f"{url}/news")
        control.post("remove", article | {"status": 410})
        with pytest.raises(URLError, match="410"):
            _body(article["url"])


def _body(url: str) -> bytes:
    with urlopen(url, timeout=PATIENCE) as answer:  # noqa: S310  # loopback
        body: bytes = answer.read()
        return body


def test_a_port_in_use_and_a_stray_option_are_one_line():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = forked.command("demo", "--serve", "--port", str(port))
    assert done.returncode == 2
    assert done.stderr.decode().startswith(f"scrapy demo: --port {port}: ")
    assert len(done.stderr.splitlines()) == 1
    done = forked.command("demo", "--fast", "3")
    assert done.returncode == 2
    assert b"--fast works only with --serve" in done.stderr


def test_without_the_clock_the_error_names_the_pip_command(monkeypatch: pytest.MonkeyPatch, capsys):
    monkeypatch.setitem(sys.modules, "time_machine", None)
    demo = Command()
    demo.settings = get_project_settings()
    demo.run([], Namespace(serve=False))
    line = 'scrapy demo: the extra "demo" is not installed: run pip install -e ".[demo]" in the project\'s folder'
    assert (demo.exitcode, capsys.readouterr().err.strip()) == (1, line)
