"""What belongs in a body and what does not: containers, promos, cards, tails, questions, credits, live posts."""

import pytest

from espreso_crawler.pages import article
from espreso_crawler.pages.text.furniture import is_caption, is_furniture
from tests.builders import Facts, article_html, page

FIRST, LAST = "<p>The first paragraph of the story.</p>", "<p>The last paragraph, in which it all ends.</p>"
WHOLE = "The first paragraph of the story.\n\nThe last paragraph, in which it all ends."
LINK = "<a href='https://espreso.tv/svit-insha'>Інша історія про міст</a>"


def body_of(markup: str, **facts: object):
    return article(page(article_html(Facts(body=markup, jsonld_body=None, **facts))))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "between",
    [
        "</div><div class='news-content'>",
        "</div><noindex><div class='js-banner banner-block'>реклама</div></noindex><div class='news-content'>",
        "</div><div class='adv-inread'>реклама</div><div class='news-content'>",
        "</div><section><div class='news-content'></section>",
        "<div class='news-content'></div>",
        "</div>",
        "<div class='adv'>реклама</div>", "<p>Реклама</p>", "<div class='vjs-text-track'>Розділи</div>",
    ],
)  # fmt: skip
def test_a_body_in_several_containers_is_one_body(between: str):
    assert body_of(FIRST + between + LAST).article_body == WHOLE


def test_text_after_end_tags_too_many_counts_when_json_ld_names_it():
    glued = WHOLE.replace("\n\n", "")
    markup = article_html(
        Facts(body=f"{FIRST}</div></div></section></div>{LAST}<p>Підпис редакції</p>", jsonld_body=glued)
    )
    assert article(page(markup)).article_body == WHOLE


def test_what_json_ld_does_not_name_beside_the_container_is_none_of_it():
    glued = WHOLE.replace("\n\n", "")
    found = article(
        page(article_html(Facts(body=f"{FIRST}{LAST}</div><p>Поскаржитися на текст</p>", jsonld_body=glued)))
    )
    assert found.article_body == WHOLE


def test_a_body_of_unknown_classes_that_a_banner_splits():
    markup = article_html(Facts(body=f"{FIRST * 3}</div><aside>ad</aside><div class='news-content'>{LAST * 2}"))
    found = article(page(markup.replace("news-content", "xyz").replace("content_current_article", "abc")))
    assert (found.article_body or "").count("\n\n") == 4
    assert next(said.source for said in found.provenance if said.field == "article_body") == "structure"


def test_the_wrapper_is_the_numbered_element_around_the_article():
    markup = article_html(Facts()).replace("<header", "<div class='slide' data-news_id='9'>Slide</div><header", 1)
    assert article(page(markup)).entity_id == "700001"


PROMOS = [
    f"<p><strong>Читайте також</strong></p><ul><li>{LINK}</li><li>{LINK}</li></ul>",
    f"<p>Читайте також:</p><p>{LINK}</p><p>{LINK}</p>",
    f"<h3>По темі</h3><ul><li>{LINK}</li></ul>",
    f"<p>Читайте також {LINK}</p>", f"<p>📌 Читайте також: {LINK}</p>",
    f"<ul><li>Читайте також</li><li>{LINK}</li></ul>",
    "<div class='x1'><span>Читайте також</span><a href='/x'><img data-src='/o.webp'><span>Інша історія про міст</span></a></div>",
    f"<div class='x2'><div>Read also</div>{LINK}<span>12.05</span></div>",
    f"<blockquote><p>Читайте також:</p><p>{LINK}</p></blockquote>",
    "<p>Читайте також</p><p><a href='/x'><img src='/o.jpg'></a></p>" + f"<p>{LINK}</p>",
    f"<p>Читайте також:<br>{LINK}</p>", f"<div class='read-also'>{LINK}</div>",
]  # fmt: skip


@pytest.mark.parametrize("promo", PROMOS)
def test_a_label_with_links_is_none_of_the_story(promo: str):
    found = body_of(FIRST + promo + LAST)
    assert found.article_body == WHOLE
    assert len(found.images) == 1
    assert found.links == []


STORY = [
    f"<p>Читайте також між рядків: {LINK} каже більше, ніж здається.</p>",
    "<h3>По темі</h3><p>Мер говорив пів години.</p>",
    f"<p>Читайте, якщо маєте час: {LINK} варта того.</p>",
    f"<div>Related to the mayor is {LINK}, his brother.</div>",
    "<h3>Реклама</h3><p>Ролики мають новий закон.</p>",
    f"<p>{LINK}</p>",
    f"<div><p>По темі: мер говорив довго, і ось що він сказав про міст, річку і гроші на них.</p>{LINK}</div>",
]  # fmt: skip


@pytest.mark.parametrize("story", STORY)
def test_text_that_resembles_a_promo_stays(story: str):
    plain = body_of(story).article_body or ""
    assert len(plain) > 15
    assert body_of(FIRST + story + LAST).article_body == WHOLE.replace("\n\n", f"\n\n{plain}\n\n")


def test_a_promo_ends_where_its_line_ends():
    found = body_of(f"{FIRST}<p>Читайте також: {LINK}<br><br>Мер додав, що <a href='/m'>міст</a> дорогий.<br>Усе.</p>")
    assert found.article_body == "The first paragraph of the story.\n\nМер додав, що міст дорогий.\nУсе."
    assert [(found.article_body[link.start : link.end], link.text) for link in found.links] == [("міст", "міст")]


