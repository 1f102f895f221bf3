"""Updates and removals: what they change, when, and in which order the feed then stands."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from espreso_crawler.demo_site.history import FeedState, History, Removal, Update, feed_slice
from espreso_crawler.demo_site.timeline import KYIV, minute_of
from tests.demo_site.conftest import Browser, only
from tests.site import Site, SiteOptions

Browse = Callable[..., Browser]
NUMBER = 52_000


@pytest.mark.parametrize(
    ("kind", "changed"),
    [
        ("text", {"article_body", "blocks"}),
        ("headline", {"headline"}),
        ("label", {"labels"}),
        ("modified", set()),
    ],
)
def test_each_kind_of_update_changes_its_fields(kind: str, changed: set[str]) -> None:
    site = Site()
    before = vars(site.truth(NUMBER))
    site.update(NUMBER, kind=kind)  # type: ignore[arg-type]  # the parameters above
    after = vars(site.truth(NUMBER))
    always = {"date_modified", "feed_time", "feed_label", "revisions"}
    assert {name for name in before if before[name] != after[name]} == always | changed


def test_a_silent_update_moves_nothing_in_the_feed(browse: Browse) -> None:
    browser = browse()
    before, truth = browser.tape(), browser.site.truth(browser.site.newest - 5)
    browser.site.update(truth.number, silent=True)
    after = browser.site.truth(truth.number)
    assert browser.tape() == before
    assert (after.feed_time, after.feed_label) == (truth.feed_time, truth.feed_label)
    assert after.article_body != truth.article_body
    assert after.date_modified > truth.date_modified


def test_updates_take_effect_at_their_time_and_keep_their_order() -> None:
    site = Site()
    now = site.clock.now()
    site.update(NUMBER, now + timedelta(hours=2))
    site.update(NUMBER, now + timedelta(hours=1), "headline")
    original = site.truth(NUMBER)
    site.advance(61)
    assert site.truth(NUMBER).headline != original.headline
    assert site.truth(NUMBER).article_body == original.article_body
    site.advance(60)
    assert site.truth(NUMBER).article_body.endswith(original.article_body)
    assert site.truth(NUMBER).revisions == 3
    site.clock.set(now)
    assert site.truth(NUMBER) == original


def test_the_page_of_an_updated_article_shows_the_update_but_its_first_time(browse: Browse) -> None:
    browser = browse()
    first = browser.site.truth(NUMBER)
    browser.site.update(NUMBER)
    shown = browser.article(NUMBER)
    assert browser.site.truth(NUMBER).blocks[0].text in only(shown, ".news-content").text()  # type: ignore[operator]
    assert only(shown, ".news__author_date__time").text().strip() == f"{first.date_published:%H:%M}"


@pytest.mark.parametrize("status", [404, 410])
def test_a_removed_article_is_gone_from_page_feed_and_sitemap(browse: Browse, status: int) -> None:
    browser = browse(per_day=20)
    number = browser.site.newest - 1
    slug = browser.site.brief(number).slug
    assert slug in browser.get("/sitemap_news_1.xml").body.decode()
    browser.site.remove(number, status)
    assert browser.get(f"/{slug}").status == status
    assert slug not in browser.get("/").body.decode()
    assert slug not in browser.get("/sitemap_news_1.xml").body.decode()
    assert browser.site.truth(number).removed_with == status


def test_what_is_not_published_cannot_be_edited() -> None:
    site = Site()
    for number in (0, site.newest + 1):
        with pytest.raises(ValueError, match="not published"):
            site.update(number)
        with pytest.raises(ValueError, match="not published"):
            site.remove(number)


def test_reset_returns_to_the_options() -> None:
    site = Site()
    before = site.truth(NUMBER)
    site.update(NUMBER)
    site.remove(NUMBER - 1)
    site.publish(10)
    site.layout = "renamed"
    site.reset()
    assert site.truth(NUMBER) == before
    assert site.removed_with(NUMBER - 1) is None
    assert (site.layout, site.clock.now()) == ("plain", site.options.now)


@pytest.mark.parametrize("seed", range(8))
def test_the_feed_is_what_sorting_all_of_it_gives(seed: int) -> None:
    newsroom = Site(SiteOptions(per_day=20)).newsroom
    draw = random.Random(seed)  # noqa: S311  # test data
    now = minute_of(datetime(2024, 1, 9, 12, 0, tzinfo=KYIV))
    newest = newsroom.timeline.newest(now)
    history = History()
    for number in draw.sample(range(1, newest), 40):
        minute = draw.randint(newsroom.timeline.published_minute(number), now)
        history.add_update(number, Update(minute, "text", is_silent=draw.random() < 0.3))
    for number in draw.sample(range(1, newest), 12):
        history.add_removal(number, Removal(now - 5, 404))
    state = history.feed_state(newest, now)
    expected = _sorted_feed(history, state, newsroom.timeline.published_minute, now)
    assert feed_slice(state, newsroom, 0, newest + 10) == expected
    assert feed_slice(state, newsroom, 33, 20) == expected[33:53]


def _sorted_feed(
    history: History, state: FeedState, published: Callable[[int], int], now: int
) -> list[tuple[int, int]]:
    moved = {number: minute for minute, number in state.moved}
    rows = [
        (moved.get(number, published(number)), number in moved, number)
        for number in range(1, state.newest + 1)
        if history.removed_with(number, now) is None
    ]
    return [(minute, number) for minute, _, number in sorted(rows, reverse=True)]
