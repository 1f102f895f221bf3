"""The news feed by markup and by shape, and the archive page."""

from datetime import UTC, datetime

import pytest

from espreso_crawler.exceptions import LayoutError
from espreso_crawler.pages import awaits_script, feed, more_button
from espreso_crawler.pages.listing import listing
from tests.builders import Entry, Facts, article_html, disguised, feed_html, page

TWO_DAYS = [
    Entry("00:10", "After midnight", day=("2025, середа", "1 січня"), href="/a"),
    Entry("23:50", "Before midnight", "Оновлено", day=("2024, вівторок", "31 грудня"), href="/b?utm=1"),
    Entry("09:05", "Morning", href="https://global.espreso.tv/c/"),
]


def times(found) -> list[str]:
    return [entry.published_at.isoformat() if entry.published_at else "" for entry in found.entries]


@pytest.mark.parametrize("disguise", [str, disguised], ids=["markup", "structure"])
def test_new_year_inside_a_feed(disguise):
    found = feed(page(disguise(article_html(Facts(entries=TWO_DAYS))), fetched_at=datetime(2025, 1, 1, tzinfo=UTC)))
    assert times(found) == [
        "2025-01-01T00:10:00+02:00",
        "2024-12-31T23:50:00+02:00",
        "2024-12-31T09:05:00+02:00",
    ]
    assert [entry.url.rpartition("/")[2] for entry in found.entries] == ["a", "b", "c"]
    assert [entry.label for entry in found.entries] == [None, "updated", None]
    assert found.way == ("markup" if disguise is str else "structure")


def test_a_time_that_was_never_closed_is_read_no_further_than_a_line():
    long = "it rains " * 150  # each of a feed's times holds all that follows when its tag was never closed
    entries = [
        Entry("12:00 " + long, "a", day=("2025, середа", "1 січня"), href="/a"),
        Entry(long + "11:00", "b", href="/b"),
    ]
    found = feed(page(article_html(Facts(entries=entries))))
    assert times(found) == ["2025-01-01T12:00:00+02:00", ""]


def test_the_doubled_hour_of_october():
    entries = [
        Entry("04:10", "d", day=("2025, неділя", "26 жовтня"), href="/d"),
        Entry("03:20", "c", href="/c"),
        Entry("03:40", "b", href="/b"),
        Entry("02:50", "a", href="/a"),
    ]
    found = feed(page(article_html(Facts(entries=entries)), fetched_at=datetime(2025, 10, 26, 9, tzinfo=UTC)))
    assert times(found) == [
        "2025-10-26T04:10:00+02:00", "2025-10-26T03:20:00+02:00", "2025-10-26T03:40:00+03:00", "2025-10-26T02:50:00+03:00",
    ]  # fmt: skip


def test_the_doubled_hour_before_it_has_come_twice():
    entries = [Entry("03:20", "c", day=("2025, неділя", "26 жовтня"), href="/c")]
    found = feed(page(article_html(Facts(entries=entries)), fetched_at=datetime(2025, 10, 26, 0, 30, tzinfo=UTC)))
    assert times(found) == ["2025-10-26T03:20:00+03:00"]


@pytest.mark.parametrize(
    ("year", "day"),
    [("2024, Tuesday", "24 December"), ("2024, вівторок", "24 грудня"), ("2024, вторник", "24 декабря")],
)
def test_day_headings_in_three_languages(year: str, day: str):
    found = feed(page(Facts(entries=[Entry("19:00", "x", day=(year, day), href="/x")])))
    assert times(found) == ["2024-12-24T19:00:00+02:00"]
    assert found.wrong_weekdays == 0


def test_a_wrong_weekday_is_counted():
    assert (
        feed(page(Facts(entries=[Entry("19:00", "x", day=("2024, Sunday", "24 December"), href="/x")]))).wrong_weekdays
        == 1
    )


def test_an_entry_without_day_or_time_gets_no_time():
    found = feed(page(Facts(entries=[Entry("19:00", "x", href="/x"), Entry("", "y", href="/y")])))
    assert times(found) == ["", ""]


def test_an_empty_feed_is_empty_and_a_missing_one_an_error():
    assert feed(page(Facts())).entries == []
    with pytest.raises(LayoutError, match="neither by its markup nor by its shape"):
        feed(page(article_html(Facts(more=None)).replace("news-tape", "gone").replace("js-newsTape", "gone")))


