"""What a crawl pays for a browser that it does not use."""

import subprocess
import sys

PLAIN = """
import sys
from scrapy.utils.misc import load_object
from espreso_crawler import settings
from espreso_crawler.spiders import read_also
for handler in settings.DOWNLOAD_HANDLERS.values():
    load_object(handler)
print([name for name in sys.modules if name.partition(".")[0] in ("playwright", "scrapy_playwright")])
"""


def test_a_crawl_loads_nothing_of_a_browser_before_it_needs_one():
    done = subprocess.run([sys.executable, "-c", PLAIN], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
