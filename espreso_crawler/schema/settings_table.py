"""The tables of settings in the docs, made from `options.py` and `scrapy_settings.py`."""

from espreso_crawler.options import OPTIONS
from espreso_crawler.scrapy_settings import FIXED

MARK = "<!-- {}: made from {} by: python -m espreso_crawler.schema -->"
END = "<!-- end of {} -->"


def with_options(page: str) -> str:
    """Return the page with a fresh table of this project's settings."""
    rows = [
        f"| `{name}` | {'not set' if option.default is None else f'`{option.default}`'} | {option.allowed.short} "
        f"| {option.meaning} |"
        for name, option in OPTIONS.items()
    ]
    table = ["", "| setting | default | allowed | meaning |", "|---|---|---|---|", *rows, ""]
    return _filled(page, "settings", "options.py", table)


def with_refused(page: str) -> str:
    """Return the page with a fresh table of the settings of Scrapy's that are refused."""
    rows = [f"| `{name}` | {fixed.why} | {fixed.instead} |" for name, fixed in FIXED.items()]
    table = ["", "| setting | why | what to do |", "|---|---|---|", *rows, ""]
    return _filled(page, "refused", "scrapy_settings.py", table)


def _filled(page: str, what: str, source: str, lines: list[str]) -> str:
    """Return a page with lines between its marks; ValueError when it has none."""
    begin, end = MARK.format(what, source), END.format(what)
    before, rest = page.split(begin)
    _, after = rest.split(end)
    return "\n".join([before + begin, *lines, end + after])
