"""HTML as the text that a reader sees: what breaks a line, what is hidden, what each element shows, each thing once."""

import pytest

from espreso_crawler.pages import article
from espreso_crawler.pages.text import lines_of
from espreso_crawler.pages.text.elements import DISPLAY, Display
from tests.builders import Facts, article_html, page


def body_of(markup: str):
    return article(page(article_html(Facts(body=markup, jsonld_body=None))))


def text_of(markup: str) -> str:
    return body_of(markup).article_body or ""


def kinds(markup: str) -> list[tuple[str, str | None]]:
    return [(block.type, block.text) for block in body_of(markup).blocks]


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        # White space and characters that show nothing.
        ("<p><b>a</b>\u200b b</p>", "a b"),
        ("<p>a <i>\ufeff</i><i>b</i></p>", "a b"),
        ("<p>a\u200b<i>b</i></p>", "ab"),
        ("<p>a \u200b<a href='/x'>b</a>\ufeff c</p>", "a b c"),
        # Raised and lowered.
        ("<p>100<sup>2</sup>=10000</p>", "100²=10000"),
        ("<p>CO<sub>2</sub>, м<sup>2</sup> та 1<sup>st</sup></p>", "CO2, м2 та 1st"),
        ("<p>x<sup>2</sup>5</p>", "x²5"),
        ("<p>10<sup>-6</sup> and 2011<sub>15</sub></p>", "10⁻⁶ and 2011₁₅"),
        ("<p>page 7 <sup>2</sup></p>", "page 7 2"),
        # What stands between words keeps them apart, and no mark from its word.
        ("<p>a<img src='/a.jpg'>b</p>", "a b"),
        ("<p>a<img src='/a.jpg'>, b</p>", "a, b"),
        ("<p>a<iframe src='https://maps.example/x'></iframe>b</p>", "a b"),
        # Blocks inside blocks.
        ("<div>a<hr>b</div>", "a\n\nb"),
        ("<div>a:<pre>b\n  c</pre>d</div>", "a:\n\nb\nc\n\nd"),
        ("<div>a<dl><dt>b</dt><dd>c</dd></dl>d</div>", "a\n\nb\n\nc\n\nd"),
        ("<details><summary>a</summary>b</details>", "a\n\nb"),
        ("<fieldset><legend>a</legend>b</fieldset>", "a\n\nb"),
        ("<p>she said <q>yes</q>.</p>", 'she said "yes".'),
        # Inline elements and elements of the site's own that hold blocks.
        ("<b style='font-weight:normal'><p>a</p><p>b</p></b>", "a\n\nb"),
        ("<span>a<span><div>b</div></span>c</span>", "a\n\nb\n\nc"),
        ("<x-note><p>a</p><p>b</p></x-note><x-quote>c</x-quote>d", "a\n\nb\n\nc d"),
        ("<zone><p>a</p>b</zone>c", "a\n\nb\n\nc"),
        ("<p>one <x-term>word</x-term>, whole<o:p></o:p></p>", "one word, whole"),
        ("a<nobr>b</nobr>c", "abc"),
    ],
)
def test_lines_of_text(markup: str, text: str):
    assert text_of(markup) == text


HIDDEN = [
    "<p style='display:none'>HID</p>", "<p hidden>HID</p>", "<div style='color:red; VISIBILITY : hidden'><p>HID</p></div>",
    "<p>x<span style='display: none !important'>HID</span></p>", "<p>x<span aria-hidden='true'>HID</span></p>",
    "<template><p>HID</p></template>", "<dialog><p>HID</p></dialog>", "<noscript><p>HID</p></noscript>",
    "<p>x<button>HID</button></p>", "<select><option>HID</option></select>", "<p>x<svg><text>HID</text></svg></p>",
    "<form><p>HID</p><input type='email'><button>HID</button></form>", "<ul><li hidden>HID</li><li>x</li></ul>",
    "<h2>x<style>HID{}</style></h2>", "<blockquote><p hidden>HID</p>x</blockquote>", "<p>x<script>HID</script><!-- HID --></p>",
    "<table><tr><td>x</td><td style='display:none'>HID</td></tr></table>", "<textarea>HID</textarea>", "<video><p>HID</p></video>",
]  # fmt: skip


@pytest.mark.parametrize("markup", HIDDEN)
def test_what_is_not_shown_is_no_text(markup: str):
    assert "HID" not in text_of(f"<p>Before.</p>{markup}<p>After.</p>")


SHOWN = [
    "<p hidden='until-found'>SEEN</p>", "<p aria-hidden='false'>SEEN</p>", "<dialog open><p>SEEN</p></dialog>",
    "<p style='display:block; color: none'>SEEN</p>", "<div aria-hidden='true'><p>SEEN</p></div>",
    "<p style='visibility:visible'>SEEN</p>", "<form><p>SEEN</p></form>",
    f"<form class='subscribe'><input type='email'><p>SEEN {'and a long story ' * 10}</p>",
]  # fmt: skip


