"""``espreso_crawler.extract``: the record for other programs, without Scrapy, in any process."""

import json
import pickle
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

import orjson
import pytest

import espreso_crawler
from espreso_crawler.exceptions import ConfigurationError
from espreso_crawler.record import FORM
from tests.builders import CAPTURED, Facts, article_html
from tests.checkout import ROOT

FACTS = Facts(
    marks=("Exclusive",), body="<p>Reuters reports that the bridge near Lviv carries its first cars today.</p>"
)
PAGE = article_html(FACTS).encode()


def imported_by(code: str) -> set[str]:
    """Return which modules a fresh interpreter has imported after some code."""
    code = f"{code}\nimport json, sys; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_a_page_is_read_without_scrapy(tmp_path: Path):
    page = tmp_path / "page.html"
    page.write_bytes(PAGE)
    modules = imported_by(f"from espreso_crawler import extract; print(extract(open({str(page)!r}, 'rb').read()).id)")
    assert "espreso_crawler.extraction" in modules
    assert [name for name in modules if name.split(".")[0] in ("scrapy", "twisted", "sqlite3")] == []


def test_the_package_alone_costs_nothing():
    assert {name for name in imported_by("import espreso_crawler") if name.startswith("espreso_crawler.")} == set()


def test_the_record_has_what_needs_no_ledger():
    record = espreso_crawler.extract(PAGE, fetched_at=CAPTURED)
    assert (record.id, record.url) == ("global:700001", FACTS.url)
    assert (record.labels, record.is_sponsored, record.cited_agencies) == (["exclusive"], False, ["Reuters"])
    assert "place:lviv" in [tag.id for tag in record.tags]
    assert record.vocabulary_version
    assert record.text_digest and record.record_digest
    assert {said.field: said.source for said in record.provenance}["headline"] == "markup"
    assert record.fetched_at == CAPTURED
    assert (record.revision, record.run_id, record.feed) == (None, None, None)


def test_text_is_the_same_as_its_bytes():
    page = article_html(Facts(headline="Їжак перейшов міст", lang="uk"))
    one, other = (espreso_crawler.extract(each, fetched_at=CAPTURED) for each in (page, page.encode()))
    assert one == other


def test_an_opt_out_in_the_headers_is_seen_in_any_case():
    record = espreso_crawler.extract(
        PAGE, fetched_at=CAPTURED, headers={"X-ROBOTS-Tag": "noarchive", "TDM-Reservation": "1"}
    )
    assert record.opt_outs == ["noarchive", "tdm-reserved"]


def test_a_vocabulary_of_ones_own(tmp_path: Path):
    shipped = (ROOT / "espreso_crawler" / "vocabularies" / "places.tsv").read_text("utf-8").splitlines()
    row = next(row for row in shipped if row.startswith("place:lviv\t")).replace("\tLviv\t", "\tLemberg\t", 1)
    (tmp_path / "places.tsv").write_text(f"{shipped[0]}\n{row}\n", "utf-8")
    record = espreso_crawler.extract(PAGE, fetched_at=CAPTURED, vocabularies=tmp_path)
    assert "Lemberg" in [tag.name for tag in record.tags]
    with pytest.raises(ConfigurationError, match="nowhere"):
        espreso_crawler.extract(PAGE, fetched_at=CAPTURED, vocabularies=tmp_path / "nowhere")


def test_what_is_no_article_is_an_error_that_says_so():
    with pytest.raises(espreso_crawler.PageError, match="no article on this page"):
        espreso_crawler.extract(b"<html><body><p>Tag</p></body></html>", "https://espreso.tv/tag")
    with pytest.raises(espreso_crawler.PageError, match="does not name its own address"):
        espreso_crawler.extract(b"<html><body><p>Tag</p></body></html>")


def test_a_time_without_zone_is_refused():
    with pytest.raises(ValueError, match=r"2024-12-24T17:05:00 has no time zone"):
        espreso_crawler.extract(PAGE, fetched_at=datetime(2024, 12, 24, 17, 5))  # noqa: DTZ001  # that is the point


def test_a_pool_of_processes_gives_the_same_records():
    pages = [article_html(Facts(headline=f"Bridge {number} opens")).encode() for number in range(4)]
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        apart = list(pool.map(espreso_crawler.extract, pages, [FACTS.url] * 4, [CAPTURED] * 4))
        broken = pool.submit(espreso_crawler.extract, b"<html>cut", FACTS.url)
        assert isinstance(broken.exception(), espreso_crawler.PageError)
    here = [espreso_crawler.extract(page, FACTS.url, CAPTURED) for page in pages]
    assert [orjson.dumps(record, option=FORM) for record in apart] == [
        orjson.dumps(record, option=FORM) for record in here
    ]
    assert pickle.loads(pickle.dumps(here)) == here  # noqa: S301  # our own bytes


def test_a_name_that_is_none_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'extrakt'"):
        espreso_crawler.extrakt  # noqa: B018  # the access is the test


def test_a_page_without_a_time_was_fetched_now():
    before = datetime.now(UTC).replace(microsecond=0)
    fetched_at = espreso_crawler.extract(PAGE).fetched_at
    assert fetched_at and before <= fetched_at <= datetime.now(UTC)


def test_the_example_of_the_docs_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys):
    (tmp_path / "page.html").write_bytes(PAGE)
    _, code, *_ = (ROOT / "docs" / "extract.md").read_text("utf-8").split("```python\n")
    monkeypatch.chdir(tmp_path)
    exec(code.partition("```")[0], {})  # noqa: S102  # our own example
    assert capsys.readouterr().out.startswith(f"global:700001 {FACTS.headline} 2024-11-02 11:37:00+02:00 [")
