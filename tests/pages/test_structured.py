"""Structured data in the forms that schema.org allows and that templates break; whose article it is."""

import json
import time
from typing import Any

import pytest

from espreso_crawler.pages import article
from espreso_crawler.pages.structured import NewsArticle, OfPage, news_article
from tests.builders import Facts, article_html, page

URL = "https://espreso.tv/news-lake"
OF_PAGE = OfPage(URL, ("https://espreso.tv/news-lake-2",), ("The lake of the invented valley is full",))
LAKE = {
    "@type": "NewsArticle",
    "headline": "The lake of the invented valley is full",
    "datePublished": "2025-12-14T00:25:00+02:00",
    "articleBody": "The lake is full.",
}
RIVER = {
    "@type": "NewsArticle",
    "headline": "The river is dry",
    "url": "https://espreso.tv/news-river",
    "datePublished": "2025-11-02T10:00:00+02:00",
    "articleBody": "The river is dry.",
}


def read(*blocks: Any, of_page: OfPage = OF_PAGE) -> NewsArticle | None:
    texts = [block if isinstance(block, str) else json.dumps(block, ensure_ascii=False) for block in blocks]
    return news_article(texts, of_page)


def headline(*blocks: Any) -> str | None:
    found = read(*blocks)
    return found.headline if found else None


def of_kind(kind: Any, **more: Any) -> dict[str, Any]:
    return {**LAKE, "@type": kind, **more}


@pytest.mark.parametrize(
    "kind",
    ["NewsArticle", "Article", "ReportageNewsArticle", "BlogPosting", "LiveBlogPosting", "Report", ["WebPage", "NewsArticle"],
     "https://schema.org/NewsArticle", "http://schema.org#Article", "schema:OpinionNewsArticle"],
)  # fmt: skip
def test_every_kind_of_article_is_one(kind: Any):
    assert headline(of_kind(kind)) == LAKE["headline"]


@pytest.mark.parametrize("kind", ["WebPage", "Article!", "Organization", "DiscussionForumPosting", None, 7, {}])
def test_other_kinds_are_none(kind: Any):
    assert read(of_kind(kind)) is None


@pytest.mark.parametrize(
    "data",
    [
        {"@graph": [{"@type": "WebSite"}, LAKE]},
        [{"@type": "BreadcrumbList"}, [LAKE]],
        {"@type": "WebPage", "mainEntity": LAKE},
        {"@type": "WebPage", "mainEntity": {"@type": "ItemPage", "mainEntity": [LAKE]}},
        {"@type": "WebPage", "mainEntity": {"@id": "#story"}, "about": {"@id": "#story", **LAKE, "url": URL}},
        {"@type": "WebPage", "isPartOf": {"@type": "ItemList", "itemListElement": [{"item": {**LAKE, "url": URL}}]}},
    ],
    ids=["graph", "lists", "main entity", "nested", "reference", "deep, but by this page's address"],
)
def test_an_article_is_found_wherever_it_stands(data: Any):
    assert headline(data) == LAKE["headline"]


def test_the_article_of_this_page_counts_not_the_first():
    found = read(RIVER, {**LAKE, "mainEntityOfPage": {"@type": "WebPage", "@id": f"{URL}/?utm_source=x"}})
    assert found and (found.headline, found.body) == (LAKE["headline"], LAKE["articleBody"])


@pytest.mark.parametrize(
    "address",
    [URL, "http://www.espreso.tv/news-lake", "/news-lake", f"{URL}#article", "https://espreso.tv/news-lake-2",
     {"@id": URL}, {"@type": "WebPage", "@id": "#webpage", "url": URL}, [{"@id": URL}], True, "https://espreso.tv/", "#this"],
)  # fmt: skip
def test_an_article_says_in_any_form_that_it_is_this_pages(address: Any):
    other = {**LAKE, "headline": "Told otherwise", "mainEntityOfPage": address}
    assert headline(other, RIVER) == "Told otherwise"


@pytest.mark.parametrize(
    "block", ["7", "null", "true", '"NewsArticle"', '[7, "NewsArticle", [null]]', '{"@graph": "NewsArticle"}']
)
def test_json_that_is_no_data_is_none(block: str):
    assert read(block) is None
    assert headline(block, LAKE) == LAKE["headline"]


