"""The body: blocks in page order, words neither glued nor split, boilerplate out, author note apart."""

import time

import pytest

from espreso_crawler.pages import Page, article
from espreso_crawler.pages.media import Picture
from espreso_crawler.pages.structure import densest_text
from tests.builders import CAPTURED, Facts, article_html, page


def body_of(markup: str):
    return article(page(article_html(Facts(body=markup, jsonld_body=None))))


def kinds(found) -> list[tuple[str, str | None]]:
    return [(block.type, block.text) for block in found.blocks]


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>pre<b>fix</b>ed and<i> spaced </i>out</p>", "prefixed and spaced out"),
        ("<p>one<span></span>two\u00a0three\u200b</p>", "onetwo three"),
        ("<p>a<br>b<br/> c</p>", "a\nb\nc"),
        ("<p>soft\u00adhyphen &amp; e\u0301</p>", "softhyphen & é"),
        ("bare text<p>and a paragraph</p>tail", "bare text\n\nand a paragraph\n\ntail"),
        ("<div><div><p>nested</p></div></div>", "nested"),
        ("<p>seen<script>var x = 1;</script><style>p{}</style></p>", "seen"),
        ("<p>same</p><p>same</p>", "same\n\nsame"),
    ],
)
def test_text_of_paragraphs(markup: str, text: str):
    assert body_of(markup).article_body == text


@pytest.mark.parametrize(
    ("markup", "text"), [("<a href='/x'>linked<br></a>", "linked"), ("<a href='/x'><br> linked <br></a>on", "linked")]
)
def test_line_breaks_at_the_borders_of_a_link_stand_outside_it(markup: str, text: str):
    found = body_of(f"<p>First.</p><p>{markup}</p><p>Last.</p>")
    (link,) = found.links
    assert (link.text, found.article_body[link.start : link.end]) == (text, text)


def test_a_picture_whose_name_holds_an_absurd_size_has_none():
    assert Picture.of(f"https://static.espreso.tv/uploads/1_{'9' * 5000}x1_0.webp").area == float("inf")


def test_blocks_in_page_order_with_offsets_into_the_body():
    found = body_of(
        "<p>First.</p><h2>A subhead</h2><p><strong>Run-in.</strong> Text.</p><p><strong>Wholly bold</strong></p>"
        "<ul><li>one</li><li>two <a href='/x'>linked</a></li></ul><blockquote><p>Quoted.</p></blockquote>"
        "<p><img class='infographics-img' src='/uploads/chart.png' alt='Chart'></p><p>Last.</p>"
    )
    assert kinds(found) == [
        ("paragraph", "First."), ("heading", "A subhead"), ("paragraph", "Run-in. Text."), ("heading", "Wholly bold"),
        ("list", "one\ntwo linked"), ("quote", "Quoted."), ("image", None), ("paragraph", "Last."),
    ]  # fmt: skip
    assert [block.level for block in found.blocks if block.type == "heading"] == [2, None]
    assert found.blocks[4].items == ["one", "two linked"]
    for block in found.blocks:
        if block.end is not None:
            assert (found.article_body or "")[block.start : block.end] == block.text
    assert [(image.url, image.role) for image in found.images[1:]] == [
        ("https://global.espreso.tv/uploads/chart.png", "inline")
    ]


def test_links_stand_where_they_say():
    found = body_of("<p>See <a href='/a'> the <b>report</b> </a>, and <a href='https://x.example/b'>more</a>.</p>"
                    "<ul><li>also <a href='/c'>this</a></li></ul><p><a href='#top'></a><a href='mailto:a@b'>mail</a></p>")  # fmt: skip
    assert [(link.text, link.url) for link in found.links] == [
        ("the report", "https://global.espreso.tv/a"), ("more", "https://x.example/b"), ("this", "https://global.espreso.tv/c"),
    ]  # fmt: skip
    for link in found.links:
        assert (found.article_body or "")[link.start : link.end] == link.text


@pytest.mark.parametrize(
    "line",
    [
        "Читайте також: <a href='/x'>Новий міст</a>", "Read also: A new bridge", "Читайте также: Новый мост",
        "Стежте за подіями в Україні та світі разом з Еспресо! Telegram", "Слідкуйте за подіями у нашому каналі",
        "client/title.list_title", "This is a modal window.", "End of dialog window.", "Chapters",
        "subtitles settings, opens subtitles settings dialog",
    ],
)  # fmt: skip
def test_boilerplate_goes(line: str):
    assert body_of(f"<p>Before.</p><p>{line}</p><p>After.</p>").article_body == "Before.\n\nAfter."


def test_a_promo_heading_takes_its_list_of_links_along():
    found = body_of("<p>Before.</p><p>Read also:</p><ul><li><a href='/x'>A new bridge</a></li></ul><p>After.</p>")
    assert found.article_body == "Before.\n\nAfter."


def test_words_of_a_promo_inside_a_sentence_stay():
    assert body_of("<p>She told us to read also: slowly.</p>").article_body == "She told us to read also: slowly."


