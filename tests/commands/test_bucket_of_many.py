"""One ledger in PostgreSQL, one bucket, two machines: each has folders of its own, and either may die."""

import json
from pathlib import Path
from typing import Any, Self

import pytest
from scrapy.crawler import Crawler

from espreso_crawler import object_path
from espreso_crawler.object_path import ObjectPath
from espreso_crawler.settings import EXTENSIONS
from tests import forked
from tests.crawls import Desk, dying_at, ended, hold, let_go
from tests.postgres import schema_of
from tests.proxy import between
from tests.site import running, small
from tests.waiting import wait_until

KILLED = -9
LIMIT = 4


class Impatient:
    """Extension that lets a server be asked once more only; else that goes on for some seconds."""

    @classmethod
    def from_crawler(cls, _crawler: Crawler) -> Self:
        object_path.RETRY = {**object_path.RETRY, "max_retries": 1}
        return cls()


@pytest.fixture
def machines(tmp_path: Path, bucket: str, postgresql: str) -> tuple[Desk, Desk]:
    shared = {"ESPRESO_OUTPUT": bucket, "ESPRESO_LEDGER": schema_of(postgresql, "bucket_of_many")}
    return Desk(tmp_path / "one", shared), Desk(tmp_path / "two", shared)


def command(desk: Desk, *arguments: str) -> bytes:
    given = desk.settings | {"ESPRESO_STATE": str(desk.home / "state")}
    done = forked.command(*arguments, *(part for name in given for part in ("-s", f"{name}={given[name]}")))
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def assert_crawls(desk: Desk, *arguments: str) -> None:
    done = desk.crawl(*arguments)
    assert done.exit_code == 0, done.log


def test_a_lost_server_and_a_dead_machine_cost_nothing_and_another_machine_goes_on(machines, s3, monkeypatch):
    one, two = machines
    place = ObjectPath.of(one.settings["ESPRESO_OUTPUT"])
    assert not place.exists()  # this process asks the server itself, whatever the environment says from here on
    with running(small()) as demo:
        news = (f"start={demo.url}/news", f"limit={LIMIT}")
        impatient = {"EXTENSIONS": json.dumps({**EXTENSIONS, f"{__name__}.Impatient": 0})}
        hold(demo, after=1)
        with between(int(s3.rpartition(":")[2])) as link:
            monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{link.port}")
            process = one.start(*news, settings=impatient | {"ESPRESO_SEAL_SECONDS": "0"})
            wait_until(lambda: [*place.glob("feed/*/*.jsonl")] or process.poll() is not None, "the first file")
        let_go(demo)
        code, said, _ = ended(process)
        assert code == 4, said
        assert "correct this and crawl again: what was not written is pending" in said
        assert "Traceback" not in said
        monkeypatch.setenv("AWS_ENDPOINT_URL", s3)
        assert_crawls(two, *news)

        with dying_at("seal:manifest-renamed"):
            assert one.crawl(*news).exit_code == KILLED
        promised = json.loads(max(place.glob("articles/*/*.manifest.json")).read_bytes())
        assert promised["segment"] == len([*place.glob("articles/*/*.jsonl")]) + 1
        assert_crawls(two, *news)
    (forward,) = place.glob(f"articles/*/{promised['file']}")
    assert {json.loads(line)["run_id"] for line in forward.read_bytes().splitlines()} == {promised["run_id"]}
    records: list[dict[str, Any]] = [json.loads(line) for line in command(one, "ledger", "tail").splitlines()]
    ids = [record["id"] for record in records]
    assert len(ids) == len(set(ids))
    assert len(ids) >= 3 * LIMIT
    keys = sorted(path.name for path in place.glob("articles/*/*.jsonl"))
    assert keys == [f"{number:012d}.jsonl" for number in range(1, len(keys) + 1)]
    command(two, "ledger", "reconcile")
