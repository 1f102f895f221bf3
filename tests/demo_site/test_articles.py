"""Articles: the same from the same seed, found by their slugs, with every oddity among a few hundred."""

from espreso_crawler.demo_site.edition import Language
from espreso_crawler.demo_site.oddities import ODDITIES, has_oddity, kind_of
from espreso_crawler.demo_site.slugs import words_slug
from tests.site import Site, SiteOptions

LONGEST_SLUG = 242


def test_equal_options_give_equal_articles(language: Language) -> None:
    one, two = Site(SiteOptions(language=language)), Site(SiteOptions(language=language))
    assert [one.truth(number) for number in range(40_000, 40_030)] == [
        two.truth(number) for number in range(40_000, 40_030)
    ]


def test_another_seed_gives_another_site() -> None:
    one, two = Site(SiteOptions(seed=1)), Site(SiteOptions(seed=2))
    assert one.truth(40_000).article_body != two.truth(40_000).article_body


def test_a_slug_leads_back_to_its_article(language: Language) -> None:
    newsroom = Site(SiteOptions(language=language)).newsroom
    for number in range(30_000, 30_300):
        brief = newsroom.brief(number)
        assert newsroom.number_of(brief.slug) == number
        assert brief.alias is None or newsroom.number_of(brief.alias) == number
        assert len(brief.slug) <= LONGEST_SLUG


def test_a_slug_that_no_article_has_leads_nowhere() -> None:
    newsroom = Site().newsroom
    brief = newsroom.brief(30_000)
    for slug in (
        "",
        "news",
        f"x{brief.slug}",
        brief.slug[:-1],
        "made-up-zzzzzzzzzz",
        "made-up-fffffffffffff",
    ):
        assert newsroom.number_of(slug) is None


def test_entity_ids_and_slugs_are_unique(language: Language) -> None:
    site = Site(SiteOptions(language=language))
    briefs = [site.brief(number) for number in range(1, 1000)]
    assert len({brief.entity_id for brief in briefs}) == len(briefs)
    assert len({brief.slug for brief in briefs}) == len(briefs)


def test_any_hundred_articles_hold_every_kind_and_oddity() -> None:
    for first in (1, 40_000, 999_900):
        numbers = range(first, first + 100)
        assert [name for name in ODDITIES if not any(has_oddity(number, name) for number in numbers)] == []
        kinds = {kind_of(number) for number in numbers}
        assert kinds == {"news", "column", "interview", "review", "video", "sponsored", "reprint"}


def test_a_reprint_repeats_an_earlier_article_under_its_own_id() -> None:
    site = Site()
    number = next(number for number in range(40_000, 41_000) if kind_of(number) == "reprint")
    reprint = site.truth(number)
    assert reprint.reprint_of is not None
    source = site.truth(reprint.reprint_of)
    assert reprint.headline == source.headline
    assert reprint.article_body.startswith(source.article_body)
    assert reprint.entity_id != source.entity_id
    assert len(reprint.url.rpartition("-")[2]) == 13


def test_ukrainian_headlines_become_latin_slugs() -> None:
    assert words_slug("П'ять хвилин у Щасливому: «Їжак»") == "pyat-khvilin-u-shchaslivomu-izhak"


def test_a_site_of_a_million_articles_opens_at_once() -> None:
    site = Site(SiteOptions(per_day=20_000))
    assert site.newest > 1_000_000
    assert site.truth(site.newest).headline