def test_a_page_of_broken_blocks_is_bounded_in_time():
    broken = '{"@type": "NewsArticle", "a": "' + '/i "b": [{"url": "' * 1_500
    started = time.process_time()
    assert headline(*[broken] * 40, LAKE) == LAKE["headline"]
    assert time.process_time() - started < 2


def test_an_article_of_another_page_is_not_this_pages():
    assert read(RIVER) is None
    assert read({"@type": "WebPage", "relatedLink": {**RIVER, "url": None}}) is None
    assert read({"@type": "CollectionPage", "hasPart": [RIVER, {**RIVER, "url": "/news-brook"}]}) is None
    # Two that name no page, and neither has this page's headline: nobody knows whose they are.
    assert read({**RIVER, "url": None}, {**RIVER, "url": None, "headline": "The brook is dry"}) is None


def test_the_same_headline_under_another_address_is_this_page_by_another_name():
    assert headline(RIVER, {**LAKE, "url": "https://espreso.tv/lake-of-the-valley"}) == LAKE["headline"]


def test_an_article_and_its_stub_are_put_together():
    stub = {
        "@type": "Article",
        "url": URL,
        "headline": "The lake is full",
        "articleSection": "Nature",
        "image": "/lake.jpg",
    }
    whole = {**LAKE, "mainEntityOfPage": URL, "author": {"name": "Olena Example"}, "articleSection": None}
    found = read(stub, {"@type": "WebSite"}, RIVER, whole)
    assert found and (found.headline, found.section, found.images) == (LAKE["headline"], "Nature", ["/lake.jpg"])
    assert (found.published, found.authors) == (LAKE["datePublished"], [("Olena Example", None)])


def test_references_are_followed_over_blocks():
    graph = {"@graph": [
        {**LAKE, "@id": "#a", "author": [{"@id": "/#olena"}], "image": {"@id": "#picture"}},
        {"@id": "#a", "dateModified": "2025-12-14T00:40:00+02:00"},
        {"@id": "#picture", "@type": "ImageObject", "contentUrl": "https://static.espreso.tv/lake.jpg"},
    ]}  # fmt: skip
    found = read(graph, {"@id": "/#olena", "@type": "Person", "name": "Olena Example", "url": "/olena-example"})
    assert found and found.authors == [("Olena Example", "/olena-example")]
    assert found.images == ["https://static.espreso.tv/lake.jpg"]
    assert found.modified == "2025-12-14T00:40:00+02:00"


def test_a_live_blog_is_not_one_of_its_posts():
    posts = [
        {"@type": "BlogPosting", "headline": f"Post {n}", "articleBody": "Short.", "url": f"{URL}#{n}"}
        for n in range(3)
    ]
    found = read(of_kind("LiveBlogPosting", articleBody=None, url=URL, liveBlogUpdate=posts))
    assert found and (found.headline, found.body) == (LAKE["headline"], None)


def test_a_video_stands_for_the_article_only_where_it_says_that_the_page_is_its_own():
    video = {
        "@type": "VideoObject",
        "name": "The lake from above",
        "uploadDate": "2025-12-14",
        "thumbnailUrl": ["/t.jpg"],
    }
    assert read(video) is None
    assert read({**video, "url": "https://espreso.tv/live"}) is None
    found = read({**video, "mainEntityOfPage": URL})
    assert found and (found.headline, found.published, found.images) == (
        "The lake from above",
        "2025-12-14",
        ["/t.jpg"],
    )
    assert headline({**video, "mainEntityOfPage": URL}, LAKE) == LAKE["headline"]
    assert headline({**LAKE, "video": {**video, "mainEntityOfPage": URL}}) == LAKE["headline"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Full", "Full"), (["Full", "Empty"], "Full"), ({"@value": "Full", "@language": "en"}, "Full"), (["", [{"@value": "Full"}]], "Full"),
        ("<p>The <b>lake</b></p><p>is full</p>", "The lake is full"), ("&lt;b&gt;Full&lt;/b&gt;: lake", "Full: lake"),
        ("5 &lt; 7, a <b", "5 < 7, a <b"), ("&amp;quot;Full&amp;quot;", '"Full"'), (2025, "2025"), (" ", None), (True, None), ({}, None),
    ],
)  # fmt: skip
def test_a_text_in_any_form(value: Any, expected: str | None):
    found = read(of_kind("NewsArticle", description=value))
    assert found and found.description == expected


