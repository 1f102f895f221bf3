"""A cluster's workers read what this process reads, whoever is killed on the way."""

import json
import socket
import threading
from collections import deque
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import cycle
from pathlib import Path

import msgspec
import pytest

from espreso_crawler.cluster import Cluster, engine
from espreso_crawler.cluster.shelf import ASIDE
from espreso_crawler.exceptions import ClusterError, ConfigurationError
from espreso_crawler.reextraction.running import outcomes, started
from espreso_crawler.reextraction.work import ReextractionWork
from tests.archives import foreign, packed_whole, page, warc
from tests.cluster import local
from tests.cluster.pages import DEADLY, SMALL, TAGS, Deadly, archived, killed, work
from tests.crawls import Desk
from tests.waiting import wait_until

PAGES, DIFFERENT = 240, 8
AT = datetime(2024, 11, 2, 12, tzinfo=UTC)


def test_a_cluster_reads_what_this_machine_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One cluster for all, because it takes seconds to start, and so does each worker that is killed."""
    shared, archive = tmp_path / "shared", tmp_path / "archive"
    lines = archived(archive, PAGES, TAGS, DIFFERENT, SMALL)
    with local.running() as cluster:
        no_use_is_told_in_one_line(cluster, shared, monkeypatch)
        a_page_that_kills_workers_costs_itself_alone(cluster, shared, archive, lines)
        a_replay_writes_the_same(cluster, tmp_path)
        a_lost_cluster_ends_the_run(cluster, shared, archive, lines)
    assert list(shared.iterdir()) == [], "what was shared is removed"


def test_a_line_that_is_no_record_costs_itself_alone(tmp_path: Path) -> None:
    lines = archived(tmp_path, 3, TAGS, 1)
    reading = work(tmp_path, TAGS)
    found = list(outcomes([lines[0], b'{"id":"x"}', lines[2]], reading, started(1, reading, pytest.fail)))
    assert [each.error and each.error[:33] for each in found] == [None, "a line of the output is no record", None]
    assert reading.failed(b'{"id":"x"}', "ENDED").error == "ENDED"


def no_use_is_told_in_one_line(cluster: local.Running, shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as nobody, monkeypatch.context() as patch:
        patch.setattr(engine, "CONNECT_SECONDS", 0.5)
        nobody.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{nobody.getsockname()[1]}"
        with pytest.raises(ConfigurationError, match=f"^{address}: no Dask scheduler answers there$"):
            Cluster(address, shared, []).start(work(shared, TAGS))
    for reads, versions, why in (
        ([shared / "elsewhere"], {}, "elsewhere is not there; this machine and the workers need the same files"),
        ([], {"lxml": "0.1"}, r"it has lxml \S+, and this machine 0.1"),
    ):
        made = Cluster(cluster.address, shared, reads)
        made.versions = {**made.versions, **versions}
        with pytest.raises(ConfigurationError, match=f"worker tcp://127.0.0.1:.*and 1 more.*{why}"):
            made.start(work(shared, TAGS))


def a_page_that_kills_workers_costs_itself_alone(
    cluster: local.Running, shared: Path, archive: Path, lines: list[bytes]
) -> None:
    known, here = json.loads(lines[60]), work(archive, TAGS)
    lines = [*lines[:60], lines[60].replace(known["id"].encode(), DEADLY.encode()), *lines[61:]]
    reading = work(archive, TAGS, Deadly)
    found = list(
        outcomes(lines, reading, started(2, reading, pytest.fail, partial(Cluster, cluster.address, shared, [archive])))
    )
    assert len(set(killed(archive).read_text().split())) == 3, "of two, which were replaced"
    where = known["evidence"]
    assert found[60].error == f"{where['warc_file']}, byte {where['warc_offset']}: {ASIDE}"
    for number, (line, outcome) in enumerate(zip(lines, found, strict=True)):
        if number != 60:
            assert msgspec.json.encode(outcome) == here.answer(line)
    assert sum(bool(each.draft) for each in found) == len(lines[::7]), "there was something to compare"


def a_replay_writes_the_same(cluster: local.Running, home: Path) -> None:
    pages = home / "pages"
    pages.mkdir()
    shots = [page(number, AT + timedelta(minutes=number)) for number in range(60)]
    (pages / "a.warc.gz").write_bytes(warc([*shots[:40], *(foreign(number, AT) for number in range(5))])[:-300])
    (pages / "b.warc.gz").write_bytes(packed_whole(shots[40:]))  # its records are copied where workers see them
    (pages / "c.warc").touch()
    wait_until(lambda: cluster.workers() == local.WORKERS, "workers in place of those that were killed")
    alone, apart = Desk(home / "alone", {"ESPRESO_READERS": "0"}), Desk(home / "apart")
    for desk, extra in ((alone, ()), (apart, ("--cluster", cluster.address))):
        done = desk.crawl(f"path={pages}", spider="archive", extra=extra)
        assert done.exit_code == 3 and "c.warc: the file is empty" in done.log and "Traceback" not in done.log
    here, there = ([comparable(record) for record in desk.records()] for desk in (alone, apart))
    assert len(here) == 60 and here == there
    stats = apart.runs()[-1]["stats"]
    assert (stats["espreso/read_apart"], stats["espreso/archive/workers"]) == (62, 2)
    assert stats["espreso/archive/bytes"] == alone.runs()[-1]["stats"]["espreso/archive/bytes"] > 60_000
    assert list((apart.home / "state" / "cluster").iterdir()) == []


def comparable(record: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in record.items() if name not in {"run_id", "emitted_at"}}


def a_lost_cluster_ends_the_run(cluster: local.Running, shared: Path, archive: Path, lines: list[bytes]) -> None:
    reading: ReextractionWork = work(archive, TAGS)
    workers = started(2, reading, pytest.fail, partial(Cluster, cluster.address, shared, []))
    found = outcomes(cycle(lines), reading, workers)  # so that there is a next page whenever the cluster ends
    next(found)
    ending = threading.Thread(target=cluster.stop)
    ending.start()
    try:
        with pytest.raises(ClusterError, match=f"^{cluster.address}: the scheduler is gone"):
            deque(found, maxlen=0)
    finally:
        ending.join()
