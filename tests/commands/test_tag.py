"""``scrapy tag``: sealed lines get today's tags beside them; a wrong vocabulary stops it, and a crawl."""

import json
import subprocess
from pathlib import Path

import pytest

from espreso_crawler.record import encode
from espreso_crawler.tagging import tagger
from espreso_crawler.vocabularies.loading import COLUMNS
from tests import forked
from tests.articles import full_article
from tests.crawls import Desk


def tag(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    return forked.command("tag", *arguments)


@pytest.fixture
def output(tmp_path: Path) -> Path:
    folder = tmp_path / "output" / "articles" / "emitted=2026-11-22"
    folder.mkdir(parents=True)
    article = full_article()
    article.article_body = "Kyiv answers Warsaw, UNIAN reports."
    gone = b'{"id":"global:1001","revision":2,"event":"removed","headline":null}'
    folder.joinpath("000000000001-r.jsonl").write_bytes(encode(article) + b"\n" + gone + b"\n")
    return tmp_path / "output"


def test_sealed_articles_get_their_tags_into_a_side_file(output):
    done = tag("-s", f"ESPRESO_OUTPUT={output}")
    assert done.returncode == 0, done.stderr
    (path,) = (output / "tags").iterdir()
    (line,) = map(json.loads, path.read_bytes().splitlines())
    assert path.stem == tagger().version.removeprefix("sha256:")[:12]
    assert (line["id"], line["revision"], line["vocabulary_version"]) == ("global:1001", 1, tagger().version)
    assert {"place:kyiv", "place:warsaw"} <= {each["id"] for each in line["tags"]}
    assert line["cited_agencies"] == ["UNIAN"]


def test_the_lines_go_to_stdout_when_told_so(output):
    done = tag("--stdout", "-s", f"ESPRESO_OUTPUT={output}")
    assert json.loads(done.stdout)["id"] == "global:1001"
    assert not (output / "tags").exists()


def test_only_segments_above_a_number(output):
    assert tag("--stdout", "--after", "1", "-s", f"ESPRESO_OUTPUT={output}").stdout == b""


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    folder = tmp_path / "own"
    folder.mkdir()
    cells = {"id": "place:vyhadane", "name_en": "Vyhadane", "name_uk": "Вигадане", "match_uk": "Вигадан+"}
    row = "\t".join(cells.get(column, "") for column in COLUMNS)
    folder.joinpath("places.tsv").write_text("\t".join(COLUMNS) + "\n" + row + "\n", "utf-8")
    return folder


def test_a_wrong_vocabulary_is_told_in_one_line(output, wrong):
    done = tag("-s", f"ESPRESO_OUTPUT={output}", "-s", f"ESPRESO_VOCABULARIES={wrong}")
    assert done.returncode == 1
    assert done.stderr.decode().startswith(f"scrapy tag: {wrong / 'places.tsv'}:2: match_uk: bad stem 'Вигадан+'")


def test_a_wrong_vocabulary_stops_a_crawl_before_its_first_request(tmp_path, wrong):
    desk = Desk(tmp_path, {"ESPRESO_VOCABULARIES": str(wrong)})
    done = desk.crawl("start=http://127.0.0.1:9/news")
    assert done.exit_code == 1
    assert f"{wrong / 'places.tsv'}:2: match_uk: bad stem" in done.log
    assert "downloader/request_count" not in done.log
