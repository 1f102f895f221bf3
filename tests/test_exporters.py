"""The exporter and `encode` write the same bytes, also through a real crawl."""

import csv
import gzip
import json
import subprocess
import sys
from datetime import UTC, datetime
from io import BytesIO, StringIO
from pathlib import Path

import orjson
import pytest
from lxml import etree

from espreso_crawler.exporters import OrjsonLinesItemExporter, RecordXmlItemExporter
from espreso_crawler.items import Article
from espreso_crawler.record import encode
from tests.articles import full_article
from tests.crawls import Desk
from tests.forked import Finished
from tests.site import running, small

CRAWL = """
import sys
import scrapy
from scrapy.crawler import CrawlerProcess
from tests.articles import full_article

class TwoArticles(scrapy.Spider):
    name = "two"
    async def start(self):
        yield full_article()
        yield full_article()

lines = "espreso_crawler.exporters.OrjsonLinesItemExporter"
process = CrawlerProcess({
    "FEED_EXPORTERS": {"jsonl": lines, "jl": lines, "jsonlines": lines},
    "FEEDS": {target: {"format": format, **more} for target, format, more in FEEDS},
    "REMOTE_CONTROL_ENABLED": False, "TELNETCONSOLE_ENABLED": False, "LOG_LEVEL": "WARNING",
})
process.crawl(TwoArticles)
process.start()
"""


def crawl(*feeds: tuple[str, str, dict[str, object]]) -> subprocess.CompletedProcess[bytes]:
    script = CRAWL.replace("FEEDS}", f"{list(feeds)!r}}}").replace("in FEEDS", f"in {list(feeds)!r}")
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    return done


def test_a_line_has_the_fields_in_the_order_of_the_record_and_no_line_end():
    line = encode(full_article())
    assert list(orjson.loads(line))[:4] == ["schema_version", "event", "id", "entity_id"]
    assert b"\n" not in line


def test_the_sites_times_keep_their_offset_and_ours_end_in_z():
    record = orjson.loads(encode(full_article()))
    assert record["date_published"] == "2024-11-02T11:37:00+02:00"
    assert record["date_modified"] == "2024-07-02T12:00:00+03:00"
    assert record["date_published_day"] == "2024-11-02"
    assert record["fetched_at"] == "2024-11-02T10:00:01Z"


def test_fractions_of_a_second_are_left_out():
    assert encode({"at": datetime(2024, 11, 2, 10, 0, 1, 999_999, tzinfo=UTC)}) == b'{"at":"2024-11-02T10:00:01Z"}'


def test_letters_are_written_as_they_are():
    assert encode({"name": "Київ «так»"}) == '{"name":"Київ «так»"}'.encode()


def test_half_a_surrogate_pair_is_refused():
    with pytest.raises(TypeError):
        encode({"text": "\ud800"})


def test_every_line_is_flushed():
    class Pipe(BytesIO):
        seen = b""

        def flush(self) -> None:
            self.seen = self.getvalue()

    pipe = Pipe()
    OrjsonLinesItemExporter(pipe).export_item(full_article())
    assert pipe.seen == encode(full_article()) + b"\n"


def test_a_feed_may_choose_fields():
    file = BytesIO()
    exporter = OrjsonLinesItemExporter(file, fields_to_export=["id", "authors"], encoding="utf-8", indent=0)
    exporter.export_item(full_article())
    author = {"name": "Olena Pryklad", "url": "https://global.espreso.tv/olena-pryklad"}
    assert orjson.loads(file.getvalue()) == {"id": "global:1001", "authors": [author]}


def test_other_items_are_written_too():
    file = BytesIO()
    OrjsonLinesItemExporter(file).export_item({"a": 1})
    assert file.getvalue() == b'{"a":1}\n'


def test_an_unknown_option_is_an_error():
    with pytest.raises(TypeError, match="compress"):
        OrjsonLinesItemExporter(BytesIO(), compress=True)


