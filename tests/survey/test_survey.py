"""``scrapy survey``: what it asks a site for, what it prints and keeps, what it tells the shell."""

import gzip
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from espreso_crawler.pages import FeedEntry
from espreso_crawler.reading import Served
from espreso_crawler.saved_pages import NOT_OF_THE_PAGE
from espreso_crawler.survey.captures import Capture, Captures
from espreso_crawler.survey.findings import findings
from espreso_crawler.survey.spider import ARTICLES, MOST_REQUESTS, chosen
from espreso_crawler.survey.verdict import verdict
from espreso_crawler.tagging import tagger
from tests import forked
from tests.builders import CAPTURED, Entry, Facts, article_html
from tests.crawls import NO_WAITING, ROOT
from tests.forked import Finished
from tests.site import DemoSite, Fault, running, small


def survey(*arguments: str, home: Path | None = None, settings: Sequence[str] = ()) -> Finished:
    given = [*(f"{name}={value}" for name, value in NO_WAITING.items()), *settings]
    if home:
        given += [f"ESPRESO_OUTPUT={home / 'output'}", f"ESPRESO_STATE={home / 'state'}"]
    options = [part for each in given for part in ("-s", each)]
    return forked.scrapy(["survey", *arguments, *options], folder=ROOT, now=None, seconds=90)


def surveyed(demo: DemoSite, *arguments: str, code: int = 0) -> dict[str, Any]:
    done = survey(f"{demo.url}/news", "--json", *arguments)
    assert done.exit_code == code, done.log
    (found,) = json.loads(done.stdout)
    return found


