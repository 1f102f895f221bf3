"""Output in object storage: crawls that are killed while they seal, and every command that reads the output."""

import json
import shutil
import signal
import subprocess
import sys
import threading
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from scrapy.settings import Settings

from espreso_crawler.exceptions import ConfigurationError, LedgerError
from espreso_crawler.object_path import ObjectPath, told
from espreso_crawler.options import OPTIONS, wrong_value
from espreso_crawler.places import places
from espreso_crawler.report import page
from espreso_crawler.report.writing import Report, write
from tests import buckets, forked
from tests.crawls import ROOT, Desk, dying_at
from tests.site import running, small
from tests.waiting import PATIENCE

KILLED = -9
STEPS = ("seal:data-renamed", "seal:written", "seal:manifest-renamed")
LIMIT = 4


@pytest.fixture
def desk(tmp_path, bucket) -> Desk:
    return Desk(tmp_path, {"ESPRESO_OUTPUT": bucket})


def place(desk: Desk) -> ObjectPath:
    return ObjectPath.of(desk.settings["ESPRESO_OUTPUT"])


def command(desk: Desk, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    state = f"ESPRESO_STATE={desk.home / 'state'}"
    return forked.command(*arguments, "-s", f"ESPRESO_OUTPUT={place(desk)}", "-s", state)


def articles(desk: Desk) -> list[dict[str, Any]]:
    done = command(desk, "ledger", "tail")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def assert_agrees(desk: Desk) -> None:
    done = command(desk, "ledger", "reconcile")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_killed_sealer_loses_and_doubles_nothing_and_every_command_reads_the_bucket(desk, tmp_path, monkeypatch):
    following = ["ledger", "tail", "--follow", "-s", f"ESPRESO_OUTPUT={place(desk)}"]
    lines, telling = forked.pipe()
    follower = forked.Started(following, folder=ROOT, now=None, streams=forked.Streams(stdout=telling))
    with running(small()) as demo:
        for step in STEPS:  # each one begins with what the one before it left; the last is killed while it does
            with dying_at(step):
                assert desk.crawl(f"start={demo.url}/news", f"limit={LIMIT}").exit_code == KILLED, step
        done = desk.crawl(f"start={demo.url}/news", f"limit={LIMIT}")
    assert done.exit_code == 0, done.log
    assert "invented-secret" not in done.log
    written = articles(desk)
    ids = [record["id"] for record in written]
    assert len(ids) == len(set(ids)) == LIMIT * len(STEPS)
    assert_agrees(desk)
    with lines:
        assert [json.loads(lines.readline()) for _ in written] == written
    follower.send_signal(signal.SIGTERM)
    follower.wait(PATIENCE)
    keys = [path.name for path in place(desk).glob("articles/*/*.jsonl")]
    assert sorted(keys) == [f"{number:012d}.jsonl" for number in range(1, len(keys) + 1)]
    assert not any(b"invented" in path.read_bytes() for path in place(desk).glob("runs/*.json"))

    assert command(desk, "export", "--format", "csv", "--to", str(tmp_path / "csv")).returncode == 0
    monkeypatch.setattr(page, "BUNDLE", "print('/* charts */')")  # takes seconds
    report = Report(place(desk), tmp_path / "state", tmp_path / "state" / "ledger.sqlite3")
    assert write(report, tmp_path / "report.html").articles == len(ids)
    assert command(desk, "tag").returncode == 0

    forget = ("ledger", "forget", ids[0], "--reason", "asked to")
    for step in ("seal:manifest-renamed", "seal:before-commit"):
        with dying_at(step):
            assert command(desk, *forget).returncode == KILLED
    done = command(desk, *forget)
    assert done.returncode == 0, done.stderr
    left = [record for record in articles(desk) if record["id"] == ids[0]]
    assert [record["event"] for record in left] == ["erased"]
    assert not any(
        b"headline" in line and ids[0].encode() in line and b'"erased"' not in line
        for path in place(desk).rglob("*")
        for line in path.read_bytes().splitlines()
    )
    assert_agrees(desk)
    # A process that was stopped before its put comes back: the key is taken.
    assert not (place(desk) / emptied(desk)).create(b"late")

    for part in (tmp_path / "state").glob("ledger.sqlite3*"):
        part.unlink()
    before = articles(desk)
    assert command(desk, "ledger", "reconcile", "--rebuild").returncode == 0
    assert_agrees(desk)
    assert articles(desk) == before


def emptied(desk: Desk) -> str:
    found = [path for path in place(desk).glob("articles/*/*.jsonl") if path.size == 0]
    return str(found[0].relative_to(place(desk)))


def test_an_object_that_this_ledger_did_not_write_stops_it(desk):
    with running(small()) as demo:
        news = (f"start={demo.url}/news", "limit=2")
        with dying_at("seal:manifest-renamed"):
            assert desk.crawl(*news).exit_code == KILLED
        (about,) = place(desk).glob("articles/*/*.manifest.json")
        strange = about.with_name(about.name.replace(".manifest.json", ".jsonl"))
        content = b'{"id":"another"}\n'
        assert strange.create(content)
        for _ in range(2):
            done = desk.crawl(*news)
            assert done.exit_code == 4
            assert f"{strange}: another ledger wrote this object, or it was changed since" in done.log
            # A whole segment of another ledger, whose manifest is right too:
            about.write_bytes(json.dumps({"run_id": "another", "sha256": sha256(content).hexdigest()}).encode())
    assert strange.read_bytes() == content


def test_at_the_root_of_a_bucket_a_manifest_whose_ledger_is_lost_does_not_stop_the_next(tmp_path, bucket, s3):
    root = "s3://news-at-the-root"
    buckets.make_bucket(s3, root)
    desk = Desk(tmp_path, {"ESPRESO_OUTPUT": root})
    with running(small()) as demo:
        news = (f"start={demo.url}/news", "limit=2")
        with dying_at("seal:manifest-renamed"):
            assert desk.crawl(*news).exit_code == KILLED
        (about,) = place(desk).glob("articles/*/*.manifest.json")
        lost = json.loads(about.read_bytes())
        shutil.rmtree(tmp_path / "state")
        assert command(desk, "ledger", "reconcile", "--rebuild").returncode == 0
        done = desk.crawl(*news)
    assert done.exit_code == 0, done.log
    told = json.loads(about.read_bytes())
    assert (told["file"], told["segment"]) == (lost["file"], lost["segment"])
    assert told["run_id"] != lost["run_id"]
    assert len(articles(desk)) == 2
    assert_agrees(desk)

    foreign = ["articles/emitted=2026-01-01/000000000009.jsonl", "feed/emitted=2026-01-01/000000000009.jsonl"]
    for name in foreign:
        assert (place(desk) / name).create(name.encode())
    fixed = command(desk, "ledger", "reconcile", "--fix")
    assert fixed.returncode == 0, fixed.stdout + fixed.stderr
    assert [(tmp_path / "state" / "aside" / name).read_text() for name in foreign] == foreign
    assert str(place(desk)) == root


def test_a_bucket_that_is_not_there_is_told_in_one_line(desk):
    for arguments in (("ledger", "tail"), ("export", "--format", "csv", "--to", str(desk.home))):
        done = forked.command(*arguments, "-s", "ESPRESO_OUTPUT=s3://nowhere/x")
        assert done.returncode == 4
        assert b"Traceback" not in done.stderr
        said = done.stderr.decode().strip().splitlines()[-1]
        assert "s3://nowhere/x/articles: " in said
        assert said.endswith("404 Not Found")


@pytest.mark.parametrize(
    ("output", "changed", "reason"),
    [
        ("s3://nowhere/x", {}, "s3://nowhere: there is no such bucket"),
        ("s3://news/x", {"AWS_ALLOW_HTTP": "false"}, "an address with http:// needs AWS_ALLOW_HTTP=true"),
    ],
)
def test_a_crawl_without_its_bucket_ends_at_once_in_one_line(output, changed, reason, desk, monkeypatch):
    for name, value in changed.items():
        monkeypatch.setenv(name, value)
    done = desk.crawl(settings={"ESPRESO_OUTPUT": output})
    assert done.exit_code == 4
    assert reason in done.log
    assert len(done.log.splitlines()) == 1


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("The operation lacked the necessary privileges to complete: 403 Forbidden", "check the credentials"),
        ("Error performing PUT http://169.254.169.254/latest/api/token", "no credentials in the environment"),
    ],
)
def test_what_a_client_says_of_credentials_is_explained(said, reason):
    assert reason in told(OSError(said))


