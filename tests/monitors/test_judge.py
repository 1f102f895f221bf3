"""What the judge says of rows and feeds: by the known layout, and by what earlier runs saw."""

import gzip
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from espreso_crawler.monitors import Judge, Observation, Tally, observed
from espreso_crawler.monitors.expectations import EXPECTATIONS
from espreso_crawler.pages import Page, article
from tests.monitors.rows import EDITION, LENGTHS, NOON, feed_of, rows, usual

FIXTURES = Path(__file__).parents[1] / "fixtures"


def judged(judge: Judge, seen: Sequence[Observation]) -> dict[str, str]:
    """Return the findings about rows, by name."""
    for row in seen:
        judge.see(row)
    return {finding.name: finding.level for finding in judge.verdict(seen).findings}


@pytest.mark.parametrize("earlier", [[], usual()], ids=["first run", "later run"])
@pytest.mark.parametrize("name", [each.name for each in EXPECTATIONS if each.name != "label"])
def test_what_all_rows_lack_at_once_is_found_in_twenty_rows(name: str, earlier: list[Tally]):
    level = next(each.level for each in EXPECTATIONS if each.name == name)
    assert judged(Judge(EDITION, earlier), rows(20, name))[name] == level


@pytest.mark.parametrize("earlier", [[], usual()], ids=["first run", "later run"])
def test_good_rows_have_no_findings(earlier: list[Tally]):
    for count in (0, 1, 3, 20, 100):
        assert judged(Judge(EDITION, earlier), rows(count)) == {}


def test_one_odd_row_among_many_is_no_drift():
    for name in (each.name for each in EXPECTATIONS if not each.is_hard):
        assert judged(Judge(EDITION, usual()), rows(39) + rows(1, name)) == {}


def test_what_is_usual_is_no_drift():
    without_tags = [Tally.of(rows(12) + rows(8, "keywords")) for _ in range(10)]
    assert judged(Judge(EDITION, without_tags), rows(8) + rows(12, "keywords")) == {}
    assert judged(Judge(EDITION, usual()), rows(8) + rows(12, "keywords")) == {"keywords": "critical"}


def test_a_doubtful_row_is_told_by_itself_and_makes_a_small_poll_critical():
    judge = Judge(EDITION)
    (bad,) = rows(1, "jsonld")
    (good,) = rows(1)
    assert judge.doubts(bad)
    assert judge.doubts(good) is None
    assert judged(judge, [bad]) == {"doubtful_rows": "critical"}
    assert judged(Judge(EDITION), [*rows(30), bad]) == {"doubtful_rows": "warning"}


def test_a_released_layout_is_the_new_normal():
    judge = Judge(EDITION, [Tally.of(rows(40, "jsonld", "date_modified"))])
    seen = rows(40, "jsonld", "date_modified")
    assert judged(judge, seen) == {}
    assert judge.doubts(seen[0]) is None


def test_two_small_polls_in_a_row_are_seen_together():
    one = Tally.of(rows(1, "picture"))
    earlier = [one, one, *usual(1000)]
    assert judged(Judge(EDITION, usual(1000)), rows(1, "picture")) == {"picture": "warning"}
    assert judged(Judge(EDITION, earlier), rows(1, "picture")) == {"picture": "critical"}


def test_drift_in_mid_run_is_seen_though_the_run_began_well():
    judge = Judge(EDITION)
    assert judged(judge, rows(100)) == {}
    judge.accepted(rows(100))
    assert judged(judge, rows(20, "section")) == {"section": "critical"}
    assert judge.is_critical
    assert judged(judge, rows(200)) == {"section": "critical"}, "critical once is critical to the end"


def test_what_hardly_any_row_lacks_makes_a_row_conspicuous():
    judge = Judge(EDITION, usual())
    assert judge.is_conspicuous(rows(1, "section")[0])
    assert not judge.is_conspicuous(rows(1, "body_markup")[0])


