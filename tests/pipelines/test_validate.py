"""The pipeline lets valid articles pass and keeps the others with every error."""

import multiprocessing
import os
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from scrapy.utils.test import get_crawler

from espreso_crawler.drops import Invalid
from espreso_crawler.exceptions import LedgerError
from espreso_crawler.items import Article
from espreso_crawler.pipelines.validate import ValidatePipeline, append_line
from tests.articles import full_article

RUN = "20241102T095900Z-0123abcd"


@pytest.fixture
def pipeline(tmp_path: Path) -> ValidatePipeline:
    return ValidatePipeline(tmp_path, RUN, get_crawler().stats)


def rejects(tmp_path: Path) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in (tmp_path / f"{RUN}.jsonl").read_bytes().splitlines()]


def test_a_valid_article_passes_untouched(pipeline, tmp_path):
    article = full_article()
    assert pipeline.process_item(article) is article
    assert article == full_article()
    assert list(tmp_path.iterdir()) == []


def test_an_invalid_article_is_dropped_counted_and_kept_with_every_error(pipeline, tmp_path):
    article = full_article()
    article.headline, article.labels = None, ["Two Words", "Three Words"]
    with pytest.raises(Invalid, match="headline: None is not of type 'string'"):
        pipeline.process_item(article)
    (reject,) = rejects(tmp_path)
    assert list(reject) == ["url", "errors", "record", "run_id", "at"]
    assert [error.split(":")[0] for error in reject["errors"]] == ["labels[0]", "labels[1]", "headline"]
    assert reject["record"]["entity_id"] == "1001"
    assert reject["run_id"] == RUN
    assert datetime.fromisoformat(reject["at"]).tzinfo
    assert pipeline._stats.get_stats() == {"espreso/invalid/headline": 1, "espreso/invalid/labels": 1}


def test_each_reject_is_one_line_in_the_file_of_its_run(pipeline, tmp_path):
    for _ in range(3):
        with pytest.raises(Invalid):
            pipeline.process_item(Article())
    assert len(rejects(tmp_path)) == 3


def test_an_article_that_json_cannot_hold_is_rejected_without_its_record(pipeline, tmp_path):
    article = full_article()
    article.headline = "half \ud800"
    with pytest.raises(Invalid, match="cannot be written as JSON"):
        pipeline.process_item(article)
    assert rejects(tmp_path)[0]["record"] is None


def test_an_empty_article_is_rejected_and_not_a_crash(pipeline):
    with pytest.raises(Invalid, match="headline"):
        pipeline.process_item(Article())


def test_the_drop_itself_is_quiet_because_the_pipeline_logs_one_line(pipeline, caplog):
    with pytest.raises(Invalid) as dropped:
        pipeline.process_item(Article(url="https://espreso.tv/a"))
    assert dropped.value.log_level == "DEBUG"
    (line,) = [record.getMessage() for record in caplog.records if record.name.startswith("espreso_crawler")]
    assert line.startswith("Invalid record: https://espreso.tv/a: ")


def test_a_rejects_folder_that_cannot_be_written_is_an_output_error(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    broken = ValidatePipeline(tmp_path / "file" / "rejects", RUN, get_crawler().stats)
    with pytest.raises(LedgerError, match="rejects"):
        broken.process_item(Article())


def test_a_line_that_was_written_in_part_is_an_output_error_and_spoils_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.write
    monkeypatch.setattr(os, "write", lambda file, data: real(file, data[:4]))
    with pytest.raises(LedgerError, match="No space left on device; a rejected record could not be kept"):
        append_line(tmp_path / "rejects", b"a long line")
    monkeypatch.undo()
    append_line(tmp_path / "rejects", b"another")
    assert (tmp_path / "rejects").read_bytes() == b"a lo\nanother\n"


def add_lines(file: Path, letter: bytes) -> None:
    for _ in range(20):
        append_line(file, letter * 200_000)


def test_lines_of_two_processes_do_not_mix(tmp_path):
    file = tmp_path / "rejects" / f"{RUN}.jsonl"
    fork = multiprocessing.get_context("fork")
    adding = [fork.Process(target=add_lines, args=(file, letter)) for letter in (b"a", b"b")]
    for process in adding:
        process.start()
    for process in adding:
        process.join(60)
    assert [process.exitcode for process in adding] == [0, 0]
    assert sorted(set(file.read_bytes().split())) == [b"a" * 200_000, b"b" * 200_000]