def test_author_note_and_disclaimer_stand_apart():
    found = body_of(
        "<p>The column itself.</p><p>Спеціально для Еспресо.</p><p>Про автора: Олена Приклад, інженерка.</p>"
        "<p>Редакція не завжди поділяє думки, висловлені авторами блогів.</p>"
    )
    assert found.article_body == "The column itself."
    assert (found.author_note or "").split("\n\n") == [
        "Спеціально для Еспресо.", "Про автора: Олена Приклад, інженерка.",
        "Редакція не завжди поділяє думки, висловлені авторами блогів.",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "note",
    [
        "About the author: Olena Example, engineer.", "About the author. Olena Example, engineer.",
        "The editorial team does not always share the views expressed by the blog authors.",
        "The editorial staff does not always share the opinions expressed by the blog authors.",
    ],
)  # fmt: skip
def test_english_author_notes(note: str):
    found = body_of(f"<p>The column itself.</p><p>{note}</p>")
    assert (found.article_body, found.author_note) == ("The column itself.", note)


EMAIL = "<p>Write to <a class='__cf_email__' data-cfemail='3e5a5b4d557e5b465f534e525b10514c59'>[email&#160;protected]</a>.</p>"


def test_hidden_addresses_stay_hidden_unless_asked_for():
    assert body_of(EMAIL).article_body == "Write to [email]."
    shown = Page.read(
        article_html(Facts(body=EMAIL)).encode(),
        url="https://espreso.tv/x",
        fetched_at=CAPTURED,
        decode_emails=True,
    )
    assert article(shown).article_body == "Write to desk@example.org."


@pytest.mark.parametrize(
    ("markup", "kind", "provider", "url"),
    [
        ("<iframe src='https://www.youtube.com/embed/abc'></iframe>", "video", "youtube", "https://www.youtube.com/embed/abc"),
        ("<script async src='https://telegram.org/js/w.js' data-telegram-post='espresotb/1'></script>",
         "embed", "telegram", "https://t.me/espresotb/1"),
        ("<blockquote class='twitter-tweet'><p>Hi</p><a href='https://twitter.com/a/status/1'>d</a></blockquote>",
         "embed", "x", "https://twitter.com/a/status/1"),
        ("<blockquote class='instagram-media' data-instgrm-permalink='https://www.instagram.com/p/1/'></blockquote>",
         "embed", "instagram", "https://www.instagram.com/p/1/"),
        ("<div class='fb-post' data-href='https://www.facebook.com/a/posts/1'></div>",
         "embed", "facebook", "https://www.facebook.com/a/posts/1"),
        ("<video src='/clip.mp4'></video>", "video", None, "https://global.espreso.tv/clip.mp4"),
        ("<iframe src='https://maps.example/x'></iframe>", "embed", "maps.example", "https://maps.example/x"),
    ],
)  # fmt: skip
def test_videos_and_embeds(markup: str, kind: str, provider: str | None, url: str):
    found = body_of(f"<p>Before.</p>{markup}<p>After.</p>")
    block = found.blocks[1]
    assert (block.type, block.provider, block.url) == (kind, provider, url)
    assert found.article_body == "Before.\n\nAfter."


def test_a_clip_with_a_few_lines_is_a_video_and_a_story_with_a_clip_is_text():
    clip = "<iframe src='https://www.youtube.com/embed/abc'></iframe>"
    assert body_of(f"<p>Watch.</p>{clip}").content_kind == "video"
    assert body_of(f"<p>{'A long story. ' * 60}</p>{clip}").content_kind == "text"


def test_an_address_that_is_none_does_no_harm():
    found = body_of("<p>See <a href='http://[bad'>this</a> <iframe src='http://[bad'></iframe></p>")
    assert found.article_body == "See this"
    assert found.links == []


def test_elements_nested_deeper_than_pythons_stack_keep_their_text():
    assert body_of("<span>" * 3000 + "deep" + "</span>" * 3000).article_body == "deep"
    assert body_of("<div>" * 900 + "deep" + "</div>" * 900).article_body == "deep"


def test_the_text_of_elements_nested_in_one_another_is_found_in_bounds():
    nested = page("<body>" + "<div><p>Rain falls.</p>" * 3_900 + "</body></html>").tree.body
    assert nested
    started = time.process_time()
    assert densest_text(nested, None) == []  # no element holds enough itself
    assert time.process_time() - started < 0.5


def test_a_hidden_address_without_its_cipher_leaves_links_and_items_where_they_say():
    hidden = "[email&#160;protected]"
    found = body_of(f"<p>To <a href='/a'>{hidden}</a>.</p><ul><li>{hidden} or <a href='/b'>call</a></li></ul>")
    assert found.article_body == "To [email].\n\n[email] or call"
    assert [found.article_body[link.start : link.end] for link in found.links] == ["[email]", "call"]
    assert [link.text for link in found.links] == ["[email]", "call"]
    assert found.blocks[1].items == ["[email] or call"]
