"""Every page of `tests/fixtures/` gives what its `expected.json` says; and the recorder that writes them."""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from espreso_crawler import saved_pages
from espreso_crawler.items import EXTRACTOR_VERSION
from espreso_crawler.pages import Page
from tests import record
from tests.builders import CAPTURED, Entry, Facts, article_html, page

NAMES = record.names()
ENTRY = Entry("19:00", "A tunnel closes", day=("2024, Tuesday", "24 December"), href="/tunnel")


@pytest.mark.parametrize("name", NAMES)
def test_fixture(name: str):
    folder = record.FIXTURES / name
    found = saved_pages.found_on(record.stored_page(folder))
    assert record.differences(name, record.expected_of(folder), found) == []


@pytest.mark.parametrize("name", NAMES)
def test_every_fixture_is_whole_and_says_why_it_is_there(name: str):
    folder = record.FIXTURES / name
    assert {file.name for file in folder.iterdir()} == {saved_pages.PAGE, saved_pages.META, saved_pages.EXPECTED}
    meta = json.loads((folder / saved_pages.META).read_text("utf-8"))
    assert [key for key in meta if key != "right"] == ["url", "fetched_at", "reason"]
    assert len(meta["reason"].split()) >= 5
    assert datetime.fromisoformat(meta["fetched_at"]).tzinfo == UTC


def test_expected_output_changes_only_together_with_the_extractor_version():
    bound = record.recorded_version()
    assert bound["extractor_version"] == EXTRACTOR_VERSION, "run python -m tests.record --all"
    now = record.digests()
    changed = [name for name in bound["expected"] | now if bound["expected"].get(name) != now.get(name)]
    assert changed == [], f"raise EXTRACTOR_VERSION ({EXTRACTOR_VERSION}) in items.py; record by tests.record only"


@pytest.mark.parametrize("name", NAMES)
def test_offsets_point_at_the_text_they_name(name: str):
    article = record.expected_of(record.FIXTURES / name)["article"]
    for part in (*article.get("blocks", []), *article.get("links", [])):
        if part["end"] is not None:
            assert article["article_body"][part["start"] : part["end"]] == part["text"], part


# The recorder.


@pytest.fixture
def fixtures(tmp_path: Path) -> Path:
    """Return a folder with one recorded fixture, `bridge`."""
    assert record.record(bridge(), "bridge", "a bridge opens", tmp_path) == []
    return tmp_path


def bridge(**given: object) -> Page:
    return page(Facts(entries=[ENTRY], **given))  # type: ignore[arg-type]


def bound(fixtures: Path) -> dict[str, str]:
    return record.recorded_version(fixtures)["expected"]


def test_a_fixture_is_page_meta_and_expected_output(fixtures: Path):
    folder = fixtures / "bridge"
    assert gzip.decompress((folder / "page.html.gz").read_bytes()) == bridge().body
    assert json.loads((folder / "meta.json").read_text()) == {
        "url": "https://global.espreso.tv/news-a-bridge-opens",
        "fetched_at": "2024-12-24T17:05:00Z",
        "reason": "a bridge opens",
    }
    expected = record.expected_of(folder)
    assert expected["article"]["headline"] == "A bridge opens"
    assert [entry["headline"] for entry in expected["feed"]["entries"]] == ["A tunnel closes"]
    assert bound(fixtures) == record.digests(fixtures)


def test_the_same_page_gives_the_same_bytes(fixtures: Path, tmp_path_factory: pytest.TempPathFactory):
    other = tmp_path_factory.mktemp("other")
    record.record(bridge(), "bridge", "a bridge opens", other)
    for file in (fixtures / "bridge").iterdir():
        assert file.read_bytes() == (other / "bridge" / file.name).read_bytes(), file.name


def test_what_depends_on_the_machine_or_the_crawl_is_not_recorded(fixtures: Path):
    article = record.expected_of(fixtures / "bridge")["article"]
    assert not {"id", "revision", "run_id", "emitted_at", "tags", "feed", "extractor_version"} & article.keys()


@pytest.mark.parametrize(
    ("name", "reason", "why"),
    [
        ("bridge", "again", "--again overwrites it"),
        ("tunnel", " ", "needs a reason"),
        ("../tunnel", "a tunnel", "no name for a fixture"),
        ("Tunnel", "a tunnel", "no name for a fixture"),
    ],
)
def test_the_recorder_refuses_and_writes_nothing(fixtures: Path, name: str, reason: str, why: str):
    before = {file: file.read_bytes() for file in fixtures.rglob("*") if file.is_file()}
    with pytest.raises(record.Refused, match=why):
        record.record(bridge(headline="A tunnel opens"), name, reason, fixtures)
    assert {file: file.read_bytes() for file in fixtures.rglob("*") if file.is_file()} == before


