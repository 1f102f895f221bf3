"""What the judge says of rows and feeds: by the known layout, and by what earlier runs saw."""

import gzip
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from espreso_crawler.monitors import Judge, Observation, Tally, observed, worst
from espreso_crawler.monitors.expectations import BY_NAME, EXPECTATIONS
from espreso_crawler.pages import Page, article
from tests.monitors.rows import EDITION, LENGTHS, NOON, feed_of, rows, usual

FIXTURES = Path(__file__).parents[1] / "fixtures"


def judged(judge: Judge, seen: Sequence[Observation]) -> dict[str, str]:
    """Return the findings about rows, by name."""
    for row in seen:
        judge.see(row)
    return {finding.name: finding.level for finding in judge.verdict(seen).findings}


@pytest.mark.parametrize("name", [each.name for each in EXPECTATIONS if each.name != "label"])
def test_what_all_rows_suddenly_lack_is_found_in_twenty_rows(name: str):
    level = next(each.level for each in EXPECTATIONS if each.name == name)
    assert judged(Judge(EDITION, usual()), rows(20, name))[name] == level


@pytest.mark.parametrize("count", [1, 2, 20, 100])
@pytest.mark.parametrize("earlier", [[], usual(39), [Tally.of(rows(500))]], ids=["none", "few rows", "one run"])
def test_before_there_is_a_baseline_nothing_is_a_change(earlier: list[Tally], count: int):
    everything = [each.name for each in EXPECTATIONS]
    judge = Judge(EDITION, earlier)
    seen = rows(count, *everything, lengths=(10, 10, 10))
    assert judged(judge, seen) == {}
    assert judge.doubts(seen[0]) is None


def test_what_an_edition_never_showed_is_no_change_later():
    earlier = [Tally.of(rows(41, "authors", "keywords")), Tally.of(rows(1, "authors", "keywords"))]
    assert judged(Judge(EDITION, earlier), rows(20, "authors", "keywords")) == {}
    assert judged(Judge(EDITION, earlier), rows(20, "authors", "keywords", "section")) == {"section": "warning"}


@pytest.mark.parametrize("earlier", [[], usual()], ids=["first run", "later run"])
def test_good_rows_have_no_findings(earlier: list[Tally]):
    for count in (0, 1, 3, 20, 100):
        assert judged(Judge(EDITION, earlier), rows(count)) == {}


def test_one_odd_row_among_many_is_no_drift():
    for name in (each.name for each in EXPECTATIONS):
        assert judged(Judge(EDITION, usual()), rows(39) + rows(1, name)) == {}


def test_what_is_usual_is_no_drift():
    without_tags = [Tally.of(rows(12) + rows(8, "keywords")) for _ in range(10)]
    assert judged(Judge(EDITION, without_tags), rows(8) + rows(12, "keywords")) == {}
    assert judged(Judge(EDITION, usual()), rows(8) + rows(12, "keywords")) == {"keywords": "warning"}


@pytest.mark.parametrize("earlier", [[], usual()], ids=["first run", "later run"])
def test_a_doubtful_row_is_told_by_itself_and_holds_back_no_other(earlier: list[Tally]):
    judge = Judge(EDITION, earlier)
    (bad,) = rows(1, doubt="body_guessed")
    (good,) = rows(1)
    assert judged(judge, [bad]) == {"doubtful_rows": "critical"}
    assert judge.doubts(bad)
    assert judge.doubts(good) is None
    assert judged(Judge(EDITION, earlier), [*rows(30), bad]) == {"doubtful_rows": "warning"}


@pytest.mark.parametrize("name", [each.name for each in EXPECTATIONS])
def test_after_a_critical_change_a_row_without_what_truth_rests_on_waits_and_its_neighbours_do_not(name: str):
    judge = Judge(EDITION, usual())
    changed, same = rows(20, name), rows(1)
    judged(judge, changed)
    assert bool(judge.doubts(changed[0])) == BY_NAME[name].holds
    assert judge.doubts(same[0]) is None


def test_what_truth_rests_on_is_what_holds_rows_back():
    assert {each.name for each in EXPECTATIONS if each.holds} == {"headline_agrees", "body", "body_agrees", "date"}


