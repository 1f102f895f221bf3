"""The site after a redesign, or as another edition: each layout rewrites a finished page, so renderers stay plain."""

import re
from collections.abc import Callable, Mapping

from espreso_crawler.demo_site import layouts as demo_site
from espreso_crawler.demo_site.edition import Edition
from espreso_crawler.demo_site.escaping import escaped
from espreso_crawler.demo_site.layouts import Rewrite, renamed
from tests.site.chunks import chunk

_NEWS_ARTICLE = re.compile(r'<script type="application/ld\+json">[^\n]*?"@type":"NewsArticle".*?</script>\n')
_HEADER_DATE = re.compile(r'<div class="news__author_date__date">(.*?)</div>\n')
_HEADER_TIME = re.compile(r'<div class="news__author_date__time">(.*?)</div>\n')
_ENTRY_TIME = re.compile(r'<div class="main_time">(.*?)</div>(.*?)<div class="ttx ">(.*?)</div>', re.DOTALL)
_TAPE = re.compile(r'<div id="js-tape-scroll-trigger">.*?btn-black_oval.*?</a>\n</div>\n</div>\n</div>\n', re.DOTALL)
_TAPE_CONTENT = re.compile(
    r'<div id="js-newsTapeContent">(.*?</div>\n)</div>\n<a [^>]*btn-black_oval[^>]*>(.*?)</a>\n', re.DOTALL
)
_DAY_HEADING = re.compile(
    r'<div class="date_title"><div class="year_date"> (\d{4}), [^<]* </div>'
    r'<div class="date_title"> (\d+) (\S+) </div></div>'
)
_TAGS = '<section class="similar_by_tag tags-cloud">'
_HEADER = re.compile(
    r'<section class="header_current_article">.*?(?=<section class="content_current_article">)', re.DOTALL
)
_AUTHOR = re.compile(r'<div class="news__author_date__author">.*?</div>\n')
_JSONLD_AUTHOR = re.compile(r'"author":\{[^{}]*\},')
_TAG = re.compile(r'<div class="similar_by_tag_container">(?!.*?/news")[^\n]*\n?')
_JSONLD_TAGS = re.compile(r'"keywords":"[^"]*",')
_LEAD = re.compile(r'<h2 class="text-subtitle">.*?</h2>\n')
_LEAD_IN_HEAD = re.compile(r'<meta [^>]*(?:name="description"|property="og:description")[^>]*>\n?')
_JSONLD_LEAD = re.compile(r'"description":"(?:[^"\\\\]|\\\\.)*"')
_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
_H1 = re.compile(r"(<h1[^>]*>).*?(?=</h1>)")
_OWN_ADDRESS = re.compile(
    r'(<link rel="canonical" href="|<meta property="og:url" content=")(https?://[^/"]+)/[^"?]*-[^"]*'
)
_NUMBER = re.compile(r' data-(?:news_id|entity-id|id)="\d+"')


def _without_jsonld(page: str, _words: Edition, _seed: int) -> str:
    return _NEWS_ARTICLE.sub("", page)


def _with_times_moved(page: str, _words: Edition, _seed: int) -> str:
    """Put date and time below the body, and a feed entry's time behind its headline."""
    day, clock = _HEADER_DATE.search(page), _HEADER_TIME.search(page)
    if day:
        stamp = f'<div class="story-stamp"><span>{day[1]}</span><span>{clock[1] if clock else ""}</span></div>\n'
        page = _HEADER_TIME.sub("", _HEADER_DATE.sub("", page)).replace(_TAGS, stamp + _TAGS)
    return _ENTRY_TIME.sub(r'\2<div class="ttx ">\3</div><div class="stamp">\1</div>', page)


def _with_body_moved(page: str, _words: Edition, _seed: int) -> str:
    page = page.replace('<section class="content_current_article">', '<section class="story">')
    return page.replace('<div class="news-content">', '<div class="story-text">')


def _without_feed(page: str, _words: Edition, _seed: int) -> str:
    return _TAPE.sub("", page)


def _with_new_dates(page: str, words: Edition, _seed: int) -> str:
    """Write every date as 14.12.2025."""
    return _redated(page, words, lambda year, month, day: f"{day:02}.{month:02}.{year}")


def _with_roman_dates(page: str, words: Edition, _seed: int) -> str:
    """Write every date as 14/XII/2025."""
    return _redated(page, words, lambda year, month, day: f"{day:02}/{_ROMAN[month - 1]}/{year}")


