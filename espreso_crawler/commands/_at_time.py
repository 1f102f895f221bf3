"""Run Scrapy at another time of day: ``python -m espreso_crawler.commands._at_time 2026-03-02T12:00+02:00 crawl …``.

The demo and the tests move the clock like this; a real crawl never does.
"""

import sys
from datetime import datetime

from scrapy import cmdline

if __name__ == "__main__":
    import time_machine  # an extra: may be missing

    now = datetime.fromisoformat(sys.argv.pop(1))
    time_machine.travel(now, tick=True).start()
    cmdline.execute(["scrapy", *sys.argv[1:]])
