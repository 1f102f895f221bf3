"""robots.txt against a real crawl: read before anything else, and obeyed in every line."""

import itertools
import json
import logging
import re
import time

import pytest
from scrapy import Request
from scrapy.http import Response
from scrapy.robotstxt import ProtegoRobotParser

from espreso_crawler.browser.handler import BrowserDownloadHandler
from espreso_crawler.manners.answers import as_utf8
from tests.crawls import Desk, page_requests, start
from tests.middlewares.test_backoff import pending
from tests.site import FEED, DemoSite, Fault, running, small

ROBOTS = "/robots.txt"
logger = logging.getLogger(__name__)


def test_no_page_is_fetched_before_the_rules_came(demo: DemoSite, desk: Desk):
    demo.control.set_faults(
        Fault("status", path=ROBOTS, times=1, status=503), Fault("challenge", path=ROBOTS, times=1, status=200)
    )
    assert desk.crawl(start(demo)).exit_code == 0
    targets = [visit.target for visit in demo.control.log()]
    assert targets[:4] == [ROBOTS, ROBOTS, ROBOTS, "/news"]
    assert targets.count(ROBOTS) == 3
    assert len(desk.records()) == FEED


@pytest.mark.parametrize(
    "fault",
    [
        Fault("hang", path=ROBOTS),
        Fault("challenge", path=ROBOTS, status=403),
        Fault("status", path=ROBOTS, status=429, retry_after=1),
    ],
    ids=lambda fault: fault.kind,
)
def test_rules_that_cannot_be_read_forbid_everything(fault: Fault, demo: DemoSite, desk: Desk):
    demo.control.set_faults(fault)
    done = desk.crawl(start(demo), settings={"DOWNLOAD_TIMEOUT": "0.5", "RETRY_TIMES": "1"})
    assert (done.exit_code, desk.runs()[-1]["reason"]) == (3, "circuit_open")
    assert "robots.txt could not be read" in done.log
    assert "Traceback" not in done.log
    assert page_requests(demo) == []


def test_a_page_in_place_of_the_rules_loses_nothing(demo: DemoSite, desk: Desk):
    desk.crawl(start(demo), f"limit={FEED - 3}")
    demo.control.set_faults(Fault("error_page", path=ROBOTS))
    demo.control.clear_log()
    assert desk.crawl(start(demo)).exit_code == 3
    assert page_requests(demo) == []
    assert [attempts for attempts, _ in pending(desk)] == [0, 0, 0]


def test_a_site_that_refuses_its_rules_is_open(demo: DemoSite, desk: Desk):
    demo.control.set_faults(Fault("status", path=ROBOTS, status=403))
    assert desk.crawl(start(demo), "limit=2").exit_code == 0
    assert len(desk.records()) == 2


class Telling(BrowserDownloadHandler):
    """Download handler that tells when it sends a request: the site, in another process, may see it late."""

    async def download_request(self, request: Request) -> Response:
        logger.info("sent at %.3f", time.monotonic())
        return await super().download_request(request)


def test_crawl_delay_is_kept_whatever_the_throttle_thinks(desk: Desk):
    with running(small(crawl_delay=1)) as demo:
        throttle = {"AUTOTHROTTLE_ENABLED": "1", "AUTOTHROTTLE_START_DELAY": "0", "DOWNLOAD_DELAY": "0"}
        telling = {"DOWNLOAD_HANDLERS": json.dumps({"http": f"{__name__}.Telling"})}
        done = desk.crawl(start(demo), "limit=3", settings=throttle | telling)
        assert done.exit_code == 0
        assert len(demo.control.log()) == 6
    times = [float(seconds) for seconds in re.findall(r"sent at ([\d.]+)", done.log)]
    assert len(times) == 6
    # A busy machine sends one request late, and the next one in time.
    assert all(later - earlier > 0.7 for earlier, later in itertools.pairwise(times)), times
    assert times[-1] - times[0] > 3.8


def test_a_crawl_delay_beyond_patience_closes_the_host(desk: Desk):
    with running(small(crawl_delay=600)) as demo:
        done = desk.crawl(start(demo))
        assert page_requests(demo) == []
    assert done.exit_code == 3
    assert "its crawl-delay of 600 s is longer than ESPRESO_LONGEST_PAUSE" in done.log


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_rules_are_read_in_any_unicode_encoding(encoding: str):
    rules = "User-agent: *\nDisallow: /закрито\nDisallow: /closed\n# Правила\n"
    parser = ProtegoRobotParser(as_utf8(rules.encode(encoding)), None)
    paths = ("/news", "/closed", "/закрито")
    assert [parser.allowed(f"https://espreso.tv{path}", "espreso_crawler") for path in paths] == [True, False, False]


def test_other_bytes_are_left_to_the_parser():
    assert as_utf8("# Правила\nDisallow: /a".encode("cp1251")) == "# Правила\nDisallow: /a".encode("cp1251")
    assert as_utf8(b"") == b""
