"""The short form of `make reach`: a span of two editions, exactly, by either spider, and nothing twice by both."""

import signal
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.crawls import Desk, hold, let_go, page_requests, start, stopped, wait_for_requests
from tests.site import running, small
from tests.spiders.reach import ORDERS, editions, reached

DAYS = 8


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: f"{order[0]} first")
def test_a_span_of_two_editions_is_taken_exactly_and_once(order: tuple[str, str], tmp_path: Path) -> None:
    with editions(articles=400, days=20) as sites:
        first, second = reached(sites, order, DAYS, tmp_path)
    assert first.emitted > 120
    for crawl in (first, second):
        assert (crawl.exit_code, crawl.missing, crawl.beyond, crawl.doubled) == (0, 0, 0, 0)
    assert second.emitted == 0
    overhead = 8  # robots.txt, an index and two lists of each site; the long form has articles enough to carry them
    assert first.requests - overhead <= 1.1 * first.emitted
    assert second.requests <= overhead + 0.1 * first.emitted


def test_a_walk_far_back_goes_on_after_a_limit_and_a_kill(tmp_path: Path) -> None:
    desk = Desk(tmp_path, {"ESPRESO_BACKOFF_SECONDS": "0"})
    options = small(per_day=20, first_day=date(2026, 1, 1))
    with running(options) as demo:
        since = demo.site.clock.now() - timedelta(days=10)
        arguments = (start(demo), f"since={since.isoformat()}")
        assert desk.crawl(*arguments, "limit=60").exit_code == 0
        hold(demo, after=40)
        before, process = len(demo.control.log()), desk.start(*arguments)
        wait_for_requests(demo, before + 40, process)
        assert stopped(process, signal.SIGKILL).exit_code == -signal.SIGKILL
        let_go(demo)
        assert desk.crawl(*arguments).exit_code == 0
        numbers = demo.site.numbers(since, demo.site.clock.now())
        expected = {str(demo.site.truth(number).entity_id) for number in numbers}
        asked = Counter(page_requests(demo))
    found = [record["entity_id"] for record in desk.records()]
    assert sorted(found) == sorted(expected)
    assert desk.runs()[-1]["gaps"] == []
    # What the killed run had read in its last second it had not yet written; nothing is asked for a third time.
    assert max(count for path, count in asked.items() if not path.startswith("/news")) <= 2