@pytest.mark.parametrize(
    ("author", "expected"),
    [
        ("Olena Example", [("Olena Example", None)]),
        ([["Olena Example"], [[{"name": "Ivan Sample"}]]], [("Olena Example", None), ("Ivan Sample", None)]),
        ({"@list": [{"name": {"@value": "Olena Example"}, "url": {"@value": "/olena"}}]}, [("Olena Example", "/olena")]),
        ({"givenName": "Olena", "familyName": "Example", "sameAs": ["https://a.example/o"]}, [("Olena Example", "https://a.example/o")]),
        ({"@id": "#nobody"}, []), ([None, "", {}], []),
    ],
)  # fmt: skip
def test_authors_in_any_form(author: Any, expected: list[tuple[str, str | None]]):
    found = read(of_kind("NewsArticle", author=author))
    assert found and found.authors == expected


@pytest.mark.parametrize(
    ("image", "expected"),
    [("/a.jpg", ["/a.jpg"]), (["/a.jpg", {"url": "/b.jpg"}], ["/a.jpg", "/b.jpg"]), ({"contentUrl": "/a.jpg"}, ["/a.jpg"]),
     ({"url": {"@value": "/a.jpg"}}, ["/a.jpg"]), ({"@id": "https://espreso.tv/a.jpg"}, ["https://espreso.tv/a.jpg"]),
     ({"url": None}, []), (None, [])],
)  # fmt: skip
def test_images_in_any_form(image: Any, expected: list[str]):
    found = read(of_kind("NewsArticle", image=image))
    assert found and found.images == expected


@pytest.mark.parametrize(
    ("section", "keywords"), [("Nature", "Nature, lakes"), (["Nature"], ["Nature", {"name": "lakes"}]),
                              ({"@type": "Thing", "name": "Nature"}, [["Nature"], {"@value": "lakes"}])],
)  # fmt: skip
def test_section_and_keywords_in_any_form(section: Any, keywords: Any):
    found = read(of_kind("NewsArticle", articleSection=section, keywords=keywords))
    assert found and (found.section, [word.strip() for word in found.keywords]) == ("Nature", ["Nature", "lakes"])


def template(body: str) -> str:
    """Return JSON-LD as a template prints it that escapes for HTML alone."""
    return (
        f'{{"@type": "NewsArticle", "headline": "The lake &quot;Mirror&quot; is full", "articleBody": "{body}",'
        ' "datePublished": "2025-12-14T00:25:00+02:00", "image": [{"url": "https://static.espreso.tv/lake.jpg"}]}'
    )


@pytest.mark.parametrize(
    "body",
    ["so\\so", "Міст та\\або тунель", "ends in \\", "C:\\users\\news\\тека", "\\", "\\d+ \\u00 and \\\\ two", "a \\ b"],
)
def test_a_backslash_of_a_text_stands_for_itself(body: str):
    found = read(template(body))
    assert found and (found.body, found.is_guessed) == (body, False)
    assert (found.headline, found.published) == ('The lake "Mirror" is full', "2025-12-14T00:25:00+02:00")
    assert found.images == ["https://static.espreso.tv/lake.jpg"]


def test_broken_data_takes_nothing_from_a_page_and_repaired_data_gives_what_only_it_has():
    html = article_html(Facts())
    nothing = article(page(html.replace('{"@context"', '"@context"')))
    assert (nothing.headline, nothing.date_modified) == ("A bridge opens", None)
    assert nothing.date_published and nothing.date_published.isoformat() == "2024-11-02T11:37:00+02:00"
    repaired = article(page(html.replace('"image": [', '"image": [,')))
    assert repaired.date_modified == repaired.date_published


@pytest.mark.parametrize("kind", ["Application/LD+JSON", "application/ld+json; charset=utf-8", " application/ld+json "])
def test_the_scripts_type_in_any_form(kind: str):
    html = article_html(Facts()).replace('"application/ld+json"', f'"{kind}"')
    assert article(page(html)).date_modified is not None


@pytest.mark.parametrize("block", ["true", "17", '"NewsArticle"', "null", '["NewsArticle", 1, null]'])
def test_json_that_is_no_node_holds_no_article(block: str):
    assert news_article([block], OF_PAGE) is None
