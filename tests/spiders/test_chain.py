"""Which page continues another: pages that hid articles from an earlier form of the rules, and plain ones.

An entry is its number and the minute that the page prints: ``"21@54"``, or ``"21"`` where it prints none.
"""

from dataclasses import replace
from datetime import datetime

import pytest

from espreso_crawler.pages import FeedEntry
from espreso_crawler.spiders.chain import Doubt, Shown, doubt, lowest
from espreso_crawler.spiders.order import high, in_order, low
from espreso_crawler.spiders.search import Search
from espreso_crawler.spiders.tape import Tape
from espreso_crawler.spiders.walk import NEVER
from tests.site.moving_list import time_of


def entries(words: str) -> list[FeedEntry]:
    found = []
    for word in words.split():
        number, _, minute = word.partition("@")
        found.append(FeedEntry(number, published_at=time_of(int(minute)) if minute else None))
    return found


def page(number: int, words: str, feed: str = "", own: int | None = None) -> Shown:
    return Shown.of(number, entries(words), Tape.of(entries(feed)), {}, own)


FEED = "90@90 89@89 88@88 87@87 86@86"
ABOVE = "50@50 49@49 48@48 47@47 46@46"
BELOW = "45@45 44@44 43@43 42@42 41@41"


@pytest.mark.parametrize(
    ("above", "below", "found"),
    [
        (page(4, ABOVE, FEED), page(5, BELOW, FEED), None),
        (page(4, ABOVE, FEED), page(5, "46@46 45@45 44@44 43@43 42@42", f"91@91 {FEED}"[:-6]), None),
        (page(4, ABOVE, FEED), page(5, ABOVE, FEED), Doubt.REPEATED),
        (page(4, ABOVE, FEED), page(5, ABOVE, "95@95 94@94 93@93 92@92 91@91"), None),
        (page(4, ABOVE, FEED), page(5, "", FEED), Doubt.EMPTY),
        (page(4, ABOVE, FEED), replace(page(5, "", FEED), is_gone=True), Doubt.GONE),
        (page(4, ABOVE, FEED), page(5, FEED, FEED), Doubt.NEWER),
        (page(4, ABOVE, FEED), page(5, BELOW, FEED, own=7), Doubt.OTHER),
        (page(1, FEED, FEED), page(2, f"91@91 {FEED}"[:-6], f"91@91 {FEED}"[:-6]), Doubt.NEWER),
        (page(4, ABOVE, FEED), page(5, "38@38 37@37 36@36 35@35", "83@83 82@82 81@81 80@80 79@79"), Doubt.OLDER),
        (page(4, ABOVE, FEED), page(5, "", "83@83 82@82 81@81 80@80 79@79"), Doubt.OLDER),
        (page(4, ABOVE, FEED), page(5, "44@44 43@43 42@42 41@41", "90@90 88@88 87@87 86@86 85@85"), Doubt.OLDER),
        (page(4, ABOVE, "53@144 38@143 62@142 60@139 59@138"),
         page(5, "38@98 37@97 36@96 35@95", "58@131 57@129 56@128 55@127 53@126"), Doubt.OLDER),
        (page(4, ABOVE, "64@135 38@260 120@259 119@258 118@258"),
         page(5, "38@38 37@37 36@36 35@35", "38@85 76@175 75@173 74@172 73@172"), Doubt.OLDER),
        (page(4, ABOVE, "9@29 8@29 7@29 6@29 5@29"), page(5, BELOW, "4@29 3@29 2@29 1@29 0@29"), Doubt.OLDER),
        (replace(page(7, "55@59 54@58 53@57 52@56"), higher=frozenset({"19"})),
         page(8, "21@54 20@77 19@46 18@44 17@42"), None),
        (page(4, ABOVE, FEED), page(5, "7@99 45@45 44@44 43@43 42@42 41@41", FEED), None),
        (page(4, f"99@99 98@98 {ABOVE}", FEED), page(5, f"99@99 98@98 {BELOW}", FEED), None),
    ],
    ids=[
        "the next one", "pushed down by one that came", "the same once more", "pushed down by a whole page",
        "empty", "gone", "the first page again", "another by its own word", "the first page, one came meanwhile",
        "a copy from before", "empty, when the archive was shorter", "one was removed",
        "a copy from before an update", "a pinned entry has no place in the feed", "not known which feed is older",
        "one pinned and one misdated entry", "one misdated entry", "pinned to both",
    ],
)  # fmt: skip
def test_a_page_continues_another_or_it_is_said_why_not(above: Shown, below: Shown, found: Doubt | None) -> None:
    assert doubt(above, below) is found


def test_in_an_archive_without_times_the_first_page_again_is_told_by_what_stands_higher() -> None:
    feed = "42@9 95@95 94@94 93@93 92@92 91@91"
    first = page(1, "42 95 94 93 92 91", feed)
    second = page(2, "90 89 88 87", feed).below(first.standing, first)
    later = "42@9 96@96 95@95 94@94 93@93 92@92"
    assert doubt(second, page(3, "42 96 95 94 93 92 91", later)) is Doubt.NEWER
    assert doubt(second, page(3, "86 85 84 83", feed)) is None


def test_a_page_read_once_more_has_to_overlap_where_it_stood() -> None:
    above = page(4, "42@147 50@50 49@49 48@48 47@47 46@46", FEED)
    assert doubt(above, page(4, "49@49 48@48 47@47 46@46 45@45", FEED)) is None
    assert doubt(above, page(4, "39@39 38@38 42@37 36@36", FEED)) is Doubt.OTHER, "before an update moved it up"


def test_the_first_page_has_to_overlap_the_feed() -> None:
    feed = replace(page(0, FEED, FEED), is_feed=True)
    assert doubt(feed, page(1, "92@92 91@91 90@90 89@89", "92@92 91@91 90@90 89@89")) is None
    assert doubt(feed, page(1, BELOW, FEED)) is Doubt.OTHER
    assert doubt(feed, page(1, "", FEED)) is Doubt.OTHER


def test_an_end_is_where_two_entries_in_order_agree() -> None:
    def times(words: str) -> list[datetime | None]:
        return [entry.published_at for entry in entries(words)]

    assert in_order(times("3@3 90@90 89@89 88@88")) == [1, 2, 3], "pinned"
    assert in_order(times("90@90 8@8 89@89 88@88")) == [0, 2, 3], "misdated"
    series = [time for time in times("95@95 89@89 88@88 7@7") if time]
    assert (high(series), low(series)) == (time_of(89), time_of(88)), "both ends may be misdated"
    assert lowest(page(4, ABOVE), page(5, "45@45 44@44")) == time_of(45)
    assert lowest(page(4, ABOVE), page(4, ABOVE)) == time_of(47)


@pytest.mark.parametrize(
    ("words", "feed"),
    [
        ("67@179 54@155 11@26 10@24 9@23 8@21", "67@179 54@155 128@303 98@302 96@301"),
        (f"42@111 {FEED}", f"42@11 {FEED}"),
    ],
    ids=["two entries are pinned to every page", "the first page again"],
)
def test_a_search_is_not_led_astray(words: str, feed: str) -> None:
    search = Search(time_of(63), above=0, floor=NEVER)
    assert not search.note(page(18, words, feed))
    assert search.below == 18