def test_an_article_header_is_not_taken_for_a_feed():
    markup = disguised(article_html(Facts()).replace(feed_html([]), ""))
    with pytest.raises(LayoutError):
        feed(page(markup))


def test_archive_page_takes_the_title_link_of_each_item():
    rows = "".join(
        f"<li class='news_page_similar_content__item'><a href='/img{n}'><img></a>"
        f"<div class='news_page_similar_content_item__wrapper'><a href='/rubric'>Rubric</a>"
        f"<div class='title'><a href='/news-{n}'>Story {n}</a></div><div>14 December, 2024 1{n}:00</div></div></li>"
        for n in range(3)
    )
    markup = f"<html><body><ul id='js-news-list-container'>{rows}</ul></body></html>"
    found = listing(page(markup, url="https://global.espreso.tv/news?page=2"))
    assert [entry.url for entry in found.entries] == [f"https://global.espreso.tv/news-{n}" for n in range(3)]
    assert found.entries[2].published_at and found.entries[2].published_at.isoformat() == "2024-12-14T12:00:00+02:00"
    assert found.next_url == "https://global.espreso.tv/news?page=3"


def test_archive_past_its_end_and_without_its_list():
    empty = listing(page("<html><body><ul id='js-news-list-container'></ul></body></html>"))
    assert (empty.entries, empty.next_url) == ([], None)
    with pytest.raises(LayoutError, match="no list of news"):
        listing(page("<html><body></body></html>"))


def test_a_feed_waits_for_a_script_only_where_its_place_is_empty_and_a_script_is_there():
    served = Facts(entries=TWO_DAYS)
    script = "<script>fill()</script></body>"
    empty = article_html(Facts())
    assert not awaits_script(page(article_html(served).replace("</body>", script)))
    assert not awaits_script(page(disguised(article_html(served).replace("</body>", script))))
    assert not awaits_script(page(empty))  # JSON-LD is a script that does nothing
    assert awaits_script(page(empty.replace("</body>", script)))
    assert awaits_script(
        page(empty.replace("</body>", script).replace("news-tape", "gone"))
    )  # its frame is still there
    assert not awaits_script(page("<html><body>" + script + "</html>"))


def test_a_button_is_what_more_news_is_without_a_link():
    served = article_html(Facts(entries=TWO_DAYS))
    link = '<a href="/news?page=2" class="btn btn-black btn-black_oval">More news</a>'
    assert link in served
    assert more_button(page(served)) is None
    button = '<button class="btn-black_oval">More news</button>'
    for dead in (button, button.replace("button", "a"), '<a class="btn-black_oval" href="#">More news</a>'):
        its_page = page(served.replace(link, dead))
        (node,) = its_page.tree.css(more_button(its_page) or "none")
        assert node.text() == "More news"
    assert more_button(page(served.replace(link, ""))) is None


def test_a_feed_without_a_doctype_is_read_in_whatever_case_its_classes_are():
    html = article_html(Facts(entries=TWO_DAYS)).replace("<!DOCTYPE html>", "")
    assert "news-tape-item" in html
    shouted = html.replace('class="news-tape-item', 'class="News-Tape-Item').replace('class="ttx', 'class="TTX')
    found = feed(page(shouted, fetched_at=datetime(2025, 1, 1, tzinfo=UTC)))
    assert [entry.headline for entry in found.entries] == [entry.headline for entry in TWO_DAYS]


NOW = datetime(2025, 12, 14, 17, 0, tzinfo=UTC)


def with_headings(*days: str) -> list[Entry]:
    return [Entry("19:00" if n else "18:00", f"Story {n}", day=("", day), href=f"/s-{n}") for n, day in enumerate(days)]


