"""Fields of the article page that the saved pages do not show, each oddity in the site's markup."""

from datetime import UTC, date, datetime

import pytest

from espreso_crawler.exceptions import BrokenPage, NotAnArticle
from espreso_crawler.items import Author, FeedSighting
from espreso_crawler.pages import Page, article
from tests.builders import CAPTURED, Facts, article_html, page


def provenance(found, field):
    return next(entry for entry in found.provenance if entry.field == field)


def sighting(published_at: str | None, label: str | None = None) -> FeedSighting:
    moment = datetime.fromisoformat(published_at) if published_at else None
    return FeedSighting(moment, label, 1, False, CAPTURED, "https://global.espreso.tv/news")


def test_author_without_a_link():
    found = article(page(Facts(author="Olena Example", author_name="Olena Example")))
    assert found.authors == [Author("Olena Example", None)]


def test_author_from_json_ld_when_the_markup_has_none():
    found = article(page(Facts(author="")))
    assert found.authors == [Author("Olena Example")]
    assert provenance(found, "authors").source == "jsonld"


def test_a_columns_headline_suffix_is_no_disagreement():
    found = article(page(Facts(jsonld_headline="A bridge opens. Column by Olena Example")))
    assert found.headline == "A bridge opens"
    assert found.alternative_headline == "A bridge opens. Column by Olena Example"
    assert provenance(found, "headline").agrees is True


def test_another_headline_is_a_disagreement_on_record():
    entry = provenance(article(page(Facts(jsonld_headline="A tunnel closes"))), "headline")
    assert entry.agrees is False
    assert [(other.source, other.raw) for other in entry.others] == [("jsonld", "A tunnel closes")]


@pytest.mark.parametrize(
    ("printed", "form"),
    [("Exclusive", "exclusive"), ("Ексклюзив", "exclusive"), ("OPINION", "opinion"), ("Інтерв’ю", "interview"),
     ("Огляд", "review"), ("Партнерський матеріал", "partner"), ("Special Project!", "special-project")],
)  # fmt: skip
def test_labels_of_all_languages_in_one_form(printed: str, form: str):
    assert article(page(Facts(marks=(printed,)))).labels == [form]


def test_the_feeds_label_serves_when_the_page_has_none():
    found = article(page(Facts()), sighting("2024-11-02T11:37:00+02:00"), "updated")
    assert found.labels == ["updated"]
    assert provenance(found, "labels").source == "feed"


def test_time_from_the_header_when_json_ld_is_gone():
    found = article(page(Facts(has_jsonld=False)))
    assert found.date_published and found.date_published.isoformat() == "2024-11-02T11:37:00+02:00"
    assert provenance(found, "date_published").source == "markup"


def test_time_from_the_feed_when_the_header_has_only_a_day():
    found = article(page(Facts(has_jsonld=False, time=None)), sighting("2024-11-02T11:36:00+02:00"))
    assert found.date_published and found.date_published.isoformat() == "2024-11-02T11:36:00+02:00"
    assert provenance(found, "date_published").source == "feed"


def test_a_feed_time_of_another_day_is_an_updates_and_no_publication():
    found = article(page(Facts(has_jsonld=False, time=None)), sighting("2024-11-03T09:00:00+02:00"))
    assert (found.date_published, found.date_published_day) == (None, date(2024, 11, 2))


def test_no_time_anywhere_invents_no_midnight():
    found = article(page(Facts(has_jsonld=False, time=None)))
    assert (found.date_published, found.date_published_day) == (None, date(2024, 11, 2))
    found = article(page(Facts(published="2024-11-02", date=None, time=None)))
    assert (found.date_published, found.date_published_day) == (None, date(2024, 11, 2))


def test_what_a_header_says_is_cut_before_it_is_put_on_record():
    found = article(page(Facts(date="2 November, 2024 Sunday " + "and so on " * 100)))
    raw = [other.raw for each in found.provenance for other in each.others]
    assert raw and all(len(each or "") <= 300 for each in raw)


def test_a_wrong_weekday_is_a_disagreement_on_record():
    entry = provenance(article(page(Facts(date="2 November, 2024 Monday"))), "date_published")
    assert entry.agrees is False
    assert entry.others[0].raw == "2 November, 2024 Monday 11:37"


def test_times_that_differ_are_a_disagreement_and_json_ld_wins():
    found = article(page(Facts(time="12:37")))
    assert found.date_published and found.date_published.hour == 11
    assert provenance(found, "date_published").agrees is False


