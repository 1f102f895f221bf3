import pytest

from espreso_crawler.tagging import tagger
from espreso_crawler.vocabularies.loading import load
from tests.tagging.labelled import FILES, Score, scores, texts

AT_LEAST = {"country": 0.97, "place": 0.97, "person": 0.97, "org": 0.97, "weapon": 0.97, "topic": 0.9}


@pytest.fixture(scope="module")
def found() -> dict[str, Score]:
    return scores()


def test_there_are_enough_texts_of_both_languages():
    by_language = {name: len(texts(name)) for name in FILES}
    assert by_language["labelled_en"] >= 30
    assert by_language["labelled_uk"] >= 30


def test_every_label_is_a_concept():
    known = load().by_id()
    labelled = {place[3] for name in FILES for text in texts(name) for place in text.mentions}
    labelled |= {topic for name in FILES for text in texts(name) for topic in text.topics}
    assert labelled - known.keys() == set()


@pytest.mark.parametrize(("kind", "least"), AT_LEAST.items())
def test_precision_and_recall_of_each_kind(found, kind, least):
    score = found[kind]
    assert score.precision >= least, score.wrong
    assert score.recall >= least, score.missed


def test_the_texts_tagged_twice_have_the_same_tags():
    article = texts("labelled_uk")[0].article
    tagger().tag(article)
    first = article.tags
    tagger().tag(article)
    assert article.tags == first
