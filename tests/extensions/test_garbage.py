"""Python's search for cycles while a crawl runs, and after it."""

import subprocess
import sys

from espreso_crawler.extensions.garbage import YOUNG
from tests.checkout import ROOT
from tests.crawls import NO_WAITING

CRAWL = """
import gc
from scrapy import signals
from scrapy.crawler import CrawlerProcess
from scrapy.utils.project import get_project_settings

settings = get_project_settings()
settings.setdict({"ESPRESO_OUTPUT": "%(home)s/output", "ESPRESO_STATE": "%(home)s/state", "LOG_ENABLED": False})
settings.setdict(%(no_waiting)r)
process = CrawlerProcess(settings)
crawler = process.create_crawler("read_also")
crawler.signals.connect(
    lambda: print(gc.get_threshold()[0], gc.get_freeze_count() > 10_000), signals.spider_closed, weak=False
)
process.crawl(crawler, start="http://127.0.0.1:9/news")  # nobody listens: the crawl ends at once
process.start()
print(gc.get_threshold()[0], gc.get_freeze_count() > 10_000)
"""


def test_a_crawl_searches_less_and_leaves_python_as_it_was(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", CRAWL % {"home": tmp_path, "no_waiting": NO_WAITING}],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    default = subprocess.run(
        [sys.executable, "-c", "import gc; print(gc.get_threshold()[0])"], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == [str(YOUNG), "True", default.stdout.strip(), "False"], done.stderr