@pytest.mark.parametrize(
    ("lengths", "found"),
    [
        ((70, 150, 2000), {}),
        ((70, 150, 4500), {}),
        ((70, 150, 6000), {"length_article_body": "warning"}),
        ((70, 150, 700), {"length_article_body": "warning"}),
        ((70, 150, 400), {"length_article_body": "critical"}),
        ((10, 150, 2000), {"length_headline": "critical"}),
    ],
)
def test_texts_much_shorter_or_longer_than_usual(lengths: tuple[int, ...], found: dict[str, str]):
    assert judged(Judge(EDITION, usual()), rows(20, lengths=lengths)) == found


def test_the_first_run_knows_that_a_body_is_no_line():
    assert judged(Judge(EDITION), rows(20, lengths=(70, 150, 100))) == {"length_article_body": "warning"}
    assert judged(Judge(EDITION), rows(3, lengths=(70, 150, 100))) == {}


def test_many_pages_that_are_no_articles_are_critical():
    judge = Judge(EDITION)
    for _ in range(3):
        judge.see_refused()
    assert judged(judge, rows(5)) == {"not_articles": "critical"}
    judge = Judge(EDITION)
    judge.see_refused()
    assert judged(judge, rows(5)) == {}


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({}, set()),
        ({"is_known_markup": False}, {"feed_markup"}),
        ({"times": [None] * 40}, {"feed_times"}),
        ({"times": [None] * 5 + [NOON] * 35}, set()),
        ({"without_headline": 20}, {"feed_headlines"}),
        ({"wrong_weekdays": 2}, {"feed_weekdays"}),
        ({"times": [NOON + timedelta(minutes=place) for place in range(40)]}, {"feed_order"}),
        ({"times": []}, set()),
    ],
)
def test_a_feed_is_judged_by_one_page(fields: dict[str, object], found: set[str]):
    judge = Judge(EDITION)
    assert judge.trusts(feed_of(**fields)) == (not found)
    assert {finding.name for finding in judge.findings()} == found
    assert judge.is_critical == bool(found)


def test_one_odd_feed_among_good_ones_is_a_warning():
    judge = Judge(EDITION)
    assert judge.trusts(feed_of())
    assert not judge.trusts(feed_of(is_known_markup=False))
    assert [finding.level for finding in judge.findings()] == ["warning"]
    assert not judge.trusts(feed_of(is_known_markup=False))
    assert judge.is_critical


def test_an_observation_outlives_the_process_and_the_program():
    seen = Observation(EDITION, ("section",), ("label",), LENGTHS)
    assert Observation.from_json(seen.to_json()) == seen
    assert Observation.from_json(b'{"edition":"ua","flaws":["gone"],"silent":[],"lengths":[1,2,3]}').flaws == ()


@pytest.mark.parametrize("name", ["ua-news", "global-news", "zahid-news", "bc-news"])
def test_an_ordinary_page_has_no_flaws(name: str):
    item = article(fixture_page(name))
    assert observed(item).flaws == ()
    item.date_modified, item.related = None, []
    assert observed(item).flaws == ("date_modified", "related")


def test_the_saved_real_page_has_no_flaws(real_pages: Path):
    html = gzip.decompress((real_pages / "ua-article.html.gz").read_bytes())
    assert observed(article(Page.read(html, url=None, fetched_at=NOON))).flaws == ()


def fixture_page(name: str) -> Page:
    folder = FIXTURES / name
    meta = json.loads((folder / "meta.json").read_text("utf-8"))
    html = gzip.decompress((folder / "page.html.gz").read_bytes())
    return Page.read(html, url=meta["url"], fetched_at=datetime.fromisoformat(meta["fetched_at"]))


def test_a_tally_comes_back_from_its_document():
    tally = Tally.of([*rows(3), *rows(2, "section")])
    again = Tally.from_document(tally.document())
    assert (again.rows, again.met("section"), again.typical("article_body")) == (5, 3, tally.typical("article_body"))
