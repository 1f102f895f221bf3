"""Foreign data where the ledger planned a file: the error says what helps, and it does."""

import json
import subprocess
from pathlib import Path

import pytest

from espreso_crawler.object_path import ObjectPath, OutputPath
from tests import forked
from tests.crawls import Desk, dying_at
from tests.site import running, small

KILLED = -9
ADVICE = "`scrapy ledger reconcile --fix` puts"
STRANGE = b'{"id":"another"}\n'


@pytest.fixture(params=["folder", "bucket"])
def desk(tmp_path: Path, request: pytest.FixtureRequest) -> Desk:
    given = request.getfixturevalue("bucket") if request.param == "bucket" else tmp_path / "output"
    return Desk(tmp_path, {"ESPRESO_OUTPUT": str(given)})


def output(desk: Desk) -> OutputPath:
    given = desk.settings["ESPRESO_OUTPUT"]
    return ObjectPath.of(given) if "://" in given else Path(given)


def command(desk: Desk, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    places = f"ESPRESO_OUTPUT={output(desk)}", f"ESPRESO_STATE={desk.home / 'state'}"
    return forked.command("ledger", *arguments, "-s", places[0], "-s", places[1])


def put_stranger(planned: OutputPath) -> OutputPath:
    """Put foreign data where a killed sealer was about to put its own; returns its place."""
    if isinstance(planned, ObjectPath):
        planned.write_bytes(STRANGE)
        return planned
    stranger = planned.with_name(f"{planned.name[:12]}-stranger.jsonl")
    stranger.write_bytes(STRANGE)
    return stranger


def test_what_lies_under_a_planned_name_is_put_aside_by_what_the_error_advises(desk: Desk) -> None:
    with running(small()) as demo:
        news = (f"start={demo.url}/news", "limit=2")
        with dying_at("seal:manifest-renamed"):
            assert desk.crawl(*news).exit_code == KILLED
        (about,) = output(desk).glob("articles/*/*.manifest.json")
        stranger = put_stranger(about.with_name(about.name.replace(".manifest.json", ".jsonl")))

        refused = desk.crawl(*news)
        assert refused.exit_code == 4
        assert str(stranger) in refused.log
        assert ADVICE in refused.log

        found = command(desk, "reconcile")
        assert found.returncode == 4, found.stderr
        name = str(stranger).removeprefix(f"{output(desk)}/")
        assert f"foreign file: {name}" in found.stdout.decode().splitlines()
        fixed = command(desk, "reconcile", "--fix")
        assert fixed.returncode == 0, fixed.stdout + fixed.stderr
        assert (desk.home / "state" / "aside" / name).read_bytes() == STRANGE
        done = desk.crawl(*news)
    assert done.exit_code == 0, done.log
    ids = [json.loads(line)["id"] for line in command(desk, "tail").stdout.splitlines()]
    assert len(ids) == len(set(ids)) >= 4
    assert command(desk, "reconcile").returncode == 0