def test_texts_that_collapse_are_held_back_unless_a_second_source_has_them_as_short():
    short = (70, 150, 300)
    alone, confirmed = rows(20, lengths=short, silent=("body_agrees",)), rows(20, lengths=short)
    judge = Judge(EDITION, usual())
    assert judged(judge, alone + confirmed)["length_article_body"] == "critical"
    assert judge.doubts(alone[0])
    assert judge.doubts(confirmed[0]) is None
    assert judge.doubts(rows(1, silent=("body_agrees",))[0]) is None, "a text of the usual length"


def test_what_a_person_has_released_is_no_doubt_any_more():
    released = [Tally.of(rows(40, "jsonld", doubt="body_guessed"))]
    judge = Judge(EDITION, released)
    seen = rows(40, "jsonld", doubt="body_guessed")
    assert judged(judge, seen) == {}
    assert judge.doubts(seen[0]) is None
    assert judge.doubts(rows(1, doubt="date_guessed")[0]), "another doubt is one"


def test_the_crawl_goes_on_while_anything_goes_out():
    judge = Judge(EDITION)
    judged(judge, rows(19, doubt="body_guessed"))
    assert not judge.is_hopeless
    judged(judge, rows(1))
    judged(judge, rows(19, doubt="body_guessed"))
    assert not judge.is_hopeless
    judge.see_refused()
    assert judge.is_hopeless, "twenty pages in a row of which nothing goes out"


def test_a_critical_change_is_not_usual_and_doubtful_rows_are_no_change():
    changed, doubtful = Judge(EDITION, usual()), Judge(EDITION, usual())
    judged(changed, rows(20, "jsonld"))
    judged(doubtful, rows(20, doubt="body_guessed"))
    assert (changed.changes(), doubtful.changes()) == (["jsonld"], [])


def test_an_edition_is_learned_until_forty_rows_were_seen():
    judge = Judge(EDITION, [Tally.of(rows(3, "authors"))])
    judged(judge, rows(30, "authors", silent=("label",)) + rows(8))
    note = judge.learned()
    assert note
    assert (note["edition"], note["rows"], note["lacks"]) == (EDITION, 41, ["authors: 8 of 41 rows"])
    assert {"jsonld", "date", "keywords"} <= set(note["shows"])
    assert note["shows"].count("authors") == 0
    judge = Judge(EDITION, [Tally.of(rows(40, "authors"))])
    judged(judge, rows(1))
    assert judge.learned() is None
    assert Judge(EDITION).learned() is None, "nothing was seen"


def test_a_short_typical_text_is_learned():
    judge = Judge(EDITION)
    judged(judge, rows(40, lengths=(70, 150, 100)))
    note = judge.learned()
    assert note
    assert note["lacks"] == ["article_body: typically 100 characters"]


def test_two_small_polls_in_a_row_are_seen_together():
    one = Tally.of(rows(1, "jsonld"))
    earlier = [one, one, *usual(1000)]
    assert judged(Judge(EDITION, usual(1000)), rows(1, "jsonld")) == {"jsonld": "warning"}
    assert judged(Judge(EDITION, earlier), rows(1, "jsonld")) == {"jsonld": "critical"}


def test_drift_in_mid_run_is_seen_though_the_run_began_well():
    judge = Judge(EDITION, usual())
    assert judged(judge, rows(100)) == {}
    judge.accepted(rows(100))
    assert judged(judge, rows(20, "date")) == {"date": "critical", "doubtful_rows": "warning"}
    assert worst(judge.findings()) == "critical"
    assert judged(judge, rows(200))["date"] == "critical", "critical once is critical to the end"


def test_what_truth_rests_on_and_hardly_any_row_lacks_makes_a_row_conspicuous():
    judge = Judge(EDITION, usual())
    assert judge.is_conspicuous(rows(1, "date")[0])
    assert not judge.is_conspicuous(rows(1, "section")[0])
    assert not Judge(EDITION).is_conspicuous(rows(1, "date")[0])


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
    judge = Judge(EDITION, usual())
    assert judge.trusts(feed_of(**fields)) == (not found)
    assert {finding.name for finding in judge.findings()} == found
    assert (worst(judge.findings()) == "critical") == bool(found)