@pytest.mark.parametrize("markup", SHOWN)
def test_what_is_shown_is_text(markup: str):
    assert "SEEN" in text_of(f"<p>Before.</p>{markup}<p>After.</p>")


@pytest.mark.parametrize(
    ("markup", "items"),
    [
        ("<ul><li><h3>a</h3>b</li><li><h4>c</h4><h5>d</h5>e</li></ul>", ["a b", "c d e"]),
        ("<ul><li><p>a:</p><div><ul><li>b</li><li>c</li></ul></div></li><li>d</li></ul>", ["a:", "b", "c", "d"]),
        ("<ul><li>a<ol><li>b</li></ol>c</li></ul>", ["a", "b", "c"]),
        ("<ul><p>a</p><li>b</li>c</ul>", ["a", "b", "c"]),
        ("<ul><ul><li>a</li></ul><li>b</li></ul>", ["a", "b"]),
        ("<ol><li>a<br>b</li></ol>", ["a b"]),
        ("<table><tr><th>a</th><th>b</th></tr><tr><td>c</td><td><p>d</p><p>e</p></td></tr></table>", ["a b", "c d e"]),
        ("<table><tr><td>a<table><tr><td>b</td><td>1</td></tr></table></td><td>c</td></tr></table>", ["a", "b 1", "c"]),
        ("<ul><li><b><ul><li>a</li></ul></b></li></ul>", ["a"]),
    ],
)
def test_each_item_and_cell_once(markup: str, items: list[str]):
    found = body_of(markup)
    assert [block.items for block in found.blocks if block.type == "list"] == [items]
    assert found.article_body == "\n".join(items)


def test_a_tables_caption_stands_before_it():
    assert kinds("<table><caption>Costs</caption><tr><td>a</td><td>1</td></tr></table>") == [
        ("paragraph", "Costs"), ("list", "a 1"),
    ]  # fmt: skip


def test_a_table_of_one_column_is_a_frame_around_blocks():
    assert kinds("<table><tr><td><p>a</p><h3>b</h3></td></tr><tr><td>c</td></tr></table>") == [
        ("paragraph", "a"), ("heading", "b"), ("paragraph", "c"),
    ]  # fmt: skip


def test_links_of_nested_items_stand_where_they_say():
    found = body_of(
        "<p>x</p><ul><li>a <a href='/1'>b</a><ul><li><a href='/2'>c</a></li></ul><a href='/3'>d</a></li></ul>"
    )
    assert [(link.text, link.url[-1]) for link in found.links] == [("b", "1"), ("c", "2"), ("d", "3")]
    for link in found.links:
        assert (found.article_body or "")[link.start : link.end] == link.text


def test_a_link_around_blocks_is_a_link_of_each():
    found = body_of("<a href='/x'><p>one</p><p>two</p></a>")
    assert [(link.text, link.url) for link in found.links] == [
        ("one", "https://global.espreso.tv/x"), ("two", "https://global.espreso.tv/x"),
    ]  # fmt: skip


def test_white_space_inside_an_address_is_dropped_as_in_a_browser():
    (link,) = body_of("<p><a href=' https://x.example/a\n\t/b c '>x</a></p>").links
    assert link.url == "https://x.example/a/b%20c"


def test_an_embed_inside_an_inline_element_is_an_embed():
    found = kinds(
        "<span><blockquote class='twitter-tweet'><p>Hi</p><a href='https://x.com/a/status/1'>d</a></blockquote></span><p>b</p>"
    )
    assert [kind for kind, _ in found] == ["embed", "paragraph"]


def test_the_lines_of_a_caption():
    node = page("<html><body><div class='c'>a<br>b<p>c <i>d</i></p><div>e</div></div></body></html>").tree.css_first(
        ".c"
    )
    assert node is not None
    assert lines_of(node) == ["a", "b", "c d", "e"]


@pytest.mark.parametrize(
    ("tag", "shown"),
    [
        ("p", Display.BLOCK),
        ("em", Display.INLINE),
        ("unknown", Display.INLINE),
        ("x-own", Display.APART),
        (None, Display.INLINE),
    ],
)
def test_an_element_that_the_table_does_not_know(tag: str | None, shown: Display):
    assert DISPLAY[tag] is shown
    assert "x-own" not in DISPLAY


@pytest.mark.parametrize("tag", ["span", "ul><li", "blockquote", "table><tr><td", "x-a", "b><p", "figure", "div"])
def test_elements_nested_deeper_than_pythons_stack(tag: str):
    names = tag.split("><")
    opened = "".join(f"<{name}>" for name in names) * 700
    closed = "".join(f"</{name}>" for name in reversed(names)) * 700
    assert "deep" in text_of(f"<p>x</p>{opened}deep{closed}")
