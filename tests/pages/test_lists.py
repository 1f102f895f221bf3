"""Sitemaps and RSS: what they name, and what becomes of a list that is broken, hostile or something else."""

import gzip
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from espreso_crawler.exceptions import BrokenPage, LayoutError, PageError
from espreso_crawler.pages.lists import AddressList, rss, sitemap

URL = "https://espreso.tv/sitemap_news_1.xml"
SITEMAP = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
MB = 1_000_000


def urlset(*rows: str) -> bytes:
    return f'<?xml version="1.0" encoding="utf-8"?>\n<urlset {SITEMAP}>{"".join(rows)}</urlset>'.encode()


def row(slug: str, lastmod: str = "2025-12-14") -> str:
    return f"<url><loc>https://espreso.tv/{slug}</loc><lastmod>{lastmod}</lastmod><priority>0.8</priority></url>"


def feed(*items: str) -> bytes:
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>t</title>{"".join(items)}</channel></rss>'.encode()


def urls(found: AddressList) -> list[str]:
    return [entry.url for entry in found.entries]


def test_the_sites_own_sitemap_is_read_whole(real_pages: Path) -> None:
    found = sitemap((real_pages / "ua-sitemap_news_1.xml.gz").read_bytes(), URL)
    assert (len(found.entries), found.is_whole, found.unusable) == (6179, True, 0)
    assert sum(entry.url.startswith("https://ru.") for entry in found.entries) == 3
    night = next(entry for entry in found.entries if entry.url.endswith("/news-693ddbc628c25"))
    assert night.changed and night.changed[0].isoformat() == "2025-12-13T00:00:00+02:00"


def test_the_sites_own_index_names_its_sitemaps(real_pages: Path) -> None:
    found = sitemap((real_pages / "ua-sitemap.xml").read_bytes(), "https://espreso.tv/sitemap.xml")
    names = ["sitemap-categories.xml", "sitemap_news_1.xml", "sitemap_tags_1.xml", "sitemapnews/1"]
    assert [child.url for child in found.children] == [f"https://espreso.tv/{name}" for name in names]
    assert found.children[0].changed == (datetime.fromisoformat("2025-12-14T03:30:04+02:00"),) * 2


def test_a_news_sitemap_adds_headline_and_time() -> None:
    news = (
        '<url xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"><loc>https://espreso.tv/a</loc><n:news>'
        "<n:publication><n:name>Еспресо</n:name></n:publication><n:title>Міст &amp; річка</n:title>"
        "<n:publication_date>2025-12-14T00:25:00+02:00</n:publication_date></n:news></url>"
    )
    (entry,) = sitemap(urlset(news), URL).entries
    assert (entry.headline, entry.published_at) == ("Міст & річка", datetime.fromisoformat("2025-12-14T00:25:00+02:00"))


def test_a_mere_day_of_publication_is_no_time() -> None:
    (entry,) = sitemap(
        urlset("<url><loc>https://a.b/c</loc><news><publication_date>2025-12-14</publication_date></news></url>"), URL
    ).entries
    assert entry.published_at is None


@pytest.mark.parametrize(
    "lastmod", ["", "yesterday", "2025-12", "0001-01-01", "9999-12-31", "2025-13-40", "٢٠٢٥-12-14"]
)
def test_a_last_change_that_is_no_date_says_nothing(lastmod: str) -> None:
    (entry,) = sitemap(urlset(row("a", lastmod)), URL).entries
    assert entry.changed is None


def test_addresses_come_canonical_and_once() -> None:
    found = sitemap(urlset(row("a?utm_source=x"), row("a/"), row("a?amp"), row("b")), URL)
    assert urls(found) == ["https://espreso.tv/a", "https://espreso.tv/b"]


@pytest.mark.parametrize("loc", ["", "/relative", "file:///etc/passwd", "javascript:alert(1)", "https://", "http://[", "https://a.b:x/",
                                 "https://a.b/c d", "https://a.b/\tc", "https://a.b/" + "c" * 3000])  # fmt: skip
