"""The timer: a poll at once, then one each interval, never two at a time, until SIGTERM or SIGINT."""

import logging
import signal
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from queue import SimpleQueue
from threading import Event
from typing import Any

from apscheduler.events import EVENT_JOB_MAX_INSTANCES
from apscheduler.schedulers.background import BackgroundScheduler

logger = logging.getLogger(__name__)

# It tells of every job it adds and runs; its errors stay.
logging.getLogger("apscheduler").setLevel(logging.ERROR)


def run_until_stopped(poll: Callable[[Event], None], *, every: timedelta, jitter: timedelta) -> None:
    """Poll until a signal; then tell the poll in hand by its event to end, and wait for it."""
    # A queue that a signal's handler may put into: an Event's lock could be held by the very thread it interrupts.
    signals: SimpleQueue[int] = SimpleQueue()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _frame: signals.put(number))
    stop = Event()
    scheduler = BackgroundScheduler(timezone=UTC)
    add_poll(scheduler, lambda: poll(stop), every=every, jitter=jitter)
    scheduler.start()
    name = signal.Signals(signals.get()).name
    logger.info("%s: no further crawls", name)
    stop.set()
    scheduler.shutdown(wait=True)


def add_poll(scheduler: Any, poll: Callable[[], None], *, every: timedelta, jitter: timedelta) -> None:
    """Put the poll on an APScheduler: now, then each `every` plus a random part of `jitter`.

    A poll that is due while the one before it still runs is left out; after a pause of the machine, one is made up.
    """
    scheduler.add_job(
        poll,
        "interval",
        seconds=every.total_seconds(),
        jitter=jitter.total_seconds() or None,
        next_run_time=datetime.now(UTC),
        max_instances=1,
        coalesce=True,
        misfire_grace_time=None,
    )
    scheduler.add_listener(
        lambda _event: logger.info("The previous crawl still runs: this one is skipped"), EVENT_JOB_MAX_INSTANCES
    )