def test_a_header_that_prints_the_time_of_change_contradicts_nothing():
    stamp = '"dateModified": "2024-11-02T11:37:00+02:00"'
    found = article(page(article_html(Facts(time="15:02")).replace(stamp, stamp.replace("11:37:00", "15:02:40"))))
    assert found.date_published == datetime.fromisoformat("2024-11-02T11:37:00+02:00")
    assert found.date_modified == datetime.fromisoformat("2024-11-02T15:02:40+02:00")
    assert provenance(found, "date_published").agrees is None


def test_a_missing_lead_comes_from_json_ld_and_a_cut_one_from_nowhere():
    assert article(page(Facts(lead=None))).description is None
    cut = article_html(Facts(has_jsonld=False, lead=None)).replace(
        '<meta property="og:type"',
        '<meta property="og:description" content="A lead that breaks..."><meta property="og:type"',
    )
    assert article(page(cut)).description is None


def test_caption_apart_from_credit_and_the_largest_image_without_cache_buster():
    (image,) = article(page(Facts())).images
    assert (image.url, image.role) == ("https://static.espreso.tv/uploads/1_Bridge.jpg", "main")
    assert (image.caption, image.credit, image.alt) == ("A bridge", "Press office", "Bridge")


def test_another_picture_in_the_metadata_is_not_taken_for_the_main_one():
    markup = article_html(Facts()).replace("uploads/1_Bridge.jpg", "uploads/2_Logo.jpg")
    (image,) = article(page(markup)).images
    assert image.url == "https://static.espreso.tv/uploads/1_Bridge_new_960x500_0.webp"


def test_keywords_without_the_one_that_means_news():
    assert [keyword.name for keyword in article(page(Facts())).keywords] == ["Bridges"]


def test_entity_id_is_optional_and_the_canonical_address_wins():
    found = article(page(article_html(Facts(entity_id=None)), url="https://global.espreso.tv/news-a-bridge-opens?amp"))
    assert (found.entity_id, found.url) == (None, "https://global.espreso.tv/news-a-bridge-opens")


def test_a_canonical_address_on_a_foreign_host_is_not_believed():
    markup = article_html(Facts()).replace(
        'href="https://global.espreso.tv/news-a-bridge-opens"', 'href="https://evil.example/x"'
    )
    assert article(page(markup)).url == "https://global.espreso.tv/news-a-bridge-opens"


@pytest.mark.parametrize(
    "markup",
    [
        "<html><head><title>Bridges</title><meta property='og:type' content='website'></head><body><h1>Bridges</h1></body></html>",
        "<html><head><title>Just a moment...</title></head><body><h1>Checking your browser</h1></body></html>",
        "<html><head><title>500</title></head><body><h1>Server error</h1></body></html>",
    ],
)
def test_tag_challenge_and_error_pages_are_no_articles(markup: str):
    with pytest.raises(NotAnArticle, match="no article on this page"):
        article(page(markup))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b" \n\t ", "empty"),
        (article_html(Facts()).encode()[:2000], "cut short"),
        (article_html(Facts(headline="Міст відкрито")).encode("cp1251"), "neither UTF-8"),
        (b"<html>" + b"<div>" * 50_000 + b"</html>", "nests deeper"),
    ],
)
def test_broken_pages_are_refused_with_the_reason(body: bytes, reason: str):
    with pytest.raises(BrokenPage, match=reason):
        article(Page.read(body, url="https://espreso.tv/x", fetched_at=CAPTURED))


def test_a_page_in_another_declared_charset_is_read():
    body = (
        article_html(Facts(headline="Міст відкрито"))
        .replace('charset="utf-8"', 'charset="windows-1251"')
        .encode("cp1251")
    )
    assert article(Page.read(body, url="https://espreso.tv/x", fetched_at=CAPTURED)).headline == "Міст відкрито"


def test_utf_8_wins_over_a_wrong_header():
    body = article_html(Facts(headline="Міст відкрито")).encode()
    found = article(Page.read(body, url="https://espreso.tv/x", fetched_at=CAPTURED, charset="windows-1251"))
    assert found.headline == "Міст відкрито"


def test_json_ld_is_the_last_resort_for_the_body():
    markup = article_html(Facts(body="", jsonld_body="Said &quot;so&quot; and it&#039;s true.")).replace(
        "news-content", "gone"
    )
    found = article(page(markup))
    assert found.article_body == 'Said "so" and it\'s true.'
    assert provenance(found, "article_body").source == "jsonld"


def test_digests_ignore_labels_and_modification_but_see_text_and_captions():
    plain = article(page(Facts(), fetched_at=datetime(2025, 1, 1, tzinfo=UTC)))
    assert article(page(Facts(marks=("Updated",)))).record_digest == plain.record_digest
    assert article(page(Facts(lead="Another lead"))).text_digest != plain.text_digest
    other_caption = article(page(Facts(under_image="<p>Another bridge</p>")))
    assert other_caption.text_digest == plain.text_digest
    assert other_caption.record_digest != plain.record_digest