def test_what_is_no_address_is_counted(loc: str) -> None:
    found = sitemap(urlset(f"<url><loc>{loc}</loc></url>", row("a")), URL)
    assert (urls(found), found.unusable) == (["https://espreso.tv/a"], 1)


def test_rss_tolerates_what_it_does_not_know() -> None:
    item = (
        '<item xmlns:media="http://search.yahoo.com/mrss/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        "<media:title>picture</media:title><title>Headline</title><link> https://espreso.tv/a?utm_source=rss </link>"
        "<dc:creator>x</dc:creator><pubDate>Sun, 14 Dec 2025 00:25:00 +0200</pubDate><what><ever/></what></item>"
    )
    (entry,) = rss(feed(item), URL).entries
    assert (entry.url, entry.headline) == ("https://espreso.tv/a", "Headline")
    assert entry.published_at == datetime.fromisoformat("2025-12-14T00:25:00+02:00")


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Bridge <b>opens</b> today", "Bridge opens today"), ("A&nbsp;bridge &mdash; open", "A bridge \u2014 open"),
        ("<![CDATA[<i>A</i> bridge &laquo;Mirror&raquo;]]>", "A bridge «Mirror»"), ("A &amp; B", "A & B"),
        ("&lt;b&gt;A&lt;/b&gt; bridge &amp;quot;Mirror&amp;quot;", 'A bridge "Mirror"'), ("5 &lt; 7", "5 < 7"),
    ],
)  # fmt: skip
def test_rss_titles_with_markup_and_entities_are_whole(title: str, expected: str) -> None:
    found = rss(feed(f"<item><title>{title}</title><link>https://a.b/c</link></item>"), URL)
    assert (found.entries[0].headline, found.is_whole) == (expected, True)


@pytest.mark.parametrize("zone", ["EET", "+0200", "+02:00", "GMT+2", "+0200 (EET)", ""])
def test_rss_times_in_zones_by_name_and_offset(zone: str) -> None:
    (entry,) = rss(
        feed(f"<item><link>https://a.b/c</link><pubDate>Sun, 14 Dec 2025 00:25:00 {zone}</pubDate></item>"), URL
    ).entries
    assert entry.published_at and entry.published_at.isoformat() == "2025-12-14T00:25:00+02:00"


def test_a_document_type_is_taken_off_and_nothing_of_it_expanded() -> None:
    types = (
        '<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://127.0.0.1:9/rss-0.91.dtd">',
        '<!DOCTYPE rss [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>',
    )
    for kind in types:
        body = feed("<item><title>Bridge</title><link>https://a.b/c</link></item>", "<item><title>&b;</title></item>")
        found = rss(body.replace(b"<rss", kind.encode() + b"<rss"), URL)
        assert [(entry.url, entry.headline) for entry in found.entries] == [("https://a.b/c", "Bridge")]


def test_gzip_of_several_members_is_one_list() -> None:
    body = urlset(row("a"), row("b"), row("c"))
    middle = len(body) // 2
    members = gzip.compress(body[:middle]) + gzip.compress(body[middle:])
    whole, padded, cut = (sitemap(each, URL) for each in (members, members + b"\0" * 9, members[:-20]))
    assert (urls(whole), whole.is_whole) == (urls(sitemap(body, URL)), True)
    assert (urls(padded), padded.is_whole) == (urls(whole), True)
    assert (not cut.is_whole, set(urls(cut)) <= set(urls(whole))) == (True, True)


@pytest.mark.parametrize(
    "date",
    ["", "soon", "Sun, 14 Dec 2025 00:25:00 XYZ", "Sun, 99 Dec 2025 00:25:00 +0200", "Sun, 14 Dec 1850 00:00:00 +0200"],
)
def test_rss_without_a_usable_date_or_link(date: str) -> None:
    guid = f"<item><guid>https://espreso.tv/b</guid><pubDate>{date}</pubDate></item>"
    found = rss(feed(guid, "<item><guid>12</guid></item>", "<item/>"), URL)
    assert [(entry.url, entry.published_at) for entry in found.entries] == [("https://espreso.tv/b", None)]
    assert found.unusable == 2


