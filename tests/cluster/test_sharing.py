"""What driver and workers share: a batch goes on where a worker was killed, and nothing is left behind."""

import os
import shutil

import pytest

from espreso_crawler.cluster import Cluster, clear
from espreso_crawler.cluster.sameness import versions
from espreso_crawler.cluster.shelf import ASIDE, LOCK, Shelf
from espreso_crawler.cluster.worker import answer, unfitness
from espreso_crawler.exceptions import ClusterError, ConfigurationError
from espreso_crawler.reextraction.work import ReextractionWork
from espreso_crawler.tagging import tagger
from tests.cluster.pages import work


def test_a_worker_that_cannot_write_is_of_no_use(tmp_path):
    assert unfitness(str(tmp_path / "none"), [], {}) == (
        f"{tmp_path / 'none'} is not there; this machine and the workers need the same files under the same paths"
    )


def test_a_worker_that_came_later_and_lacks_the_archive_answers_nothing(tmp_path):
    shelf = Shelf(tmp_path / "run")
    shelf.begin(work(tmp_path, tagger()))
    key = shelf.ask(0, [b"a"])
    with pytest.raises(ClusterError, match=f"{tmp_path / 'archive'} is not there"):
        answer(str(shelf.folder), key, [str(tmp_path / "archive")], versions())
    (tmp_path / "archive").mkdir()
    assert answer(str(shelf.folder), key, [str(tmp_path / "archive")], versions()) == key


def test_a_folder_that_cannot_be_removed_yet_is_found_later(tmp_path, monkeypatch):
    shelf = Shelf(tmp_path / "run")
    os.close(shelf.begin(work(tmp_path, tagger())))
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", lambda *_, **__: None)  # a worker still writes there
        shelf.remove()
    assert shelf.folder.exists()
    clear(tmp_path)
    assert list(tmp_path.iterdir()) == []


class Counting(ReextractionWork):
    """Counts what it is asked."""

    asked = 0

    def answer(self, question: bytes) -> bytes:
        type(self).asked += 1
        if question == b"end":
            raise SystemExit
        return question.upper()


def test_a_batch_goes_on_where_a_worker_was_killed_and_blames_what_three_ended_on(tmp_path):
    shelf, reading = Shelf(tmp_path / "run"), Counting(work(tmp_path, tagger())._settings)
    shelf.begin(reading)
    key = shelf.ask(7, [b"a", b"end", b"b"])
    assert key.startswith("00000007-")
    for killed in range(1, 4):
        with pytest.raises(SystemExit):
            shelf.answer(key, reading)
        assert Counting.asked == killed + 1, "the first question is answered once"
        assert shelf.progress(key) == killed + 1, "each that is killed has come further"
    shelf.answer(key, reading)
    assert Counting.asked == 5
    assert shelf.take(key, 3) == [b"A", ASIDE, b"B"]
    assert not (shelf.folder / key).exists()


def test_a_part_that_is_cut_counts_as_far_as_it_is_whole(tmp_path):
    shelf, reading = Shelf(tmp_path / "run"), Counting(work(tmp_path, tagger())._settings)
    shelf.begin(reading)
    key = shelf.ask(0, [b"a", b"b", b"end"])
    with pytest.raises(SystemExit):
        shelf.answer(key, reading)
    (part,) = (shelf.folder / key).glob("*.part")
    part.write_bytes(part.read_bytes()[:-10])
    assert shelf.history(key).answers == {0: b"A"}


def test_what_a_killed_driver_left_is_removed_by_the_next_one_and_what_is_in_use_is_not(tmp_path):
    used, left = Shelf(tmp_path / "used"), Shelf(tmp_path / "left")
    used.begin(work(tmp_path, tagger()))
    left.folder.mkdir()
    left.folder.with_suffix(LOCK).touch()
    clear(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"used", f"used{LOCK}"}


def test_a_folder_that_cannot_be_shared_is_told_before_anybody_is_asked(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match=f"^{tmp_path}/file/.*; workers and driver share it$"):
        Cluster("tcp://127.0.0.1:1", tmp_path / "file", []).start(work(tmp_path, tagger()))