class Careless(BaseHTTPRequestHandler):
    """Takes every object, whatever the condition."""

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("ETag", '"1"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_a_server_that_ignores_the_condition_is_refused(tmp_path, monkeypatch):
    pytest.importorskip("obstore")
    with HTTPServer(("127.0.0.1", 0), Careless) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for name, value in buckets.CREDENTIALS.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
        with pytest.raises(LedgerError, match="replaces an object although it was asked not to"):
            ObjectPath.of("s3://careless/x").probe()
        server.shutdown()


@pytest.mark.parametrize(
    "given",
    ["s3://key:secret@news", "s3://", "az://news?sig=secret", "ftp://news", "file://host/x", "file:///x?y"],
)
def test_an_address_with_credentials_or_of_another_kind_is_refused(given):
    (wrong,) = wrong_value("ESPRESO_OUTPUT", given, OPTIONS["ESPRESO_OUTPUT"].allowed)
    assert "secret" not in wrong


@pytest.mark.parametrize("prefix", ["/a//b", "/../x", "/.", "/a/./b", "//", "/a//"])
def test_a_prefix_that_a_client_would_change_is_refused(prefix):
    (wrong,) = wrong_value("ESPRESO_OUTPUT", f"s3://news{prefix}", OPTIONS["ESPRESO_OUTPUT"].allowed)
    assert "no part of PREFIX empty, . or .." in wrong


@pytest.mark.parametrize("prefix", ["", "/", "/a", "/a/b/", "/.a/..b"])
def test_any_other_prefix_is_taken(prefix):
    assert not [*wrong_value("ESPRESO_OUTPUT", f"s3://news{prefix}", OPTIONS["ESPRESO_OUTPUT"].allowed)]


def test_what_can_only_be_a_folder_takes_no_address():
    for name in ("ESPRESO_STATE", "ESPRESO_ARCHIVE"):
        assert [*wrong_value(name, "s3://news/x", OPTIONS[name].allowed)]
    done = forked.command("export", "--format", "csv", "--to", "s3://news/x")
    assert done.returncode == 2
    assert b"--to s3://news/x: give the path of a folder" in done.stderr


def test_an_address_of_a_folder_is_a_folder():
    given = Settings({"ESPRESO_OUTPUT": "file:///srv/news%20lines", "ESPRESO_STATE": "state"})
    assert places(given).output == Path("/srv/news lines")


def test_without_the_library_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "obstore", None)
    monkeypatch.setitem(sys.modules, "obstore.store", None)
    with pytest.raises(ConfigurationError, match=r"espreso-crawler\[bucket\]"):
        ObjectPath.of("gs://not-yet-used/x").exists()
