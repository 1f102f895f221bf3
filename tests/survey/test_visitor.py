"""What identifies a visitor goes out of a page that is kept, and the record stays."""

from datetime import UTC, datetime

import pytest

from espreso_crawler import extract
from espreso_crawler.items import Evidence
from espreso_crawler.survey.visitor import without_visitor
from tests.builders import CAPTURED, Facts, article_html

RAY = "8f3b1c2d4e5f6a7b"
VISIT = f"""
<meta name="csrf-token" content="Zk3vQ-secret"><meta content='Zk4vQ-secret' name='_token'>
<input type="hidden" name="_csrf" value="Zk5vQ-secret"><input type=hidden name=csrf_token value=Zk6vQ-secret>
<script nonce="Zk7vQ-secret">window.App = {{"csrfToken":"Zk8vQ-secret","sessionId": 'Zk9vQ-secret', visitor_id = "ZkAvQ-secret",
"client_ip":"198.18.0.1", remote: "81.2.69.142", v6: "2a01:4f8:c17:b8f:0:0:0:2"}};
window.__CF$cv$params={{r:'{RAY}',t:'MTczNTA1Njc0OC4wMDAwMDA='}};</script>
<script data-cf-beacon='{{"token": "ZkBvQ-secret", "rayId":"{RAY}"}}'></script>
<!-- served to 81.2.69.142, Ray ID: {RAY}-WAW -->
"""


def record(body: bytes) -> object:
    found = extract(body, Facts().url, CAPTURED)
    found.evidence = Evidence()
    return found


def served(facts: Facts) -> bytes:
    return article_html(facts).replace("</head>", VISIT + "</head>").encode()


def test_tokens_ids_nonces_and_addresses_are_blank_and_the_record_stays():
    page = served(Facts())
    clean = without_visitor(page, record)
    for secret in (b"-secret", RAY.encode(), b"81.2.69.142", b"2a01:4f8", b"MTczNTA1"):
        assert secret in page
        assert secret not in clean
    assert record(clean) == record(page)
    assert b'"csrfToken":""' in clean


def test_what_is_part_of_the_article_stays():
    facts = Facts(body="<p>The servers at 81.2.69.142 answered for an hour, long enough to be counted as a text.</p>")
    clean = without_visitor(served(facts), record)
    assert b"The servers at 81.2.69.142 answered" in clean
    assert b"-secret" not in clean


@pytest.mark.parametrize("kept", ["127.0.0.1", "10.0.0.7", "1.2.3.400"])
def test_addresses_of_nobody_stay(kept: str):
    page = article_html(Facts()).replace("</head>", f"<!-- {kept} --></head>").encode()
    assert without_visitor(page, record) == page


def test_a_page_without_a_visitor_comes_back_as_it_is():
    page = article_html(Facts()).encode()
    assert without_visitor(page, lambda body: extract(body, Facts().url, datetime.now(UTC)).headline) == page