def test_a_stray_ampersand_costs_no_more_than_the_lists_claim_to_be_whole() -> None:
    found = rss(feed("<item><title>A & B</title><link>https://a.b/c</link></item>"), URL)
    assert (urls(found), found.is_whole) == (["https://a.b/c"], False)


def test_a_cut_list_gives_no_half_address() -> None:
    body = urlset(*(row(f"slug-{number}") for number in range(50)))
    whole = set(urls(sitemap(body, URL)))
    for end in range(len(body) - 400, len(body) - 12):
        found = sitemap(body[:end], URL)
        assert not found.is_whole
        assert set(urls(found)) <= whole, body[:end][-60:]


@pytest.mark.parametrize(
    ("body", "error", "words"),
    [
        (b"", BrokenPage, "empty"),
        (b"nonsense", BrokenPage, "no XML"),
        (b"\x1f\x8bnonsense", BrokenPage, "broken gzip"),
        (b"<!DOCTYPE html>\n<html><body>Just a moment...</body></html>", LayoutError, "an HTML page"),
        (b'<?xml version="1.0"?><html xmlns="x"/>', LayoutError, "an HTML page"),
        (feed(), LayoutError, "another kind: <rss>"),
        (b'<!DOCTYPE r [<!ENTITY a "aa"', BrokenPage, "document type"),
    ],
)  # fmt: skip
def test_what_is_no_sitemap_is_refused_by_name(body: bytes, error: type[PageError], words: str) -> None:
    with pytest.raises(error, match=f"{URL}.*{words}"):
        sitemap(body, URL)


HOSTILE: dict[str, Callable[[], bytes]] = {
    "gzip": lambda: gzip.compress(b"<urlset>" + b" " * 80 * MB),
    "rows": lambda: b"<urlset>" + b"<url><loc>https://a.b/c</loc></url>" * 100_000 + b"</urlset>",
    "depth": lambda: b"<urlset>" + b"<a>" * MB + b"</urlset>",
    "open rows": lambda: b"<urlset>" + b"<url>" * MB,
    "prolog": lambda: b"<!--<a" * MB,
    "comments": lambda: b"<!--a-->" * MB,
    "text": lambda: b"<urlset><url><loc>" + b"a" * 20 * MB + b"</loc></url></urlset>",
    "attributes": lambda: b"<urlset " + b" ".join(b'a%d="1"' % number for number in range(200_000)) + b"/>",
}
"""Made when their test begins: every process collects every test."""


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_list_is_bounded_in_time(name: str) -> None:
    body = HOSTILE[name]()
    started = time.process_time()
    try:
        found = sitemap(body, URL)
        assert len(found.entries) <= 50_000
    except PageError:
        pass
    assert time.process_time() - started < 2


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode) | st.lists(st.sampled_from([
    "<url>", "</url>", "<loc>", "</loc>", "https://a.b/c", "<urlset>", "</urlset>", "<![CDATA[", "]]>", "&x;", "<!DOCTYPE x>",
    "<sitemapindex>", "<item>", "<rss>", "<link>", "\x00", "\ud800", "<lastmod>2025-12-14</lastmod>", "<pubDate>",
]), max_size=30).map(lambda parts: "".join(parts).encode("utf-8", "surrogatepass")))  # fmt: skip
def test_no_bytes_raise_anything_but_the_documented_errors(body: bytes) -> None:
    for parse in (sitemap, rss):
        for variant in (body, gzip.compress(body)):
            try:
                found = parse(variant, URL)
            except (BrokenPage, LayoutError):
                continue
            assert all(entry.url.startswith("http") for entry in found.entries)
