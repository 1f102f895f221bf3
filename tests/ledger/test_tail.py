"""Reading sealed segments in order."""

from pathlib import Path

from espreso_crawler.ledger.delivery.tail import tail
from tests.ledger.builders import draft, open_ledger, see, sighting, url
from tests.ledger.test_taking_back import forgetting


def crawl(root: Path, *numbers: int) -> None:
    ledger = open_ledger(root)
    see(ledger, *(sighting(number) for number in numbers))
    for number in numbers:
        ledger.outbox.emit(draft(url(number)))
    ledger.close("finished", 0)


def ids(root: Path, after: int) -> list[tuple[int, str]]:
    return [(each.segment, each.line.split(b'"')[7].decode()) for each in tail(root / "output", after=after)]


def test_lines_come_in_the_order_of_their_segments(tmp_path: Path) -> None:
    crawl(tmp_path, 3, 1)
    crawl(tmp_path, 2)
    assert ids(tmp_path, 0) == [(1, "ua:news-3"), (1, "ua:news-1"), (2, "ua:news-2")]
    assert ids(tmp_path, 1) == [(2, "ua:news-2")]
    assert ids(tmp_path, 2) == []


def test_every_line_ends_with_a_newline(tmp_path: Path) -> None:
    crawl(tmp_path, 1, 2)
    assert all(each.line.endswith(b"}\n") for each in tail(tmp_path / "output", after=0))


def test_another_stream_has_numbers_of_its_own(tmp_path: Path) -> None:
    crawl(tmp_path, 1)
    assert [each.segment for each in tail(tmp_path / "output", after=0, stream="feed")] == [1]


def test_there_may_be_nothing_yet(tmp_path: Path) -> None:
    assert ids(tmp_path, 0) == []


def test_a_rewritten_segment_comes_again_without_the_forgotten_line(tmp_path: Path) -> None:
    crawl(tmp_path, 1, 2)
    forgetting(tmp_path, "ua:news-1")
    assert [number for number, _ in ids(tmp_path, 1)] == [2, 3]
    assert ids(tmp_path, 1)[0] == (2, "ua:news-2")
