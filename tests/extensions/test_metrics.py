"""The metrics file: what the run file says, for Prometheus; one file, however many runs."""

from datetime import datetime
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from scrapy.utils.test import get_crawler

from espreso_crawler.exceptions import ConfigurationError
from espreso_crawler.extensions.metrics import MetricsExtension, samples
from tests.crawls import Desk, start
from tests.site import running, small


def read(path: Path) -> dict[tuple[str, ...], float]:
    """Return the values of a metrics file by name and the labels beside spider and edition."""
    found = {}
    for family in text_string_to_metric_families(path.read_text()):
        assert (family.type, bool(family.documentation)) == ("gauge", True)
        for sample in family.samples:
            labels = dict(sample.labels)
            assert (labels.pop("spider"), labels.pop("edition")) == ("read_also", "127.0.0.1")
            found[(sample.name, *labels.values())] = sample.value
    return found


def test_the_metrics_file_says_what_the_run_file_says_and_is_overwritten(tmp_path: Path):
    desk = Desk(tmp_path, {"ESPRESO_METRICS": str(tmp_path / "textfiles")})
    with running(small()) as demo:
        desk.crawl(start(demo), "limit=3")
        (path,) = (tmp_path / "textfiles").iterdir()
        first = read(path)
        assert desk.crawl(start(demo), "limit=2").exit_code == 0
    assert list((tmp_path / "textfiles").iterdir()) == [path]
    assert path.name == "espreso_read_also_127.0.0.1.prom"
    second, run = read(path), desk.runs()[-1]
    assert (first["espreso_run_stat", "espreso/emitted"], second["espreso_run_stat", "espreso/emitted"]) == (3, 2)
    assert second["espreso_run_exit_code",] == 0
    assert second["espreso_run_end_timestamp_seconds",] == datetime.fromisoformat(run["ended_at"]).timestamp()
    assert second["espreso_run_count", "entry", "emitted"] == run["counts"]["entry"]["emitted"] == 2
    assert second["espreso_run_segments",] == len(run["segments"])
    assert run["run_id"] not in path.read_text()


def test_verdict_and_latency_are_metrics_too():
    document = {"exit_code": 5, "verdict": "critical", "latency": {"count": 2, "p50": 60, "p95": None}}
    assert list(samples(document)) == [
        ("espreso_run_exit_code", {}, 5),
        ("espreso_run_verdict", {}, 2),
        ("espreso_run_latency_seconds", {"quantile": "0.5"}, 60),
    ]


def test_a_folder_that_cannot_be_is_refused_at_the_start(tmp_path: Path):
    (tmp_path / "file").write_text("a file where the folder should be")
    with pytest.raises(ConfigurationError, match=f"ESPRESO_METRICS={tmp_path / 'file'}: File exists"):
        MetricsExtension.from_crawler(get_crawler(settings_dict={"ESPRESO_METRICS": str(tmp_path / "file")}))


def test_a_file_that_cannot_be_written_is_one_line_and_never_a_reason_to_fail(tmp_path: Path):
    (tmp_path / "textfiles" / "espreso_read_also_127.0.0.1.prom").mkdir(parents=True)
    desk = Desk(tmp_path, {"ESPRESO_METRICS": str(tmp_path / "textfiles"), "RETRY_TIMES": "0"})
    done = desk.crawl("start=http://127.0.0.1:9/news")
    assert (done.exit_code, done.log.count("Metrics not written: ")) == (3, 1)
    assert "Traceback" not in done.log
