"""The short form of `make reach`: a span of two editions, exactly, by either spider, and nothing twice by both."""

from pathlib import Path

import pytest

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
