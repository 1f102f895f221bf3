"""What a run's own numbers say: failures, rejects, silence, latency; and that the docs know every finding."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from espreso_crawler.monitors.expectations import EXPECTATIONS
from espreso_crawler.monitors.latency import Latency
from espreso_crawler.monitors.observations import MEASURED
from espreso_crawler.monitors.run_checks import run_findings, silence
from tests import said

ROOT = Path(__file__).parents[2]
NOW = int(datetime(2026, 11, 22, 15, tzinfo=UTC).timestamp())
HOUR, DAY = 3600, 86_400
DAYTIME = [NOW - day * DAY + hour * HOUR + minute * 60 for day in range(1, 15) for hour in range(-9, 6)
           for minute in (5, 20, 35, 50)]  # fmt: skip
"""Four an hour from 6 to 20 o'clock UTC, nothing at night."""


@pytest.mark.parametrize(
    ("stats", "gaps", "found"),
    [
        ({"response_received_count": 100, "espreso/failures": 4}, 0, {}),
        ({"response_received_count": 100, "espreso/failures": 30}, 0, {"failures": "warning"}),
        ({"item_scraped_count": 50, "item_dropped_count": 1, "item_dropped_reasons_count/Invalid": 1}, 0,
         {"rejects": "warning"}),
        ({"item_scraped_count": 5, "item_dropped_count": 5, "item_dropped_reasons_count/Invalid": 5}, 0,
         {"rejects": "critical"}),
        ({"espreso/host/challenges": 1}, 0, {"challenges": "warning"}),
        ({"espreso/host/challenges": 3}, 0, {"challenges": "critical"}),
        ({"espreso/robots/unreadable": 1}, 0, {"robots_unreadable": "critical"}),
        ({"espreso/start/unreadable": 1}, 0, {"start_unreadable": "critical"}),
        ({"response_received_count": 10, "espreso/feed/missing": 9}, 0, {"feed_missing": "warning"}),
        ({"response_received_count": 100, "espreso/held_until_published": 3}, 0, {}),
        ({"response_received_count": 10, "espreso/held_until_published": 3}, 0, {"future": "critical"}),
        ({}, 2, {"gaps": "warning"}),
    ],
)  # fmt: skip
def test_what_the_numbers_of_a_run_say(stats: dict[str, Any], gaps: int, found: dict[str, str]):
    assert {finding.name: finding.level for finding in run_findings(stats, gaps)} == found


@pytest.mark.parametrize(
    ("hours", "is_odd"),
    [(1, False), (3, False), (5, True), (30, True)],
)
def test_no_article_for_longer_than_usual_by_day(hours: int, is_odd: bool):
    assert (silence("espreso.tv", DAYTIME, NOW - hours * HOUR, NOW) is not None) == is_odd


def test_a_quiet_night_is_usual():
    morning = NOW - 9 * HOUR  # 6 o'clock
    times = [time for time in DAYTIME if time < morning]
    assert silence("espreso.tv", times, max(times), morning) is None
    assert silence("espreso.tv", times, max(times), morning + 5 * HOUR) is not None


def test_what_is_usual_is_unknown_before_three_days():
    assert silence("espreso.tv", [], NOW - 30 * HOUR, NOW) is None
    assert silence("espreso.tv", [time for time in DAYTIME if time > NOW - 2 * DAY], NOW - 30 * HOUR, NOW) is None


def test_latency_counts_what_was_published_since_the_run_before():
    before = datetime(2026, 11, 22, 12, tzinfo=UTC)
    latency = Latency({"espreso.tv": before})
    assert latency.document() == {"count": 0, "p50": None, "p95": None}
    for minutes in range(-5, 20):
        latency.add("espreso.tv", before + timedelta(minutes=minutes), before + timedelta(minutes=20))
    latency.add("espreso.tv", None, before)
    latency.add("other.example", before + timedelta(minutes=1), before + timedelta(days=9))
    assert latency.document() == {"count": 19, "p50": 10 * 60, "p95": 19 * 60}


def test_the_docs_say_what_to_do_about_every_finding():
    source = "\n".join(path.read_text("utf-8") for path in (ROOT / "espreso_crawler" / "monitors").glob("*.py"))
    named = set(re.findall(r'Finding\(\s*"(\w+)"|_finding\(feed, "(\w+)"|\s\("(feed_\w+)"', source))
    names = {name for groups in named for name in groups if name} | {each.name for each in EXPECTATIONS}
    names |= {f"length_{field}" for field in MEASURED}
    rows = said.rows(ROOT / "docs" / "monitors.md", "Findings")
    assert {name for row in rows for name in re.findall(r"\w+", row.cells[0])} == names
    levels = {name: row.cells[1] for row in rows for name in re.findall(r"\w+", row.cells[0])}
    for each in EXPECTATIONS:
        assert levels[each.name] == each.level + (", holds" if each.holds else "")
