"""Run Scrapy at another time of day: ``python -m tests.at_time 2026-03-02T12:00+02:00 crawl read_also …``."""

import sys
from datetime import datetime

import time_machine
from scrapy import cmdline

if __name__ == "__main__":
    now = datetime.fromisoformat(sys.argv.pop(1))
    time_machine.travel(now, tick=True).start()
    cmdline.execute(["scrapy", *sys.argv[1:]])
