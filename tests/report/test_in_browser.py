"""The page in a real browser: search, filters, an article's diff, and an article that tries to do harm."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from scrapy.settings import Settings

from espreso_crawler.browser import program
from espreso_crawler.report.writing import Report, write
from tests.export.sealed import RECORDS, article, seal
from tests.waiting import PATIENCE

HARM = "</script><img src=x onerror='window.harm=1'><script>window.harm=1</script>"
RIGHT_TO_LEFT = "\u202eشرق\u202c"
BROWSER = program(Settings())

pytestmark = pytest.mark.skipif(BROWSER is None, reason="no browser here: apt install chromium")


@pytest.fixture
def whole_page(tmp_path: Path) -> Path:
    hostile = article(
        id="ua:666", headline=f"{HARM} {RIGHT_TO_LEFT} {'x' * 10_000}", description=HARM, article_body=HARM,
        blocks=[{**article()["blocks"][0], "type": "paragraph", "text": HARM, "start": 0, "end": len(HARM)}],
        tags=[], links=[{"url": "javascript:window.harm=1", "text": HARM[:8], "start": 0, "end": 8}],
        labels=[HARM], url="javascript:window.harm=1",
    )  # fmt: skip
    first = article(id="ua:1", headline="Bridge opens today", tags=[], labels=["exclusive"])
    second = first | {"headline": "Bridge opens tomorrow", "revision": 2, "event": "revised", "changes": ["headline"]}
    seal(tmp_path / "output", *RECORDS, hostile, first, second)
    write(Report(tmp_path / "output", tmp_path / "state", None), tmp_path / "report.html")
    return tmp_path / "report.html"


@contextmanager
def opened(browser: Any, page: Path) -> Iterator[Any]:
    """Open the page in a tab of its own; nothing in it may go wrong, ask another host or do harm."""
    tab = browser.new_page(viewport={"width": 390, "height": 800})
    tab.set_default_timeout(PATIENCE * 1000)
    wrong: list[str] = []
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    tab.on("console", lambda line: wrong.extend([line.text] if line.type == "error" else []))
    tab.on("request", lambda request: wrong.extend([] if request.url.startswith("file:") else [request.url]))
    tab.goto(page.as_uri())
    tab.wait_for_selector("body[data-drawn]")
    yield tab
    assert wrong == []
    assert tab.evaluate("window.harm") is None
    tab.close()


def test_the_page_in_a_browser(whole_page: Path, subtests: pytest.Subtests):
    """One browser and one page for all: they take seconds to begin."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  # starts a loop of its own

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        for claim in CLAIMS:
            with subtests.test(claim.__name__), opened(browser, whole_page) as tab:
                claim(tab)
        browser.close()


def headlines(tab: Any) -> list[str]:
    return [text[:40] for text in tab.locator("#list h3").all_inner_texts()]


def search_and_filters_find_articles_and_a_diff_is_shown(tab: Any) -> None:
    assert tab.locator("#list h3").count() == 5
    tab.fill("#q", "bridge")
    assert headlines(tab) == ["Bridge opens tomorrow"]
    tab.click("#list h3 a")
    tab.wait_for_selector("#article ins")
    assert (tab.inner_text("#article del"), tab.inner_text("#article ins")) == ("today", "tomorrow")
    tab.click(".back")
    tab.fill("#q", "")
    tab.click("summary")
    tab.select_option("#label", label="exclusive")
    assert "Bridge opens tomorrow" in headlines(tab) and tab.locator("#list h3").count() < 5
    tab.click("button[type=reset]")
    tab.fill("#tag", "Kharkiv")
    tab.wait_for_function("document.querySelectorAll('#list li').length < 5")
    assert headlines(tab) == ["Ще один вечір у місті"]


def charts_are_drawn_and_say_the_same_as_a_table(tab: Any) -> None:
    tab.click("nav a[href='#over-time']")
    figure = tab.locator("figure[data-chart=articles]")
    assert "Articles per" in str(figure.locator("[aria-label]").first.get_attribute("aria-label"))
    assert figure.locator("svg").count() == 1
    figure.locator("summary").click()
    figure.locator("tbody tr").first.wait_for()


def an_article_that_tries_to_do_harm_shows_as_text_and_fits(tab: Any) -> None:
    tab.evaluate("location.hash = '#article/ua:666'")
    tab.wait_for_selector("#article h2")
    assert "<img src=x" in tab.inner_text("#article h2") and "<script>" in tab.inner_text(".text")
    assert tab.locator("a[href^='javascript']").count() == 0
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390


CLAIMS = (
    search_and_filters_find_articles_and_a_diff_is_shown,
    charts_are_drawn_and_say_the_same_as_a_table,
    an_article_that_tries_to_do_harm_shows_as_text_and_fits,
)