@pytest.mark.parametrize(
    ("heading", "day"),
    [
        ("Вчора", "13"), ("Учора, субота", "13"), ("Yesterday", "13"), ("Вчера", "13"), ("Позавчора", "12"), ("13.12", "13"),
        ("13.12.2025", "13"), ("13.12.25", "13"), ("13/12", "13"), ("2025-12-13", "13"), ("Субота, 13.12", "13"), ("December 13", "13"),
        ("Saturday, December 13, 2025", "13"), ("13 груд.", "13"), ("13 Dec", "13"), ("13 грудня 2025 року", "13"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("disguise", [str, disguised], ids=["markup", "structure"])
def test_day_headings_in_many_forms(disguise, heading: str, day: str):
    rows = [
        *with_headings("Сьогодні", heading),
        Entry("09:00", "Third", href="/t"),
        Entry("08:00", "Fourth", href="/f"),
    ]
    found = feed(page(disguise(article_html(Facts(entries=rows))), fetched_at=NOW))
    assert [time[:10] for time in times(found)] == ["2025-12-14", *[f"2025-12-{day}"] * 3]
    assert found.unread_headings == []


@pytest.mark.parametrize("heading", ["31.02", "32 грудня", "03/04", "Субота"])
@pytest.mark.parametrize("disguise", [str, disguised], ids=["markup", "structure"])
def test_a_day_heading_that_cannot_be_read_ends_the_day_before(disguise, heading: str):
    rows = [*with_headings("14 грудня", heading), Entry("09:00", "Third", href="/t"), *with_headings("12 грудня")]
    found = feed(page(disguise(article_html(Facts(entries=rows))), fetched_at=NOW))
    assert [entry.day and entry.day.day for entry in found.entries] == [14, None, None, 12]
    assert [bool(time) for time in times(found)] == [True, False, False, True]
    assert found.unread_headings == [heading]


def test_another_kind_of_heading_between_entries_is_no_day_heading():
    rows = with_headings("14 грудня", "13 грудня")
    html = article_html(Facts(entries=rows)).replace(
        '<div class="news-tape-item', '<div class="promo-title">Головне сьогодні</div><div class="news-tape-item'
    )
    assert [time[:10] for time in times(feed(page(html, fetched_at=NOW)))] == ["2025-12-14", "2025-12-13"]
    # In the place of a day heading it ends the day before: nobody knows what day follows.
    found = feed(page(article_html(Facts(entries=with_headings("14 грудня", "Популярне"))), fetched_at=NOW))
    assert [entry.day and entry.day.day for entry in found.entries] == [14, None]


def test_an_entry_that_names_its_own_day():
    rows = [*with_headings("14 грудня"), Entry("Вчора, 21:15", "b", href="/b"), Entry("09:00", "c", href="/c")]
    found = feed(page(article_html(Facts(entries=rows)), fetched_at=NOW))
    assert [time[:16] for time in times(found)] == ["2025-12-14T18:00", "2025-12-13T21:15", "2025-12-14T09:00"]


def test_today_on_a_page_made_before_midnight_is_yesterday():
    rows = [Entry("23:50", "a", day=("", "Сьогодні"), href="/a"), Entry("22:00", "b", day=("", "Вчора"), href="/b")]
    found = feed(page(article_html(Facts(entries=rows)), fetched_at=datetime(2025, 12, 13, 22, 3, tzinfo=UTC)))
    assert [time[:16] for time in times(found)] == ["2025-12-13T23:50", "2025-12-12T22:00"]


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ("<p>On 3 December the bridge opened at 12:00</p>", ""),
        (
            "<p>On 3 December the bridge opened at 12:00</p><span>14 December, 2024</span> <b>10:15</b>",
            "2024-12-14T10:15:00+02:00",
        ),
        ("<i>1250</i><p>At 9:30 on 3.12.2024 it opened</p><div>Yesterday, 10:15</div>", "2024-12-23T10:15:00+02:00"),
        ("<p>3 December</p><time datetime='2024-12-14T08:15:00Z'>10 days ago</time>", "2024-12-14T10:15:00+02:00"),
    ],
)
def test_a_date_in_a_teaser_is_no_time_of_an_archives_entry(parts: str, expected: str):
    item = f"<li class='news_page_similar_content__item'><div class='title'><a href='/a'>Story</a></div>{parts}</li>"
    found = listing(
        page(
            f"<html><body><ul id='js-news-list-container'>{item}</ul></body></html>",
            url="https://global.espreso.tv/news",
        )
    )
    if "<p>3 December</p>" not in parts:
        assert [entry.day is not None for entry in found.entries] == [bool(expected)]
    assert times(found) == [expected]