def test_a_columns_tail_in_one_paragraph():
    tail = (
        "Спеціально для «Еспресо»<br>Про автора: Олена Приклад, інженерка<br>Редакція не завжди поділяє думки авторів."
    )
    found = body_of(f"{FIRST}<p>The last paragraph, in which it all ends.<br>{tail}</p>")
    assert found.article_body == WHOLE
    assert (found.author_note or "").split("\n\n")[0] == "Спеціально для «Еспресо»"
    assert len((found.author_note or "").split("\n\n")) == 3


LONG = "Дуже довге запитання про міст, його ціну та строки, на яке ніхто не знає відповіді. " * 3


def test_a_question_is_a_heading_however_long_it_is():
    found = body_of(f"{FIRST}<p><b>Коротке питання?</b></p><p>Так.</p><p><b>{LONG}</b></p><p>Ні.</p>")
    assert [block.type for block in found.blocks] == ["paragraph", "heading", "paragraph", "heading", "paragraph"]


def test_long_bold_text_that_no_answer_follows_is_a_paragraph():
    bold = f"<p><b>{LONG}</b></p>"
    assert [block.type for block in body_of(bold + FIRST + bold + bold + LAST + bold).blocks] == ["paragraph"] * 6


def test_the_credit_under_a_picture_in_the_body():
    found = body_of(f"{FIRST}<p><img src='/a.jpg'></p><p><em>Фото: пресслужба мерії</em></p>{LAST}")
    assert found.article_body == WHOLE
    assert found.images[1].credit == "пресслужба мерії"


def test_a_source_under_a_picture_is_the_texts():
    assert "Джерело" in (body_of(f"{FIRST}<p><img src='/a.jpg'></p><p>Джерело: Вигадана газета</p>").article_body or "")


def test_the_headers_picture_markup_in_the_body():
    found = body_of(
        f"{FIRST}<div class='in_news_single__image'><picture><source srcset='/m_new_700x370_0.webp'><img src='/img/px.gif'"
        f" data-src='/m_new_960x500_0.webp'></picture></div><div class='img-text'><p>A map</p><p>photo: Town hall</p></div>{LAST}"
    )
    assert found.article_body == WHOLE
    assert [(image.url, image.caption, image.credit) for image in found.images[1:]] == [
        ("https://global.espreso.tv/m_new_960x500_0.webp", "A map", "Town hall")
    ]


def test_a_slider_is_a_gallery_with_its_captions():
    slides = "".join(
        f"<div class='slick-slide' aria-hidden='{number > 1}'.lower()><a href='/{number}_g.jpg'>"
        f"<img data-lazy='/{number}_g_new_960x500_0.webp' src='/img/px.gif'></a><div class='slide__caption'>Slide {number}</div></div>"
        for number in range(1, 6)
    )
    copy = "<div class='slick-slide slick-cloned'><img src='/5_g.jpg'></div>"
    found = body_of(f"<p>Five pictures.</p><div class='slick-slider'>{copy}{slides}</div>")
    assert [image.url[-9:] for image in found.images[1:]] == [f"v/{number}_g.jpg" for number in range(1, 6)]
    assert [image.caption for image in found.images[1:]] == [f"Slide {number}" for number in range(1, 6)]
    assert (found.article_body, found.content_kind) == ("Five pictures.", "gallery")


POSTS = "".join(
    f"<div class='post'><div class='at'>{time}</div><div><p>News of the hour.</p></div></div>"
    for time in ("14:35", "14:20", "13:07")
)
PROGRAMME = "".join(f"<p>{time}</p><p>A film.</p>" for time in ("10:00", "12:00", "14:00"))


@pytest.mark.parametrize(
    ("markup", "kind"), [(POSTS, "live"), (PROGRAMME, "text"), ("<p>14:35</p><p>A train.</p>", "text")]
)
def test_a_live_blog_has_posts_under_times_the_newest_first(markup: str, kind: str):
    assert body_of(FIRST + markup + LAST).content_kind == kind


@pytest.mark.parametrize(
    "classes",
    ["banner-block x", "js-adv", "ads-top", "advertisement", "js-read-also-item", "vjs-control", "x slick-cloned"],
)
def test_classes_of_furniture(classes: str):
    assert is_furniture(classes)


@pytest.mark.parametrize(
    "classes", ["advice", "adventure-list", "loads", "head", "readable", "news-content", "reader also"]
)
def test_classes_that_only_resemble_furniture(classes: str):
    assert not is_furniture(classes)


def test_classes_of_captions():
    assert all(map(is_caption, ("img-text", "caption", "slide-caption", "wp-caption-text", "photo__caption big")))
    assert not any(map(is_caption, ("captioned", "captions-off", "text-img", "recaption")))


def test_a_box_with_a_picture_of_its_own_is_no_caption_of_the_picture_before_it():
    found = body_of("<p>x</p><div class='wp-caption'><img src='/a.jpg'><p class='wp-caption-text'>A</p></div>"
                    "<div class='wp-caption'><img src='/b.jpg'><p class='wp-caption-text'>B</p></div>")  # fmt: skip
    assert [(image.url[-5:], image.caption) for image in found.images[1:]] == [("a.jpg", "A"), ("b.jpg", "B")]