def test_a_crawl_writes_the_same_bytes_to_files_and_to_stdout(tmp_path: Path):
    expected = (encode(full_article()) + b"\n") * 2
    done = crawl(
        (str(tmp_path / "a.jsonl"), "jsonl", {"overwrite": True}),
        (str(tmp_path / "a.jl"), "jl", {}),
        (
            str(tmp_path / "a.gz"),
            "jsonl",
            {"postprocessing": ["scrapy.extensions.postprocessing.GzipPlugin"]},
        ),
        ("stdout:", "jsonlines", {}),
    )
    assert done.stdout == expected
    assert (tmp_path / "a.jsonl").read_bytes() == expected
    assert (tmp_path / "a.jl").read_bytes() == expected
    assert gzip.decompress((tmp_path / "a.gz").read_bytes()) == expected


def test_an_empty_article_can_be_written():
    assert orjson.loads(encode(Article()))["blocks"] == []


def copies(tmp_path: Path, *names: str) -> tuple[Desk, Finished]:
    desk = Desk(tmp_path, settings={"FEEDS": json.dumps({name: {"format": name.rpartition(".")[2]} for name in names})})
    with running(small()) as demo:
        return desk, desk.crawl(f"start={demo.url}/news", "limit=6")


def test_copies_in_every_form_say_what_the_sealed_files_say(tmp_path: Path):
    names = [str(tmp_path / name) for name in ("a.csv", "a.xml", "a.jsonl.gz", "b.csv.gz")]
    desk, done = copies(tmp_path, *names)
    assert done.exit_code == 0
    records = {record["id"]: record for record in desk.records()}
    assert len(records) == 6
    lines = [orjson.loads(line) for line in gzip.decompress((tmp_path / "a.jsonl.gz").read_bytes()).splitlines()]
    assert {record["id"]: record for record in lines} == records
    packed = gzip.decompress((tmp_path / "b.csv.gz").read_bytes()).decode()
    for text in (packed, (tmp_path / "a.csv").read_bytes().decode()):
        rows = list(csv.DictReader(StringIO(text, newline="")))
        assert {row["id"]: {name: cell(records[row["id"]][name], row[name]) for name in row} for row in rows} == records
    root = etree.parse(str(tmp_path / "a.xml")).getroot()
    for element in root:
        record = records[element.findtext("id") or ""]
        assert [part.tag for part in element] == list(record)
        assert element.findtext("article_body") == record["article_body"]
        assert [each.findtext("name") for each in element.iterfind("tags/value")] == [
            tag["name"] for tag in record["tags"]
        ]
        assert element.findtext("date_published") == record["date_published"]
        assert element.findtext("is_sponsored") == ("true" if record["is_sponsored"] else "false")
    assert len(root) == 6


def cell(value: object, text: str) -> object:
    """Return a cell as the record has it."""
    if value is None:
        return None if text == "" else text
    return text if isinstance(value, str) else orjson.loads(text)


@pytest.mark.parametrize("name", ["folder/", "/dev/full"])
def test_a_copy_that_fails_is_one_line_and_exit_code_4(name: str, tmp_path: Path):
    (tmp_path / "folder").mkdir()
    target = name if name.startswith("/") else str(tmp_path / "folder")
    desk = Desk(tmp_path)
    with running(small()) as demo:
        done = desk.crawl(f"start={demo.url}/news", "limit=3", extra=["-o", f"{target}:jsonl"])
    assert (done.exit_code, len(desk.records())) == (4, 3)
    assert "Traceback" not in done.log
    assert done.log.count(f"Copy {target} failed: ") == 2  # where it happened, and as the last line's reason
    assert done.log.splitlines()[-1].startswith("scrapy crawl: exit code 4: ")


def test_xml_leaves_out_what_it_cannot_hold():
    file = BytesIO()
    exporter = RecordXmlItemExporter(file)
    exporter.start_exporting()
    exporter.export_item({"text": "a\x0bb\ufffe <c>", "none": None})
    exporter.finish_exporting()
    (item,) = etree.fromstring(file.getvalue())
    assert (item.findtext("text"), item.findtext("none")) == ("ab <c>", "")
