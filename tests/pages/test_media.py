"""Where pictures and frames point: lazily loaded, in sets, behind placeholders; what an address needs stays."""

import pytest

from espreso_crawler.pages import article
from espreso_crawler.pages.media import without_cache_buster
from tests.builders import Facts, article_html, page

HOST = "https://global.espreso.tv"


def body_of(markup: str):
    return article(page(article_html(Facts(body=f"<p>Before.</p>{markup}<p>After.</p>", jsonld_body=None))))


@pytest.mark.parametrize(
    ("markup", "url"),
    [
        ("<img src='/a.jpg'>", "/a.jpg"),
        ("<img src='/img/px.gif' data-src='/a.jpg'>", "/a.jpg"),
        ("<img src='data:image/gif;base64,R0' data-lazy='/a.jpg'>", "/a.jpg"),
        ("<img src='/img/placeholder.svg?1' data-lazy-src='/a.jpg'>", "/a.jpg"),
        ("<img data-src='/img/blank.gif' src='/a.jpg'>", "/a.jpg"),
        ("<img srcset='/a_300x200_0.webp 300w, /a_960x500_0.webp 960w,/c_1x1_0.webp 10w'>", "/a_960x500_0.webp"),
        ("<img srcset='/a.jpg 1x,\n /b.jpg 2x'>", "/b.jpg"),
        ("<img srcset='/a.jpg, /b.jpg 1.5x'>", "/b.jpg"),
        ("<img srcset='/a,b.jpg 2x'>", "/a,b.jpg"),
        ("<picture><source data-srcset='/a.webp'><img src='data:image/gif;base64,R0'></picture>", "/a.webp"),
        ("<img src='/img/px.gif'><noscript><img src='/a.jpg'></noscript>", "/a.jpg"),
        ("<a href='/a.jpg'><img src='/a_new_300x200_0.webp'></a>", "/a.jpg"),
        ("<a href='/b.jpg'><img src='/a_new_300x200_0.webp'></a>", "/a_new_300x200_0.webp"),
        ("<figure><a href='/story'><img src='/a.jpg'></a></figure>", "/a.jpg"),
        ("<img src='/image.php?id=5#x'>", "/image.php?id=5"),
        ("<img src='/_next/image?url=%2Fa.jpg&w=640'>", "/_next/image?url=%2Fa.jpg&w=640"),
        ("<img src='/a.jpg?id=17'>", "/a.jpg"),
        ("<b><img src='/a.jpg'></b>", "/a.jpg"),
    ],
)
def test_the_address_of_a_picture(markup: str, url: str):
    assert [image.url for image in body_of(markup).images[1:]] == [HOST + url]


@pytest.mark.parametrize(
    "markup",
    [
        "<img src='/img/px.gif'>", "<img>", "<img src='about:blank'>", "<img srcset=''>",
        "<img src='/t.php?id=1' width='1' height='1'>", "<img src='/a.jpg' style='display:none'>", "<noscript><img src='/a.jpg'></noscript>",
    ],
)  # fmt: skip
def test_what_shows_no_picture(markup: str):
    assert body_of(markup).images[1:] == []


FRAMES = [
    "<iframe src='about:blank' data-src='https://www.youtube.com/embed/abc'></iframe>",
    "<iframe src='' data-lazy-src='https://www.youtube.com/embed/abc'></iframe>",
    "<iframe src='/img/px.gif' data-src='https://www.youtube.com/embed/abc'></iframe>",
    "<figure class='media'><oembed url='https://www.youtube.com/embed/abc'></oembed></figure>",
    "<div data-oembed-url='https://www.youtube.com/embed/abc'><div></div></div>",
    "<lite-youtube videoid='abc'></lite-youtube>",
    "<p><iframe data-original='https://www.youtube.com/embed/abc'></iframe></p>",
    "<span><div><iframe src='https://www.youtube.com/embed/abc'></iframe></div></span>",
]


@pytest.mark.parametrize("markup", FRAMES)
def test_the_address_of_a_video(markup: str):
    (block,) = [block for block in body_of(markup).blocks if block.type != "paragraph"]
    assert (block.type, block.provider, block.url) == ("video", "youtube", "https://www.youtube.com/embed/abc")


@pytest.mark.parametrize(
    "markup",
    ["<iframe></iframe>", "<iframe src='about:blank'></iframe>", "<oembed></oembed>", "<lite-youtube></lite-youtube>"],
)
def test_a_frame_without_an_address_shows_nothing(markup: str):
    assert [block.type for block in body_of(markup).blocks] == ["paragraph", "paragraph"]


def test_every_picture_of_a_figure_with_its_caption():
    found = body_of(
        "<figure class='gallery'><figure><img src='/1.jpg'><figcaption>One. Photo: A. B.</figcaption></figure>"
        "<figure><a href='/2.jpg'><picture><img src='/2.jpg'></picture></a><figcaption><p>Two</p><p>photo: C. D.</p></figcaption></figure>"
        "</figure><figure><img src='/3.jpg'><img src='/4.jpg'><figcaption>Both</figcaption></figure>"
    )
    assert [(image.url[-5], image.caption, image.credit) for image in found.images[1:]] == [
        ("1", "One.", "A. B."), ("2", "Two", "C. D."), ("3", "Both", None), ("4", "Both", None),
    ]  # fmt: skip
    assert found.article_body == "Before.\n\nAfter."


def test_a_figure_around_text_is_text():
    found = body_of("<figure><table><tr><td>a</td><td>1</td></tr></table><figcaption>Costs</figcaption></figure>")
    assert found.article_body == "Before.\n\na 1\n\nCosts\n\nAfter."


def test_a_video_with_its_caption_and_credit():
    found = body_of(
        "<figure><iframe src='https://youtu.be/abc'></iframe><figcaption>The bridge. Video: Press office</figcaption></figure>"
    )
    assert [(block.caption, block.credit) for block in found.blocks if block.type == "video"] == [
        ("The bridge.", "Press office")
    ]


def test_a_video_in_place_of_the_headers_picture():
    markup = article_html(Facts(body="<p>Watch.</p>"))
    start, end = markup.index("<picture>"), markup.index("</picture>")
    markup = f"{markup[:start]}<div><iframe src='https://www.youtube.com/embed/abc'></iframe></div>{markup[end:]}"
    found = article(page(markup))
    assert [(block.type, block.url) for block in found.blocks] == [
        ("video", "https://www.youtube.com/embed/abc"), ("paragraph", None),
    ]  # fmt: skip
    assert (found.article_body, found.content_kind) == ("Watch.", "video")


@pytest.mark.parametrize(
    "address", ["https://s.example/a.jpg?id=1", "https://s.example/a.jpg#x", "https://s.example/a.jpg"]
)
def test_the_name_of_a_picture_file_needs_no_query(address: str):
    assert without_cache_buster(address) == "https://s.example/a.jpg"