def places(found: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {each["name"]: (each["state"], each["says"]) for each in found["places"]}


def counts(found: dict[str, Any]) -> dict[str, int]:
    return {each["name"]: each["filled"] for each in found["fields"]}


@pytest.fixture
def demo() -> Iterator[DemoSite]:
    with running(small()) as site:
        yield site


def test_a_site_whose_articles_come_out_right(demo: DemoSite, tmp_path: Path):
    done = survey(f"{demo.url}/news", home=tmp_path)
    assert done.exit_code == 0, done.log
    said = done.stdout.decode()
    assert max(map(len, said.splitlines())) <= 80
    assert "\x1b" not in said
    for word in ("robots.txt", "12 entries by the known markup", "10 of 10 read", "come out right", "make crawl ARGS="):
        assert word in " ".join(said.split())
    assert "at most 17 pages" in " ".join(done.log.split())
    assert list(tmp_path.iterdir()) == []
    asked = [visit.target for visit in demo.control.log()]
    assert len(asked) == len(set(asked)) <= MOST_REQUESTS
    assert {"/robots.txt", "/rss", "/sitemap.xml", "/news?page=2"} < set(asked)


def test_an_edition_that_prints_less_is_told_in_words():
    with running(small(layout="bare")) as demo:
        found = surveyed(demo)
    assert found["is_readable"]
    assert counts(found)["headline"] == ARTICLES
    absent = [name for name, count in counts(found).items() if count == 0]
    assert {"authors", "keywords", "entity_id", "date_modified"} <= set(absent)
    assert "print no number of the article, no time of change, no author" in " ".join(found["verdict"])


def test_rows_that_a_crawl_would_hold_back_are_named_with_the_reason():
    with running(small(layout="wrong_weekday")) as demo:
        found = surveyed(demo, code=3)
    assert not found["is_readable"]
    assert all("contradict each other about the time" in each["doubts"][0] for each in found["articles"])
    assert "would be held back" in found["verdict"][0]


def test_a_site_without_its_feed_is_surveyed_by_its_archive():
    with running(small(layout="no_feed")) as demo:
        found = surveyed(demo)
    assert places(found)["start page"] == ("bad", "no news feed, neither by its markup nor by its shape")
    assert len(found["articles"]) == ARTICLES


def test_robots_txt_is_obeyed():
    with running(small(robots="disallow", disallow=("/news", "/rss"))) as demo:
        found = surveyed(demo, code=0)
        asked = [visit.target for visit in demo.control.log()]
    assert not [target for target in asked if target.startswith(("/news", "/rss"))]
    assert places(found)["robots.txt"][1].startswith("/news is FORBIDDEN")
    assert places(found)["RSS"] == ("bad", "not allowed by robots.txt")


def test_a_site_that_cannot_be_asked_is_exit_code_3():
    with running(small(robots="unavailable")) as demo:
        found = surveyed(demo, code=3)
        asked = {visit.target for visit in demo.control.log()}
    assert asked == {"/robots.txt"}
    assert found["articles"] == []
    assert "No list of this edition names an article" in found["verdict"][0]


def test_opt_outs_are_told_and_such_pages_not_kept(tmp_path: Path):
    reserved = '[{"location": "/*", "tdm-reservation": 1}]'
    with running(small(robots_tag="noarchive", tdmrep=reserved)) as demo:
        found = surveyed(demo, "--save", str(tmp_path))
    assert places(found)["opt-outs"] == ("ok", "the site reserves text and data mining")
    assert all(set(each["opt_outs"]) == {"noarchive", "tdm-reserved"} for each in found["articles"])
    assert "10 have an opt-out" in " ".join(found["verdict"])
    assert list(tmp_path.iterdir()) == []


def test_a_crawl_delay_is_told():
    robots = Capture("robots", "https://espreso.tv/robots.txt", b"User-agent: *\nCrawl-delay: 3\nDisallow: /admin")
    found = findings(Captures("https://espreso.tv/news", [robots]), tagger())
    assert found.places[0].says == "/news is allowed; asks for 3 s between requests"


def test_what_was_not_understood_is_told():
    entries = [Entry("19:00", "One", "Very new label", ("2024, Tuesday", "24 December"), "/one"),
               Entry("18:00", "Two", None, ("Some day", "Nobody knows"), "/two")]  # fmt: skip
    body = (
        '<news-poll>Vote!</news-poll><p>A long text about a bridge.</p><iframe src="https://poll.example/1"></iframe>'
    )
    facts = Facts(body=body, marks=("Very new label",), entries=entries)
    served = Served(facts.url, CAPTURED, 200)
    pages = [Capture(kind, facts.url, article_html(facts).encode(), served) for kind in ("start", "article")]
    found = findings(Captures(facts.url, pages), tagger())
    assert found.unknown.labels == {"very-new-label": 1}
    assert "Nobody knows" in " ".join(found.unknown.headings)
    assert found.unknown.elements == {"news-poll": 1}
    assert found.unknown.embeds == {"poll.example": 1}
    assert "Some parts were not understood" in " ".join(verdict(found))


def test_pages_are_kept_for_extract_and_the_recorder(demo: DemoSite, tmp_path: Path):
    folder = tmp_path / "kept"
    done = survey(f"{demo.url}/news", "--save", str(folder))
    assert done.exit_code == 0, done.log
    assert "10 articles, 2 lists" in " ".join(done.log.split())
    pages = sorted((folder / "articles").iterdir())
    assert len(pages) == ARTICLES
    for page in pages:
        assert {file.name for file in page.iterdir()} == {"page.html.gz", "meta.json", "expected.json"}
    extracted = forked.scrapy(["extract", str(folder / "articles")], folder=ROOT, now=None, seconds=60)
    assert extracted.exit_code == 0, extracted.log
    for page, line in zip(pages, extracted.stdout.splitlines(), strict=True):
        record, meta = json.loads(line), json.loads((page / "meta.json").read_text("utf-8"))
        expected = json.loads((page / "expected.json").read_text("utf-8"))["article"]
        assert (record["url"], record["fetched_at"]) == (meta["url"], meta["fetched_at"])
        record["provenance"] = [each for each in record["provenance"] if each["field"] not in NOT_OF_THE_PAGE]
        assert {name: record[name] for name in expected} == expected
        assert b"cookie" not in gzip.decompress((page / "page.html.gz").read_bytes()).lower()


def test_pages_that_are_missing_cost_no_others():
    with running(small(faults=(Fault("status", "/*-*", status=404, probability=0.4),))) as demo:
        found = surveyed(demo)
    assert 0 < len([each for each in found["articles"] if each["problem"] is None]) < ARTICLES


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [(("--edition", "moon"), "edition='moon'"), (("news",), "is not an address"),
     (("--demo", "https://espreso.tv/news"), "give addresses, or --edition, or --demo"),
     (("https://espreso.tv/news", "https://espreso.tv/rss"), "two are on the same host")],
)  # fmt: skip
def test_wrong_arguments_are_one_line_and_no_request(arguments: tuple[str, ...], reason: str):
    done = survey(*arguments)
    assert (done.exit_code, done.stdout) == (2, b"")
    (line,) = done.log.strip().splitlines()
    assert reason in line


def test_a_folder_that_cannot_be_made_is_said_before_the_first_request(demo: DemoSite, tmp_path: Path):
    (tmp_path / "file").write_text("")
    done = survey(f"{demo.url}/news", "--save", str(tmp_path / "file" / "below"))
    assert done.exit_code == 2
    assert demo.control.log() == []


def test_the_articles_chosen_are_as_different_as_the_feed_allows():
    entries = [
        FeedEntry(f"https://espreso.tv/{number}", label="video" if number == 33 else None) for number in range(40)
    ]
    picked = chosen(entries, ARTICLES)
    assert len(picked) == len({entry.url for entry in picked}) == ARTICLES
    assert entries[0] in picked
    assert entries[33] in picked
    assert chosen(entries[:3], ARTICLES) == entries[:3]
    assert chosen([], ARTICLES) == []


def test_the_demo_site_is_started_by_the_command_itself():
    done = survey("--demo", "--json")
    assert done.exit_code == 0, done.log
    assert [each["is_readable"] for each in json.loads(done.stdout)] in ([True, True], [True])
