"""What is to be read of an archive: pages by their time, bodies of revisits, redirects."""

from datetime import UTC, datetime
from typing import Any

import pytest

from espreso_crawler.archive.reading.plan import Plan
from espreso_crawler.archive.reading.stored import StoredCapture

URL = "https://global.espreso.tv/news-number-1"


def capture(**told: Any) -> StoredCapture:
    at = datetime(2024, 11, 2, 12, tzinfo=UTC)
    page: dict[str, Any] = {
        "path": "a.warc",
        "offset": 0,
        "place": "a.warc, byte 0",
        "url": URL,
        "at": at,
        "status": 200,
    }
    return StoredCapture(**page | {"media_type": "text/html"} | told)


def test_a_revisit_that_names_no_record_gets_no_body():
    plan = Plan.of([capture(), capture(record_id="<1>"), capture(digest="sha1:A"), capture(is_revisit=True)], "/t")
    assert plan.payload(plan.pages[-1]) is None
    assert plan.payload(capture(is_revisit=True, digest="sha1:A")) == capture(digest="sha1:A")


@pytest.mark.parametrize("location", ["https://[espreso.tv]/x", "//[", "http://a℀b/"])
def test_a_redirect_to_what_is_no_address_leads_nowhere(location):
    plan = Plan.of([capture(status=302, location=location), capture()], "/t")
    assert (len(plan.pages), plan.others, plan.led_to(URL)) == (1, 1, ())
