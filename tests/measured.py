"""``python -m tests.measured crawl …``: Scrapy's command line, which says at its end how much memory it took."""

import atexit
import sys

from scrapy.cmdline import execute

from tests.benchmarks.crawler import peak_mb

if __name__ == "__main__":
    atexit.register(lambda: sys.stderr.write(f"peak {peak_mb():.0f} MB\n"))
    execute()