@pytest.mark.parametrize(
    ("glued", "agrees"),
    [
        ("First words of the text.", None),
        ("First words of the...", None),
        ("Quite another text, of another article.", False),
        ("First words of the text. Second words of the text. Third words of the text.", True),
    ],
)
def test_an_excerpt_in_jsonld_is_no_witness_of_the_text(glued: str, agrees: bool | None):
    jsonld = f'<script type="application/ld+json">{{"@type":"NewsArticle","articleBody":"{glued}"}}</script>'
    text = "".join(f"<p>{number} words of the text.</p>" for number in ("First", "Second", "Third"))
    body = f'<section class="content_current_article"><div class="news-content">{text}</div></section>'
    found = page(f"<html><head>{jsonld}</head><body>{body}</body></html>")
    assert provenance(article(found), "article_body").agrees is agrees


@pytest.mark.parametrize(
    ("box", "found"),
    [
        ('<a href="/olena">Olena Example</a>, Ivan Sample', [("Olena Example", "olena"), ("Ivan Sample", None)]),
        ('Ivan Sample and <a href="/olena">Olena Example</a>', [("Ivan Sample", None), ("Olena Example", "olena")]),
        (
            'Authors: <a href="/o">Olena Example</a><br><a href="/i">Ivan Sample</a>',
            [("Olena Example", "o"), ("Ivan Sample", "i")],
        ),
        ("<div>Olena Example</div><div>Ivan Sample</div>", [("Olena Example", None), ("Ivan Sample", None)]),
        ('By <a href="/o">Olena Example</a>, reporter', [("Olena Example", "o")]),
        ("client/title.author", []),
    ],
)
def test_each_author_by_name_in_print_order(box: str, found: list[tuple[str, str | None]]):
    authors = article(page(Facts(author=box, author_name=None))).authors
    assert [(author.name, author.url and author.url.rpartition("/")[2]) for author in authors] == found


def test_authors_joined_in_json_ld_are_as_many():
    found = article(page(Facts(author="", author_name="Olena Example and Ivan Sample")))
    assert [author.name for author in found.authors] == ["Olena Example", "Ivan Sample"]


@pytest.mark.parametrize("lead", ["Will the bridge stand? To be continued...", "The mayor told it to Espreso.TV"])
def test_a_printed_lead_may_end_as_metadata_is_cut(lead: str):
    found = article(page(Facts(lead=lead)))
    assert found.description == lead
    assert provenance(found, "description").agrees is True


def test_a_logo_that_is_an_h1_is_no_headline():
    markup = (
        article_html(Facts())
        .replace("header_current_article", "x1")
        .replace('h1 class="text-title"', "div")
        .replace("</h1>", "</div>")
    )
    markup = markup.replace("<header", '<h1 class="logo">Espreso</h1><header', 1)
    found = article(page(markup))
    assert (found.headline, provenance(found, "headline").source) == ("A bridge opens", "jsonld")


def test_a_leaked_key_is_no_value_of_any_field():
    markup = article_html(Facts(marks=("client/title.exclusive",), tags=(("client/title.tag", "/t"), ("Bridges", "/b")),
                                lead="client/title.lead", under_image="<p>client/title.photo</p>", has_jsonld=False))  # fmt: skip
    found = article(page(markup.replace(">Society<", ">client/title.society<")))
    assert "client/" not in str((found.labels, found.keywords, found.description, found.images, found.article_section))
    assert [keyword.name for keyword in found.keywords] == ["Bridges"]


ENGLISH = "<p>The mayor of the town has promised a new bridge over the river, and Їжаківка waits for it.</p>"
UKRAINIAN = "<p>Мер міста пообіцяв новий міст через річку, і всі його чекають, бо старий ледь стоїть.</p>"
RUSSIAN = (
    "<p>Мэр города пообещал новый мост через реку, и все его ждут, ведь старый едва стоит, сообщили журналисты.</p>"
)


@pytest.mark.parametrize(
    ("lang", "body", "language"),
    [
        ("uk", ENGLISH, "en"), ("en", UKRAINIAN, "uk"), ("uk", RUSSIAN, "ru"), ("ru", UKRAINIAN, "uk"), ("xx", UKRAINIAN, "uk"),
        ("en", ENGLISH, "en"), ("uk", UKRAINIAN, "uk"), ("ru", RUSSIAN, "ru"), ("uk", "<p>OK.</p>", "uk"), ("", ENGLISH, "en"),
    ],
)  # fmt: skip
def test_the_language_is_the_texts_own(lang: str, body: str, language: str):
    headline = "Bridge" if body == "<p>OK.</p>" else body[3:40]
    assert article(page(Facts(lang=lang, body=body, headline=headline))).in_language == language
