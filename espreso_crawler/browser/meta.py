"""How a request asks for the browser: what a spider puts into its meta, and what it finds in the response's."""

from typing import Any

from espreso_crawler.browser.tab import Tab

KEY = "browser"
BUTTON = "browser_button"
LINKS = "browser_links"
# A step of the browser has its own time limit, and pressing a button twice is not what was asked. Its time says how
# fast scripts run, not how fast the site answers.
STEP = {"max_retry_times": 0, "autothrottle_dont_adjust_delay": True}


def opening(links: int = 0) -> dict[str, Any]:
    """Return meta for a page to be opened in a new tab; ``links`` is how many links it has before its scripts run."""
    return {KEY: None, LINKS: links, **STEP}


def pressing(tab: Tab, button: str) -> dict[str, Any]:
    """Return meta for pressing a button, a CSS selector, on the page that a tab shows."""
    return {KEY: tab, BUTTON: button, **STEP}


def tab_of(meta: dict[str, Any]) -> Tab:
    """Return the open tab behind a response."""
    tab: Tab = meta[KEY]
    return tab


def close_tab(meta: dict[str, Any]) -> None:
    """Close the tab behind a request, if one is open."""
    if meta.get(KEY):
        tab_of(meta).close()
