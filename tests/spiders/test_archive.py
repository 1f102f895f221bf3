"""Archives read as if their pages were fetched now: the same records, no request, nothing twice."""

import gzip
import json
import multiprocessing
import signal
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import pytest
from scrapy import signals
from scrapy.crawler import Crawler

from espreso_crawler.settings import EXTENSIONS, SPIDER_MIDDLEWARES
from tests import forked
from tests.archives import Shot, foreign, page, warc
from tests.builders import Entry, Facts, article_html
from tests.crawls import Desk, dying_at, start
from tests.site import running, small

AT = datetime(2024, 11, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
RESERVED = b'[{"location": "/news-number-2", "tdm-reservation": 1}]'


def archive(desk: Desk, *shots: Shot, name: str = "a.warc.gz") -> str:
    """Write an archive and return the argument that names it."""
    folder = desk.home / "pages"
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(warc(shots))
    return f"path={folder}"


def replay(desk: Desk, *arguments: str, code: int = 0, **settings: str) -> list[dict[str, Any]]:
    """Read an archive; return what is new in the output."""
    before = len(desk.records())
    done = desk.crawl(*arguments, spider="archive", settings=settings)
    assert done.exit_code == code, done.log
    return desk.records()[before:]


def said(records: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(record["event"], record["headline"]) for record in records]


def test_captures_become_records_in_the_order_of_their_time_and_once(desk):
    given = archive(
        desk,
        page(2, AT + 3 * HOUR, headline="Story 2, changed"),
        page(1, AT),
        *(foreign(number, AT) for number in range(5)),
        page(2, AT + HOUR),
        page(1, AT + 2 * HOUR),
        Shot("https://global.espreso.tv/news-number-3", AT, b"gone", status=404),
        Shot("https://global.espreso.tv/logo.png", AT, b"\x89PNG", headers={"Content-Type": "image/png"}),
    )
    records = replay(desk, given)
    assert said(records) == [("created", "Story 1"), ("created", "Story 2"), ("revised", "Story 2, changed")]
    assert [record["fetched_at"] for record in records] == [
        "2024-11-02T12:00:00Z",
        "2024-11-02T13:00:00Z",
        "2024-11-02T15:00:00Z",
    ]
    stats = desk.runs()[-1]["stats"]
    assert stats["espreso/archive/pages"] == 4 and "downloader/request_count" not in stats
    assert replay(desk, given) == [], "a second time nothing is new"
    # A page that was captured before what is known is an earlier fact, whatever it says.
    earlier = archive(desk, page(2, AT + HOUR / 2, headline="Story 2, as it was first"), name="b.warc.gz")
    assert replay(desk, earlier) == []
    assert desk.runs()[-1]["stats"]["espreso/earlier"] == 3  # this one, and the captures before the newest
    # So no old archive lets a crawl look at its articles again: nothing is due, nothing is pending.
    assert not any(desk.runs()[-1]["counts"].get(group) for group in ("feed", "leased"))


def test_redirects_and_revisits_lead_to_the_page_that_they_mean(desk):
    old, url = "https://global.espreso.tv/old-name", "https://global.espreso.tv/news-number-1"
    entries = [Entry("14:30", "Story 1", label="Exclusive", day=("2024 year", "2 November"), href="/old-name")]
    moved = Shot(old, AT + HOUR, b"", status=301, headers={"Location": "/news-number-1"})
    nowhere = Shot(old, AT, b"", status=301, headers={"Location": "https://[espreso.tv]/x"})
    start_page = Shot("https://global.espreso.tv/news-number-5", AT, page_with(5, entries))
    story, other = page(1, AT + HOUR), page(2, AT + HOUR)
    again = Shot(url, AT + 2 * HOUR, other.body, revisit_of=other.url)  # its address shows another page now
    known = Shot(url, AT + 3 * HOUR, story.body, revisit_of=url)
    lost = Shot(url, AT + 4 * HOUR, b"<html>never written</html>", revisit_of=url)
    records = replay(desk, archive(desk, start_page, nowhere, moved, story, other, again, known, lost))
    assert said(records)[:3] == [("created", "A bridge opens"), ("created", "Story 1"), ("created", "Story 2")]
    assert records[1]["feed"]["label"] == "exclusive", "its entry has the old name"
    assert desk.runs()[-1]["stats"]["espreso/archive/flaws"] == 1, "of the one whose payload is in no file"


def test_a_record_points_to_its_page_and_says_how_it_was_served(desk):
    body = article_html(Facts(url="https://global.espreso.tv/news-number-1")).replace('charset="utf-8"', 'charset="x"')
    packed = Shot(
        "https://global.espreso.tv/news-number-1?amp",
        AT,
        gzip.compress(body.replace("A bridge", "Міст").encode("cp1251")),
        headers={
            "Content-Type": "text/html; charset=windows-1251",
            "Content-Encoding": "gzip",
            "X-Robots-Tag": "noarchive",
        },
    )
    (record,) = replay(desk, archive(desk, foreign(1, AT), packed))
    assert record["headline"] == "Міст opens" and record["opt_outs"] == ["noarchive"]
    evidence = record["evidence"]
    content = (desk.home / "pages" / evidence["warc_file"]).read_bytes()[evidence["warc_offset"] :]
    assert b"news-number-1?amp" in gzip.decompress(content)[:500]
    settings = {"ESPRESO_OUTPUT": desk.home / "output", "ESPRESO_ARCHIVE": desk.home / "pages"}
    given = [part for name, value in settings.items() for part in ("-s", f"{name}={value}")]
    done = forked.command("extract", "--from-archive", record["id"], *given)
    again = json.loads(done.stdout)
    assert [again[name] for name in ("headline", "evidence")] == [record["headline"], evidence]


class FailsAtTheStart:
    """Spider middleware with a bug."""

    async def process_start(self, start: AsyncIterator[Any]) -> AsyncIterator[Any]:
        async for each in start:
            yield each.no_such_name


def test_a_spider_that_fails_as_it_starts_has_not_done_well(desk):
    broken = {"SPIDER_MIDDLEWARES": json.dumps({**SPIDER_MIDDLEWARES, f"{__name__}.FailsAtTheStart": 900})}
    assert replay(desk, archive(desk, page(1, AT)), code=3, **broken) == []
    live = desk.crawl("start=http://127.0.0.1:9/news", settings=broken)
    assert live.exit_code == 3 and "no_such_name" in live.log
    assert len(replay(desk, archive(desk, page(1, AT)))) == 1


def test_what_a_site_reserves_is_read_from_the_archive_and_nobody_is_asked(desk):
    file = "https://global.espreso.tv/.well-known/tdmrep.json"
    given = archive(
        desk,
        page(1, AT),
        page(2, AT),
        # As a crawl records it: asked for with the first article, so after it.
        Shot(file, AT + HOUR, RESERVED, headers={"Content-Type": "application/json"}),
    )
    first, second = replay(desk, given)
    assert first["opt_outs"] == [] and first["article_body"]
    assert second["opt_outs"] == ["tdm-reserved"] and second["article_body"] is None


def test_how_a_feed_showed_an_article_goes_into_its_record_and_not_into_the_ledger(desk):
    entries = [
        Entry("14:30", "Story 1", label="Exclusive", day=("2024 year", "2 November"), href="/news-number-1"),
        Entry("14:00", "Story 9", href="/news-number-9"),
    ]
    start = Shot("https://global.espreso.tv/news-number-5", AT, page_with(5, entries))
    (fifth, first) = replay(desk, archive(desk, page(1, AT + HOUR), start))
    assert fifth["feed"] is None
    assert first["feed"] == {
        "published_at": "2024-11-02T14:30:00+02:00",
        "label": "exclusive",
        "position": 1,
        "important": False,
        "seen_at": "2024-11-02T12:00:00Z",
        "seen_on": "https://global.espreso.tv/news-number-5",
    }
    assert desk.records("feed") == [], "what only an archive shows is nothing to fetch"


def page_with(number: int, entries: list[Entry]) -> bytes:
    url = f"https://global.espreso.tv/news-number-{number}"
    return article_html(Facts(url=url, entity_id=str(900_000 + number), entries=entries)).encode()


@pytest.mark.parametrize("readers", ["0", "2"])
def test_damage_is_told_by_file_and_byte_and_the_rest_is_read(desk, readers):
    given = archive(desk, page(1, AT), page(2, AT), page(3, AT))
    path = desk.home / "pages" / "a.warc.gz"
    path.write_bytes(path.read_bytes()[:-900])
    (desk.home / "pages" / "b.warc").write_bytes(b"")
    done = desk.crawl(given, spider="archive", settings={"ESPRESO_READERS": readers})
    assert said(desk.records()) == [("created", "Story 1"), ("created", "Story 2")]
    assert done.exit_code == 3 and "b.warc: the file is empty" in done.log
    assert "a.warc.gz, byte " in done.log and "Traceback" not in done.log


def test_a_path_that_is_not_there_is_refused_before_anything_is_opened(desk):
    done = desk.crawl("path=/nowhere", spider="archive")
    assert (done.exit_code, desk.runs()) == (2, [])
    assert "path='/nowhere': no such file or folder" in done.log
    assert "path is missing: give -a path=" in desk.crawl(spider="archive").log


class KillsAReader:
    """Extension that kills a process in which a replay reads, with the first record."""

    def __init__(self, crawler: Crawler) -> None:
        self.stats = crawler.stats
        crawler.signals.connect(self.item_scraped, signals.item_scraped)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def item_scraped(self) -> None:
        if self.stats.get_value("killed") is None:
            self.stats.set_value("killed", 1)
            multiprocessing.active_children()[0].kill()


def test_a_replay_that_is_killed_is_read_again_without_loss_or_double(desk):
    given = archive(desk, *(page(number, AT + timedelta(minutes=number)) for number in range(250)))
    for step in ("seal:after-commit@2", "flush:before-commit@3"):
        with dying_at(step):
            done = desk.crawl(given, spider="archive", settings={"ESPRESO_SEAL_ITEMS": "20"})
        assert done.exit_code == -signal.SIGKILL, done.log
    assert 0 < len(desk.records()) < 250, "it was killed on the way"
    extensions = {**EXTENSIONS, f"{__name__}.KillsAReader": 500}
    replay(desk, given, ESPRESO_READERS="2", EXTENSIONS=json.dumps(extensions))
    assert desk.runs()[-1]["stats"]["killed"] == 1
    assert Counter(record["id"] for record in desk.records()) == Counter(f"global:{900_000 + n}" for n in range(250))


def test_a_few_pages_are_found_among_very_many_of_other_sites(desk):
    ours = {400 * number: page(number, AT) for number in range(50)}
    given = archive(desk, *(ours.get(number) or foreign(number, AT, 200) for number in range(20_050)))
    assert len(replay(desk, given)) == 50
    stats = desk.runs()[-1]["stats"]
    assert (stats["espreso/archive/records"], stats["espreso/archive/pages"]) == (20_050, 50)


OUR_TIMES = ("run_id", "emitted_at", "fetched_at")


def comparable(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record without run id and our own times; what was seen in the feed is compared but for its moment."""
    feed = record["feed"] and {name: value for name, value in record["feed"].items() if name != "seen_at"}
    return {name: value for name, value in record.items() if name not in OUR_TIMES} | {"feed": feed}


def test_a_recorded_crawl_gives_the_same_records_once_more(tmp_path):
    crawled, replayed = Desk(tmp_path / "crawled"), Desk(tmp_path / "replayed")
    folder = tmp_path / "archive"
    with running(small(tape_entries=12, is_compressed=True)) as demo:
        done = crawled.crawl(start(demo), settings={"ESPRESO_ARCHIVE": str(folder)})
        assert done.exit_code == 0, done.log
    host = demo.url.removeprefix("http://")
    records = replay(replayed, f"path={folder}", f"host={host}")
    assert len(records) == 12
    before = {record["id"]: comparable(record) for record in crawled.records()}
    assert {record["id"]: comparable(record) for record in records} == before
    assert all(record["feed"] and record["evidence"]["warc_file"] for record in records)
