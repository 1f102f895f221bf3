"""Agreement of two versions of a text: what breaks it, and what must not."""

import time

import pytest

from espreso_crawler.pages import article
from espreso_crawler.pages.agreement import agrees
from tests.builders import Facts, article_html, page

LINES = [
    f"Paragraph {n} tells of bridge number {n * 7} over the river, and of {n + 3} boats under it." for n in range(10)
]
GLUED = "".join(LINES)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (LINES, GLUED), (LINES, "  ".join(LINES)), (LINES, GLUED.replace("river", "ri\u00adver")),
        ([*LINES, "Write to [email]."], GLUED + "Write to desk@example.org."), (LINES, GLUED.replace("boats", "ships", 1)),
        ([line.rstrip(".") for line in LINES], GLUED.replace(".", "")), (LINES * 2, GLUED * 2), (["Short."], "Short."),
        (LINES, GLUED + "Read also: A tunnel closes"),
    ],
    ids=["glued", "spaces", "soft hyphens", "hidden address", "one word", "no full stops", "repeats", "short", "promo"],
)  # fmt: skip
def test_the_same_text_agrees(ours: list[str], theirs: str):
    assert agrees(ours, theirs) is True


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (LINES[:6], GLUED), (LINES[2:8], GLUED), (LINES, "".join(LINES[:7]) + "."), (LINES[::-1], GLUED),
        ([*LINES, *(f"A comment that nobody wrote in the story, number {n}." for n in range(4))], GLUED),
        (["A text of the same length about another matter."] * 10, GLUED), ([], GLUED), (LINES, "!"),
    ],
    ids=["cut", "cut at both ends", "more than theirs", "other order", "foreign blocks", "another text", "nothing", "no words"],
)  # fmt: skip
def test_another_text_does_not(ours: list[str], theirs: str):
    assert agrees(ours, theirs) is False


def test_lines_left_out_on_purpose_break_no_agreement_and_excuse_no_loss():
    promo = "Read also: The river is dry and the boats lie on the sand of the invented town"
    theirs = promo.join(LINES[:4]) + LINES[4]
    assert agrees(LINES[:5], theirs) is False
    assert agrees(LINES[:5], theirs, [promo] * 3) is True
    assert agrees(LINES[:4], GLUED, LINES[4:]) is False


def test_an_excerpt_is_no_witness():
    assert agrees(LINES, GLUED[:200]) is None
    assert agrees(LINES, GLUED[: len(GLUED) * 2 // 3] + "…") is None


def test_hostile_texts_are_compared_in_time():
    words = ["one two", "two one", "x"]
    started = time.process_time()
    agrees([words[n % 2] for n in range(20_000)], "one two " * 50_000)
    agrees([f"{n} {words[n % 3]}" for n in range(20_000)], " ".join(f"{n}" for n in range(60_000)))
    assert time.process_time() - started < 2


def test_a_body_that_lost_two_fifths_to_a_banner_does_not_agree_on_its_page():
    body = "".join(f"<p>{line}</p>" for line in LINES[:6]) + f"<noscript><p>{'</p><p>'.join(LINES[6:])}</p></noscript>"
    html = article_html(Facts(body=body, jsonld_body=GLUED))
    for markup, expected in ((html, False), (html.replace("noscript>", "div>"), True)):
        (said,) = [each for each in article(page(markup)).provenance if each.field == "article_body"]
        assert said.agrees is expected
    # A body that had to be guessed from broken JSON is no evidence against the page's.
    (said,) = [
        each
        for each in article(page(html.replace('"image": [', '"image": [,'))).provenance
        if each.field == "article_body"
    ]
    assert said.agrees is None
