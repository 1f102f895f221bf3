"""Figures in words: how long, how far, until when; and the table at a run's end."""

from datetime import UTC, datetime, timedelta
from typing import Any

from espreso_crawler.progress.figures import Course, Figures, Span, Wait
from espreso_crawler.progress.words import Ended, line

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
RUN = "20261129T120000Z-0a1b2c3d"


def span(*, reached: int) -> Span:
    """Return a walk of 100 hours that has so many to go."""
    return Span("h.test", NOW, NOW - timedelta(hours=100 - reached), NOW - timedelta(hours=100))


def test_the_end_of_a_walk_is_foretold_from_its_speed_once_it_has_settled():
    course = Course(0.0)
    at_once = course.state(Figures(), [span(reached=100)], [], now=NOW, clock=0.0)
    early = course.state(Figures(), [span(reached=90)], [], now=NOW, clock=5.0)
    later = course.state(Figures(), [span(reached=60)], [], now=NOW, clock=40.0)
    assert [state.spans[0][1] for state in (at_once, early)] == [None, None]
    assert later.spans[0][1] == NOW + timedelta(seconds=60)  # 40 hours took 40 seconds


def test_the_rate_is_that_of_the_last_minute():
    course = Course(0.0)
    rates = [
        course.state(Figures(fetched=pages), [], [], now=NOW, clock=clock).pages_a_minute
        for clock, pages in ((30.0, 60), (60.0, 60), (90.0, 60), (120.0, 120))
    ]
    assert rates == [120.0, 60.0, 0.0, 60.0]


def test_a_line_says_everything():
    figures = Figures(seen=40, fetched=12, written=8, revised=1, failed=2, queued=5, checked=3)
    waits = [
        Wait("h.test", NOW + timedelta(days=1, seconds=20), "HTTP 429"),
        Wait("i.test", None, "1.0 s between requests"),
    ]
    told = line(Course(0.0).state(figures, [span(reached=25)], waits, now=NOW, clock=60.0), NOW)
    tomorrow = (NOW + timedelta(days=1)).astimezone()
    assert told == (
        "seen 40, fetched 12, written 8, revised 1, unchanged 0, failed 2, held 0; 12 pages a minute, 5 under way, "
        "3 in check; h.test back to 2026-11-26 09:00 UTC, 75%; "
        f"waiting for h.test until {tomorrow:%Y-%m-%d %H:%M}: HTTP 429; waiting for i.test: 1.0 s between requests"
    )


def document(**changes: Any) -> dict[str, Any]:
    return {
        "run_id": RUN,
        "reason": "finished",
        "exit_code": 0,
        "verdict": "ok",
        "ended_at": "2026-11-29T12:00:00Z",
        "stats": {"elapsed_time_seconds": 75.2, "response_received_count": 42},
        "counts": {"feed": {"seen": 40}},
        "gaps": [],
    } | changes


def test_a_run_without_news_is_one_line():
    ended = Ended(document(), "out")
    assert (ended.is_quiet, ended.summary()) == (True, "40 entries seen, 42 pages in 1 min 15 s")


def test_what_needs_a_look_is_no_run_without_news():
    gap = {"run": RUN, "reason": "unreadable"}
    for changes in (
        {"exit_code": 3},
        {"verdict": "warning"},
        {"gaps": [gap]},
        {"stats": {"espreso/failures": 1}},
        {"counts": {"outcome": {"quarantined": 1}}},
        {"counts": {"entry": {"pending": 1}}},
        {"reason": "closespider_timeout"},
    ):
        assert not Ended(document(**changes), "out").is_quiet, changes
    for usual in ({"run": "another"}, {"reason": "not_asked"}):
        assert Ended(document(gaps=[gap | usual]), "out").is_quiet


def test_the_table_says_what_was_written_held_and_failed_and_what_to_do():
    stats = {"espreso/emitted": 12, "espreso/emitted/created": 10, "espreso/emitted/revised": 2, "espreso/failures": 3}
    ended = Ended(
        document(
            arguments={"since": "7d", "edition": "ua"},
            exit_code=5,
            stats=stats | document()["stats"],
            counts={
                "feed": {"seen": 40, "appeared": 15},
                "entry": {"failed": 1, "pending": 4},
                "outcome": {"quarantined": 7},
            },
            segments=[
                {"stream": "articles", "file": "articles/a.jsonl"},
                {"stream": "articles", "file": "articles/b.jsonl"},
            ],
            held=[{"reason": f"reason {rank}", "rows": rows} for rank, rows in ((1, 3), (2, 2), (3, 1), (4, 1))],
            retries={"entries": 2, "at": "2026-11-30T12:02:00Z"},
            findings=[{"level": "critical", "text": "half of the rows are doubtful"}],
            gaps=[{"run": RUN}],
        ),
        "out",
    )
    again = datetime(2026, 11, 30, 12, 2, tzinfo=UTC).astimezone()
    assert ended.table().splitlines() == [
        f"  run        {RUN}: finished after 1 min 15 s, exit code 5",
        "  asked      since=7d edition=ua",
        "  seen       40 entries, 15 of them new; 42 pages fetched",
        "  written    12 articles: 10 created, 2 revised",
        "  where      out/articles/a.jsonl and 1 more",
        "  held       7 rows: reason 1 (3); reason 2 (2); reason 3 (1); other reasons (1)",
        f"             scrapy ledger release {RUN}, or scrapy ledger",
        f"             discard {RUN} --reason TEXT",
        f"  failed     3 pages; a crawl after {again:%Y-%m-%d %H:%M} tries 2 entries again; 1",
        "             entry given up",
        "  left over  4 entries, for the next crawl to fetch",
        "  critical   half of the rows are doubtful",
        "  not read   1 span of feeds; scrapy ledger names each, with the command for it",
        "  to see it  make report, or scrapy report",
    ]
