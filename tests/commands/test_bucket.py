"""Output in object storage: crawls that are killed while they seal, and every command that reads the output."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from espreso_crawler.exceptions import ConfigurationError, LedgerError
from espreso_crawler.object_path import ObjectPath
from espreso_crawler.options import OPTIONS
from tests import buckets, forked
from tests.crawls import PAGE, ROOT, Desk
from tests.site import SiteOptions, running

KILLED = -9
STEPS = ("seal:written", "seal:manifest-renamed", "seal:data-renamed")
LIMIT = 4


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    with buckets.server() as address:
        yield address


@pytest.fixture
def desk(tmp_path, bucket, request) -> Desk:
    return Desk(tmp_path, {"ESPRESO_OUTPUT": f"{bucket}/{request.node.name.translate(str.maketrans(':[]', '---'))}"})


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
    follower = subprocess.Popen(
        [sys.executable, "-m", "scrapy", "ledger", "tail", "--follow", "-s", f"ESPRESO_OUTPUT={place(desk)}"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
    )
    with running(SiteOptions(page_bytes=PAGE)) as demo:
        for step in STEPS:
            monkeypatch.setenv("ESPRESO_CRASH_AT", step)
            assert desk.crawl(f"start={demo.url}/news", f"limit={LIMIT}").exit_code == KILLED, step
            monkeypatch.delenv("ESPRESO_CRASH_AT")
            done = desk.crawl(f"start={demo.url}/news", f"limit={LIMIT}")
            assert done.exit_code == 0, done.log
            assert "invented-secret" not in done.log
    written = articles(desk)
    ids = [record["id"] for record in written]
    assert len(ids) == len(set(ids)) >= LIMIT * len(STEPS)
    assert_agrees(desk)
    assert follower.stdout
    try:
        assert [json.loads(follower.stdout.readline()) for _ in written] == written
    finally:
        follower.terminate()
        follower.wait()
    keys = [path.name for path in place(desk).glob("articles/*/*.jsonl")]
    assert sorted(keys) == [f"{number:012d}.jsonl" for number in range(1, len(keys) + 1)]
    assert not any(b"invented" in path.read_bytes() for path in place(desk).glob("runs/*.json"))

    assert command(desk, "export", "--format", "csv", "--to", str(tmp_path / "csv")).returncode == 0
    report = tmp_path / "report.html"
    assert command(desk, "report", str(report)).returncode == 0
    assert report.stat().st_size
    assert command(desk, "tag").returncode == 0

    forget = ("ledger", "forget", ids[0], "--reason", "asked to")
    for step in ("seal:manifest-renamed", "seal:before-commit"):
        monkeypatch.setenv("ESPRESO_CRASH_AT", step)
        assert command(desk, *forget).returncode == KILLED
    monkeypatch.delenv("ESPRESO_CRASH_AT")
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


def test_an_object_that_this_ledger_did_not_write_stops_it(desk, monkeypatch):
    with running(SiteOptions(page_bytes=PAGE)) as demo:
        monkeypatch.setenv("ESPRESO_CRASH_AT", "seal:manifest-renamed")
        assert desk.crawl(f"start={demo.url}/news", "limit=2").exit_code == KILLED
        monkeypatch.delenv("ESPRESO_CRASH_AT")
        (about,) = place(desk).glob("articles/*/*.manifest.json")
        strange = about.with_name(about.name.replace(".manifest.json", ".jsonl"))
        assert strange.create(b'{"id":"another"}\n')
        done = desk.crawl(f"start={demo.url}/news", "limit=2")
    assert done.exit_code == 4
    assert f"{strange}: another ledger wrote this object, or it was changed since" in done.log
    assert strange.read_bytes() == b'{"id":"another"}\n'


def test_a_bucket_that_is_not_there_is_told_in_one_line(desk):
    for arguments in (("ledger", "tail"), ("export", "--format", "csv", "--to", str(desk.home))):
        done = forked.command(*arguments, "-s", "ESPRESO_OUTPUT=s3://nowhere/x")
        assert done.returncode == 4
        assert b"Traceback" not in done.stderr
        said = done.stderr.decode().strip().splitlines()[-1]
        assert "s3://nowhere/x/articles: " in said
        assert said.endswith("404 Not Found")


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
    "given", ["s3://key:secret@news", "s3://", "az://news?sig=secret", "ftp://news", "file://host/x"]
)
def test_an_address_with_credentials_or_of_another_kind_is_refused(given):
    assert not OPTIONS["ESPRESO_OUTPUT"].allowed.accepts(given)


def test_without_the_library_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "obstore", None)
    monkeypatch.setitem(sys.modules, "obstore.store", None)
    with pytest.raises(ConfigurationError, match=r"espreso-crawler\[bucket\]"):
        ObjectPath.of("gs://not-yet-used/x").exists()
