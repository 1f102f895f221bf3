from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from espreso_crawler.items import Article
from espreso_crawler.near_duplicates import Sketch, sketch
from espreso_crawler.near_duplicates.numbers import counted, disagree
from tests.near_duplicates.generated import article, pairs
from tests.near_duplicates.scores import scores

TOLD = [
    (
        "The council of the invented town voted on Monday to rebuild the old bridge over the river, and said that "
        "the work would begin in spring, once the ice has gone and the builders have their papers."
    ),
    "The mayor thanked everybody who came to the hall and answered questions until midnight.",
]
FIRST_KEYS = [-2024014263531173131, 6867881091093521400]


def test_near_copies_are_told_from_pairs_that_look_like_them():
    precision, recall, mistakes = scores(pairs(100))
    assert precision >= 0.99, mistakes
    assert recall >= 0.95, mistakes


def test_the_pairs_are_of_every_relation_and_language():
    assert set(Counter(pair.relation for pair in pairs(4)).values()) == {4}


def test_a_sketch_survives_being_kept():
    own = sketch(article(TOLD))
    assert own and Sketch.from_bytes(own.to_bytes()) == own
    assert len(own.signature) == 512


def test_a_sketch_is_the_same_in_every_process():
    """Signatures of earlier runs lie in the ledger."""
    own = sketch(article(TOLD))
    assert own and own.keys()[:2] == FIRST_KEYS


def test_a_short_text_has_no_sketch():
    assert sketch(Article(article_body="Watch the video.")) is None


def test_background_counts_for_nothing():
    bare, dressed = sketch(article(TOLD)), sketch(article([*TOLD, "Background:"], bullets=["One.", "Two."]))
    reminded = sketch(article([*TOLD, "Нагадаємо, місто вже мало міст."]))
    assert bare and dressed and reminded
    assert bare.similarity(dressed) == bare.similarity(reminded) == 1


def test_an_article_that_is_one_list_is_its_own_story():
    own = sketch(article([], bullets=[" ".join(TOLD)]))
    assert own is not None


def test_a_changed_number_makes_another_article_and_a_moved_paragraph_does_not():
    lost = "The enemy lost {} soldiers over the past day."
    first, second = (sketch(article([*TOLD, lost.format(number)])) for number in (1130, 1150))
    moved = sketch(article([lost.format(1130), *TOLD]))
    assert first and second and moved
    assert not first.is_near(second)
    assert first.is_near(moved)


@given(st.text(max_size=300))
def test_a_text_never_disagrees_with_itself(text):
    assert not disagree(counted([text]), counted([text]))