def test_another_page_under_the_same_name_needs_no_other_version(fixtures: Path):
    lines = record.record(bridge(lead="Another lead"), "bridge", "it opens again", fixtures, again=True)
    assert [line.partition(": expected")[0] for line in lines[:1]] == ["bridge: article.description"]
    assert not any(line.startswith("warning") for line in lines)
    assert bound(fixtures) == record.digests(fixtures)


def test_what_changes_on_the_same_page_waits_for_another_version(fixtures: Path, monkeypatch: pytest.MonkeyPatch):
    expected = fixtures / "bridge" / "expected.json"
    expected.write_text(expected.read_text("utf-8").replace('"A bridge opens"', '"A bridge"'), "utf-8")
    (fixtures / "version.json").unlink()
    record._write_version(fixtures, [])  # as if the parser had read it so
    before = bound(fixtures)

    lines = record.record_all(fixtures)
    assert 'bridge: article.headline: expected "A bridge", found "A bridge opens"' in lines
    assert "warning: the same page gives something else: bridge" in lines
    assert bound(fixtures) == before != record.digests(fixtures)

    monkeypatch.setattr(record, "EXTRACTOR_VERSION", "next")
    with pytest.raises(record.Refused, match="run --all first"):
        record.record(bridge(), "other", "another bridge", fixtures)
    assert record.record_all(fixtures) == []
    assert record.recorded_version(fixtures)["extractor_version"] == "next"
    assert bound(fixtures) == record.digests(fixtures)


def test_what_a_person_read_off_the_page_fails_until_the_parser_agrees(fixtures: Path):
    right = {"article": {"headline": "A tunnel opens"}}
    record.record(bridge(), "tunnel", "the headline is wrong", fixtures, right=right)
    folder = fixtures / "tunnel"
    wrong = ['tunnel: article.headline: expected "A tunnel opens", found "A bridge opens"']
    assert record.differences("tunnel", record.expected_of(folder), saved_pages.found_on(bridge())) == wrong
    record.record_all(fixtures)  # no recording takes the parser's word for it
    record.record(bridge(), "tunnel", "again", fixtures, again=True, right={"article": {"description": "A lead"}})
    expected = record.expected_of(folder)["article"]
    assert (expected["headline"], expected["description"]) == ("A tunnel opens", "A lead"), "both are kept"


def test_a_failure_names_fixture_field_and_place(fixtures: Path):
    expected, found = record.expected_of(fixtures / "bridge"), saved_pages.found_on(bridge())
    expected["article"] |= {"headline": "A tunnel", "blocks": [{"type": "list"}], "gone": 1}
    del found["article"]["labels"]
    shown = [line.partition(": expected")[0] for line in record.differences("bridge", expected, found)]
    assert sorted(shown) == [
        "bridge: article.blocks[0]",
        "bridge: article.gone",
        "bridge: article.headline",
        "bridge: article.labels",
    ]


def test_the_command_line_records_a_gzipped_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(record, "FIXTURES", tmp_path / "fixtures")
    saved = tmp_path / "saved.html.gz"
    saved.write_bytes(gzip.compress(article_html(Facts(entries=[ENTRY])).encode()))
    command = [str(saved), "bridge", "--reason", "a bridge", "--fetched-at", CAPTURED.isoformat()]
    assert record.main(command) == 0
    assert (tmp_path / "fixtures" / "bridge" / "expected.json").exists()
    assert "line by line" in capsys.readouterr().out
    assert record.main(command) == 1
    assert "refused: bridge is there already" in capsys.readouterr().out
    right = ["--again", "--right", "headline=A tunnel opens", "--right", "labels=[]"]
    assert record.main([*command, *right]) == 0
    assert 'the parser is wrong: bridge: article.headline: expected "A tunnel opens"' in capsys.readouterr().out
    assert record.main([*command, "--again", "--right", "headline"]) == 1
    assert "refused: --right headline: give FIELD=VALUE" in capsys.readouterr().out
    assert record.main([str(tmp_path / "gone.html"), "gone", "--reason", "none"]) == 1
