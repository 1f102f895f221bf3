"""What a reader of the output relies on: mentions stand where they say, labels and keywords become tags."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from espreso_crawler.items import Article, Image, Keyword
from espreso_crawler.tagging import tagger
from tests.tagging.labelled import texts

ODDITIES = ["\u200b", "\u00a0", "\u00ad", "  ", "\u0301", "İ", "ß", "😀", "\u2019", "«", "\ufeff", "-", "\n", "'"]
SENTENCES = [
    part
    for name in ("labelled_en", "labelled_uk")
    for text in texts(name)
    for part in (text.article.article_body or "").split("\n\n")
]


def tags(text: str, **more: object) -> dict[str, list[str]]:
    article = Article(article_body=text, **more)  # type: ignore[arg-type]
    tagger().tag(article)
    return {tag.id: [mention.surface for mention in tag.mentions] for tag in article.tags}


@st.composite
def disturbed(draw: st.DrawFn) -> str:
    """Return sentences of both languages, cut and with odd characters thrown in."""
    text = " ".join(draw(st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=4)))
    for _ in range(draw(st.integers(0, 8))):
        place = draw(st.integers(0, len(text)))
        text = text[:place] + draw(st.sampled_from(ODDITIES)) + text[place:]
    return text[: draw(st.integers(1, len(text)))]


@given(disturbed(), disturbed(), disturbed())
def test_a_surface_is_the_text_at_its_offsets(headline, description, body):
    article = Article(headline=headline, description=description, article_body=body)
    tagger().tag(article)
    for tag in article.tags:
        for mention in tag.mentions:
            assert getattr(article, mention.field)[mention.start : mention.end] == mention.surface
            assert mention.surface.strip() == mention.surface != ""


@given(disturbed())
def test_names_do_not_overlap(text):
    article = Article(article_body=text)
    tagger().tag(article)
    spans = sorted((m.start, m.end) for tag in article.tags if tag.kind != "topic" for m in tag.mentions)
    assert all(first[1] <= second[0] for first, second in pairwise(spans))


@pytest.mark.parametrize("apostrophe", ["'", "\u2019", "\u02bc"])
def test_apostrophes_are_alike(apostrophe):
    assert tags(f"Удар по Слов{apostrophe}янську.") == {"place:sloviansk": [f"Слов{apostrophe}янську"]}


@pytest.mark.parametrize("space", ["\u00a0", "\u202f", "  ", " \u200b"])
def test_spaces_are_alike(space):
    assert tags(f"He reads the Kyiv{space}Post daily.") == {"org:kyiv-post": [f"Kyiv{space}Post"]}


@pytest.mark.parametrize("surface", ["Києва", "Ки\u0301єва", "Ки\u00adєва", "Ки\u200bєва"])
def test_unseen_characters_are_harmless(surface):
    assert tags(f"Із {surface} повідомили.") == {"place:kyiv": [surface]}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Kyiv's mayor", {"place:kyiv": ["Kyiv"]}),
        ("a Kyiv-based firm", {"place:kyiv": ["Kyiv"]}),
        ("pro-Russian songs", {"country:RU": ["Russian"]}),
        ("Northern Europe waits", {}),
        ("Northern Ireland waits", {}),
        ("Donetsk and Zaporizhzhia regions", {"place:donetsk-oblast": ["Donetsk"], "place:zaporizhzhia-oblast": ["Zaporizhzhia regions"]}),
        ("у Харкові та Донецькій області", {"place:kharkiv": ["Харкові"], "place:donetsk-oblast": ["Донецькій області"]}),
        ("на торецькому та лиманському напрямках", {"place:toretsk": ["торецькому"], "place:lyman": ["лиманському"]}),
        ("she told us it is up to us", {}),
        ("«Калібр» упав", {"weapon:kalibr": ["Калібр"]}),
        ("калібр 152 мм", {}),
        ("Володимиром Зеленським", {"person:volodymyr-zelenskyy": ["Володимиром Зеленським"]}),
        ("Іван Зеленський, столяр", {}),
        ("Michael Jordan came", {}),
        ("Київпост", {}),
        ("", {}),
    ],
)  # fmt: skip
def test_borders_contexts_and_shared_nouns(text, expected):
    assert tags(text) == expected


def test_a_topic_needs_two_triggers_or_one_in_the_lead():
    once = "A quiet first paragraph.\n\nLater somebody mentions sanctions in passing."
    assert "topic:sanctions" not in tags(once)
    assert "topic:sanctions" in tags(once + " The sanctions began in May.")
    assert "topic:sanctions" in tags(once, headline="New sanctions")
    assert "topic:sanctions" in tags("Sanctions come first.\n\nThen other things.")


def test_common_words_that_look_like_names_are_none():
    assert tags("Досі привезли лише кілька лавок.") == {}, "so far, not Doha"
    assert tags("Переговори у Досі тривали.") == {"place:doha": ["Досі"]}
    assert tags("Команда втратила капітана.", headline="Команда втратила капітана") == {}, "no losses of an army"
    lost = "Росія втратила тисячу солдатів"
    assert "topic:russian-losses" in tags(lost, headline=lost)


def test_acronyms_of_topics_are_no_words():
    assert "topic:oil" in tags("Горить НПЗ.")
    assert "topic:education" not in tags("Він любить мон пансьє.")


def test_keywords_and_rubric_become_tags_without_mentions():
    named = tags("Тихо.", keywords=[Keyword("Польща"), Keyword("Новинка")], article_section="Економіка")
    assert named == {"country:PL": [], "topic:economy": []}


def test_labels_become_genres_and_paid_content():
    article = Article(article_body="x", labels=["opinion", "updated", "partner"])
    tagger().tag(article)
    assert [tag.id for tag in article.tags] == ["genre:opinion", "genre:sponsored"]
    assert article.is_sponsored is True


def test_agencies_are_read_from_text_and_credits():
    article = Article(
        article_body="As UNIAN reports. The apple fell.",
        images=[Image("https://example.org/a.jpg", "main", credit="Getty Images")],
    )
    tagger().tag(article)
    assert article.cited_agencies == ["Getty Images", "UNIAN"]


def test_people_can_be_left_out():
    article = Article(article_body="Donald Trump came to Kyiv.")
    without = tagger(None, frozenset({"person"}))
    without.tag(article)
    assert [tag.id for tag in article.tags] == ["place:kyiv"]
    assert without.version != tagger().version
