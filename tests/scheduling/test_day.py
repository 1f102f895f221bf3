"""Two hours of polls before the morning's rush, simulated; `make day` shows a whole day."""

from datetime import timedelta
from pathlib import Path

from tests.scheduling.day import MONDAY, simulate


def test_scheduled_polls_find_every_article_soon_cheaply_and_one_after_the_other(tmp_path: Path):
    every = timedelta(minutes=30)
    begin, length = MONDAY + timedelta(hours=8), timedelta(hours=2)
    day = simulate(tmp_path, begin=begin, length=length, every=every, jitter=timedelta(minutes=1))
    assert len(day.polls) == 4
    assert day.due == len(day.latencies) > 3
    assert (day.missing, day.doubled, day.overlaps) == (set(), 0, 0)
    assert day.latencies[-1] < every + timedelta(minutes=1, seconds=30)
    assert day.dearest <= 2
