"""Under which addresses an article stands, by its page's own word."""

import pytest

from espreso_crawler.pages import canonical_address, other_addresses
from tests.builders import Facts, article_html, page

OWN = "https://espreso.tv/news-mist"


def addresses(*links: str, lang: str = "uk", at: str = OWN, canonical: str = OWN) -> tuple[str, tuple[str, ...]]:
    """Return the canonical and the other addresses of a page with these links in its head."""
    markup = article_html(Facts(url=canonical, lang=lang)).replace("</head>", "".join(links) + "</head>")
    parsed = page(markup, url=at)
    return canonical_address(parsed), other_addresses(parsed)


def alternate(language: str, url: str) -> str:
    return f'<link rel="alternate" hreflang="{language}" href="{url}">'


def test_an_amp_copy_is_the_article_itself() -> None:
    assert addresses(f'<link rel="amphtml" href="{OWN}?amp">') == (OWN, (OWN,))
    assert addresses('<link rel="amphtml" href="/amp/mist">') == (OWN, ("https://espreso.tv/amp/mist",))


@pytest.mark.parametrize(
    ("link", "is_same"),
    [
        (alternate("uk", "https://zahid.espreso.tv/mist"), True),
        (alternate("uk-UA", "https://ru.espreso.tv/mist"), True),
        (alternate("en", "https://global.espreso.tv/bridge"), False),
        (alternate("ru", "https://ru.espreso.tv/most"), False),
        (alternate("uk", "https://elsewhere.example/mist"), False),
        (alternate("uk", "javascript:alert(1)"), False),
        ('<link rel="amphtml" href="https://elsewhere.example/mist">', False),
        ('<link rel="alternate" type="application/rss+xml" href="https://espreso.tv/rss">', False),
    ],
)
def test_alternates_count_on_this_site_and_in_the_same_language(link: str, is_same: bool) -> None:
    assert bool(addresses(link)[1]) == is_same


@pytest.mark.parametrize(
    ("at", "lang", "canonical", "believed"),
    [
        ("https://ru.espreso.tv/news-mist", "uk", OWN, True),
        ("https://ru.espreso.tv/news-most", "ru", OWN, False),
        ("https://global.espreso.tv/bridge", "en", OWN, False),
        ("https://espreso.tv/news/2018/05/19/news_mist", "uk", OWN, True),
        (OWN, "uk", "https://espreso.tv/", False),
        (OWN, "uk", "https://elsewhere.example/mist", False),
    ],
)
def test_whose_word_counts_for_the_canonical_address(at: str, lang: str, canonical: str, believed: bool) -> None:
    assert addresses(at=at, lang=lang, canonical=canonical)[0] == (canonical if believed else at)


@pytest.mark.parametrize(
    ("canonical", "believed"),
    [
        ("https://espreso.tv/mist-u-misti", True),
        ("https://espreso.tv/svit", False),
        ("https://espreso.tv/olena-pryklad", False),
        ("https://espreso.tv/mosty/", False),
        ("https://espreso.tv/news", False),
        ("https://espreso.tv/", False),
    ],
)
def test_a_canonical_address_that_holds_articles_is_not_believed(canonical: str, *, believed: bool) -> None:
    links = (
        '<a href="/svit">Світ</a> <a href="https://espreso.tv/olena-pryklad"><b>Олена</b> Приклад</a> <a href="/mosty">Мости</a>'
        f'<a href="{canonical}#comments">Коментарі</a> <a href="{canonical}">У Вигаданому місті нарешті відкрили міст</a>'
    )
    markup = article_html(Facts(url=canonical, lang="uk")).replace("</body>", f"{links}</body>")
    assert canonical_address(page(markup, url=OWN)) == (canonical if believed else OWN)


def test_a_section_above_the_page_is_not_its_canonical_address() -> None:
    at = "https://espreso.tv/news/2018/05/19/news_mist"
    assert addresses(at=at, canonical="https://espreso.tv/news/2018")[0] == at
    assert addresses(at=at, canonical="http://www.espreso.tv/news-mist?x")[0] == "https://espreso.tv/news-mist"