def test_a_new_editions_feed_is_not_trusted_by_its_shape_and_raises_no_alarm():
    judge = Judge(EDITION)
    assert not judge.trusts(feed_of(is_known_markup=False))
    assert [finding.level for finding in judge.findings()] == ["warning"]
    judged(judge, rows(3))
    note = judge.learned()
    assert note
    assert "feed_markup: 1 of 1 feeds" in note["lacks"]
    judge.accepted(rows(100))
    later = Judge(EDITION, [judge.went_out, judge.went_out])
    assert not later.trusts(feed_of(is_known_markup=False))
    assert worst(later.findings()) != "critical", "it never was another"


def test_one_odd_feed_among_good_ones_is_a_warning():
    judge = Judge(EDITION, usual())
    assert judge.trusts(feed_of())
    assert not judge.trusts(feed_of(is_known_markup=False))
    assert [finding.level for finding in judge.findings()] == ["warning"]
    assert not judge.trusts(feed_of(is_known_markup=False))
    assert worst(judge.findings()) == "critical"
    assert judge.changes() == ["feed_markup"]


def test_an_observation_outlives_the_process():
    seen = Observation(EDITION, ("section",), ("label",), LENGTHS, ("date_guessed",))
    assert Observation.from_json(seen.to_json()) == seen


def test_an_observation_of_an_earlier_version_is_read():
    old = b'{"edition":"ua","flaws":["gone","jsonld","body_certain"],"silent":["label"],"lengths":[1,2,3]}'
    assert Observation.from_json(old) == Observation(EDITION, ("jsonld",), ("label",), (1, 2, 3), ("body_guessed",))


@pytest.mark.parametrize("name", ["ua-news", "global-news", "zahid-news", "bc-news"])
def test_an_ordinary_page_has_no_flaws(name: str):
    item = article(fixture_page(name))
    assert (observed(item).flaws, observed(item).doubts) == ((), ())
    item.date_modified, item.related = None, []
    assert observed(item).flaws == ("date_modified", "related")


def test_the_saved_real_page_has_no_flaws(real_pages: Path):
    html = gzip.decompress((real_pages / "ua-article.html.gz").read_bytes())
    seen = observed(article(Page.read(html, url=None, fetched_at=NOON)))
    assert (seen.flaws, seen.doubts) == ((), ())


def fixture_page(name: str) -> Page:
    folder = FIXTURES / name
    meta = json.loads((folder / "meta.json").read_text("utf-8"))
    html = gzip.decompress((folder / "page.html.gz").read_bytes())
    return Page.read(html, url=meta["url"], fetched_at=datetime.fromisoformat(meta["fetched_at"]))


def test_a_tally_comes_back_from_its_document():
    tally = Tally.of([*rows(3), *rows(2, "section", doubt="date_guessed")])
    tally.feeds, tally.feed_flaws["feed_order"] = 3, 1
    again = Tally.from_document(tally.document())
    assert (again.rows, again.met("section"), again.typical("article_body")) == (5, 3, tally.typical("article_body"))
    assert (again.met("date_guessed"), again.feeds, again.feed_flaws["feed_order"]) == (3, 3, 1)


def test_a_baseline_of_an_earlier_version_is_read():
    old = {
        "rows": 40,
        "flaws": {"authors": 40, "body_certain": 30, "gone": 7},
        "silent": {"label": 35},
        "lengths": {"headline": [40, 170.0], "article_body": [40, 300.0], "gone": [1, 2.0]},
    }
    judge = Judge(EDITION, [Tally.from_document(old)] * 2)
    assert judge.has_baseline
    assert judged(judge, rows(20, "authors", doubt="body_guessed")) == {}, "no change, and released before"
    assert judged(judge, rows(20, "section")) == {"section": "warning"}
    assert not judge.trusts(feed_of(is_known_markup=False))
    assert worst(judge.findings()) == "critical", "what it does not say of feeds was good"