def _redated(page: str, words: Edition, written: Callable[[int, int, int], str]) -> str:
    months = {name: place for place, name in enumerate(words.months, start=1)}
    weekdays = "|".join(re.escape(escaped(name)) for name in words.weekdays)
    full = re.compile(rf"(\d+) ({'|'.join(words.months)}), (\d{{4}}) (?:{weekdays})")
    page = full.sub(lambda found: written(int(found[3]), months[found[2]], int(found[1])), page)
    return _DAY_HEADING.sub(
        lambda found: f'<div class="date_title"> {written(int(found[1]), months[found[3]], int(found[2]))} </div>',
        page,
    )


def _without_author(page: str, _words: Edition, _seed: int) -> str:
    return _JSONLD_AUTHOR.sub("", _AUTHOR.sub("", page))


def _without_tags(page: str, _words: Edition, _seed: int) -> str:
    return _JSONLD_TAGS.sub("", _TAG.sub("", page))


def _without_number(page: str, _words: Edition, _seed: int) -> str:
    return _NUMBER.sub("", page)


def _without_lead(page: str, _words: Edition, _seed: int) -> str:
    return _JSONLD_LEAD.sub('"description":""', _LEAD_IN_HEAD.sub("", _LEAD.sub("", page)))


def _with_new_header(page: str, words: Edition, seed: int) -> str:
    return _HEADER.sub(lambda header: renamed(header[0], words, seed), page)


def _with_the_sites_name_as_h1(page: str, words: Edition, _seed: int) -> str:
    return _H1.sub(rf"\g<1>{escaped(words.strings['site_name'])}", page)


def _at_one_address(page: str, _words: Edition, _seed: int) -> str:
    """Name the news list as the address of every article."""
    return _OWN_ADDRESS.sub(r"\1\2/news", page)


def _with_wrong_weekday(page: str, words: Edition, _seed: int) -> str:
    """Print a wrong weekday in each article's header, so that it contradicts itself."""
    following = {escaped(name): escaped(words.weekdays[place - 6]) for place, name in enumerate(words.weekdays)}
    weekday = re.compile("|".join(map(re.escape, following)))
    return _HEADER_DATE.sub(lambda found: weekday.sub(lambda name: following[name[0]], found[0]), page)


def _all(*rewrites: Callable[[str, Edition, int], str]) -> Callable[[str, Edition, int], str]:
    def rewrite(page: str, words: Edition, seed: int) -> str:
        for each in rewrites:
            page = each(page, words, seed)
        return page

    return rewrite


def _with_script_feed(page: str, _words: Edition, _seed: int) -> str:
    """Leave the feed empty, for a script to fill."""
    return _TAPE_CONTENT.sub(lambda found: _filled_by_script("", found[2], shown=0), page)


def _with_script_more(page: str, _words: Edition, _seed: int) -> str:
    """Serve the feed, but turn the link below it into a button that appends the next entries by script."""
    return _TAPE_CONTENT.sub(lambda found: _filled_by_script(found[1], found[2], shown=1), page)


def _filled_by_script(content: str, more: str, *, shown: int) -> str:
    script = chunk("script_feed").replace("@more@", more).replace("@shown@", str(shown))
    return f'<div id="js-newsTapeContent">{content}</div>\n{script}'


def _with_nosy_script(page: str, words: Edition, seed: int) -> str:
    """Build the feed by script, and let another script try everything that a browser can be asked to do."""
    return _with_script_feed(page, words, seed).replace("</body>", f"{chunk('nosy_script')}</body>")


def _with_stuck_script(page: str, words: Edition, seed: int) -> str:
    """Build the feed by script, and let another script never end."""
    return _with_script_feed(page, words, seed).replace("</body>", f"{chunk('stuck_script')}</body>")


LAYOUTS: Mapping[str, Rewrite] = {
    **demo_site.LAYOUTS,
    "challenge": None,
    "no_jsonld": _without_jsonld,
    "time_moved": _with_times_moved,
    "body_moved": _with_body_moved,
    "no_feed": _without_feed,
    "new_dates": _with_new_dates,
    "roman_dates": _with_roman_dates,
    "no_author": _without_author,
    "no_tags": _without_tags,
    "no_number": _without_number,
    "new_header": _with_new_header,
    "no_lead": _without_lead,
    "global": _all(_without_author, _without_tags),
    "bare": _all(_without_author, _without_tags, _without_number, _without_jsonld),
    "strange": _all(_with_new_header, _without_jsonld),
    "site_h1": _with_the_sites_name_as_h1,
    "site_h1_bare": _all(_with_the_sites_name_as_h1, _without_jsonld),
    "one_address": _all(_at_one_address, _without_number),
    "wrong_weekday": _with_wrong_weekday,
    "script_feed": _with_script_feed,
    "script_more": _with_script_more,
    "nosy_script": _with_nosy_script,
    "stuck_script": _with_stuck_script,
}
