"""What all pages of one host have in common: scripts, menus, widgets, footer, filler for size."""

from bisect import bisect_right
from collections.abc import Iterable
from functools import lru_cache
from itertools import accumulate

from espreso_crawler.demo_site.chance import Dice
from espreso_crawler.demo_site.chunks import chunk
from espreso_crawler.demo_site.edition import Edition, Link
from espreso_crawler.demo_site.escaping import escaped, hidden_email

_FILLER_UNITS = 400
_ICON_POINTS = 24
_ADDRESS = "info@news.example"


def icon(name: str) -> str:
    """Return a small drawing: `search_icon` or `arrow_icon`."""
    return chunk(name).strip()


class Frame:
    """The static parts of the pages of one edition under one base URL, as UTF-8 bytes.

    They hold `@cf@` and `@ray@`, which differ on every fetch.
    """

    def __init__(self, words: Edition, base: str, seed: int) -> None:
        self.words = words
        self.base = base
        self.link = lru_cache(maxsize=512)(self._link)
        """`link(target, css)`: an `a` element that leads to a page of the site by its name (cached)."""
        self.head = chunk("head_scripts").encode()
        self.top = (chunk("body_open") + self._website()).encode()
        self.header = (self._header() + self._pre_content()).encode()
        self.widgets = (self._weather() + self._money()).encode()
        self.footer = self._footer().encode()
        self.end = chunk("page_end").encode()
        units = [self._filler_unit(Dice(seed, 11, place), place) for place in range(_FILLER_UNITS)]
        self._filler = "".join(units).encode()
        self._filler_ends = list(accumulate((len(unit.encode()) for unit in units), initial=0))

    def filler(self, size: int) -> bytes:
        """Return whole banners and drawings of about `size` bytes in all; as much as there is for more."""
        return self._filler[: self._filler_ends[bisect_right(self._filler_ends, max(0, size)) - 1]]

    def _website(self) -> str:
        name = self.words.strings["site_name"]
        return (
            '<script type="application/ld+json">{ "@context": "https://schema.org", "@type": "WebSite", '
            f'"name": "{name}", "url": "{self.base}", "potentialAction": {{ "@type": "SearchAction", '
            f'"target": "{self.base}/search-results?q={{search_term_string}}", '
            '"query-input": "required name=search_term_string" '
            '}, "sameAs": [ "https://social.example/demo" ]}</script>\n'
        )

    def _header(self) -> str:
        strings, base = self.words.strings, self.base
        bar = (*self.words.menu[:4], *self.words.rubrics, self.words.column_rubric)
        columns = (self.words.menu, self.words.rubrics, self.words.tags[:13], self.words.tags[13:])
        menu = "\n".join(f'<ul class="sandvich_sub_menu_col">{self._entries(column)}</ul>' for column in columns)
        return (
            '<header class="site-header">\n<div class="site-header_violet_line js-violet-header">\n'
            '<div class="region_news"><div class="region_news_body js-add-active-class">'
            '<span id="js-open-news-region" '
            'style="display: flex"><a class="text-title region_news_selected_city first active " '
            f'href="{base}/">'
            '<img class="home_svg" src="/img/home_svg.svg" alt=""></a></span></div></div>\n'
            f'<div class="site-header_logo_container"><a href="{base}/">'
            '<img src="/img/px.gif" width="128" height="22" '
            f'data-src="{base}/svg/logo.svg" class="lazy" alt="{strings["site_name"]}"></a></div>\n'
            f'<a href="{base}/stream" class="go-to-stream"></a>\n'
            '<div class="site-header_search js-add-active-class '
            f'disable"><input type="search" id="jsSiteSearch" data-search-url="{base}/search-results" '
            f'placeholder="{strings["search_hint"]}"><button type="submit" '
            f'class="submit_btn">{strings["search"]}'
            f'</button><div id="js-search-btn">{icon("search_icon")}</div></div>\n'
            f'<div class="site-header_burger-menu disable more-down ">\n{menu}\n</div>\n</div>\n'
            '<nav class="site-header_under_violet_line_container"><ul class="site-header_under_violet_line">'
            f"{self._entries(bar)}</ul></nav>\n</header>\n"
        )

    def _pre_content(self) -> str:
        blocks = "".join(
            f'<div class="pre_content_header_block_left">{self.link(link)}</div>\n' for link in self.words.rubrics[:3]
        )
        return (
            '<div class="main-wrapper ">\n<div class="main_content_in">\n'
            '<div class="pre_content_header_block"><div class="wrapper_container">'
            '<div class="wrapper_container_box">\n'
            f"{blocks}</div></div></div>\n"
        )

    def _weather(self) -> str:
        cities = "\n".join(
            f'<li class="js-weather-city-item" data-city-weather-id="{place}" data-temp=""> {city} </li>'
            for place, city in enumerate(self.words.weather_cities, start=1)
        )
        return (
            '<div class="api-widgets ">\n<div class="api-weather-widget js-add-active-class '
            'api-widgets_item api-elem">\n'
            '<div class="api-weather-widget_active_city">'
            '<div class="active_city_weather" id="js-weather-current-city">'
            f'{self.words.weather_cities[0]}</div><div class="icon-arr-bottom"></div>'
            '<div class="api-weather-widget_active_city_last_row"><div id="js-weather-current-temp" '
            'class="api-weather-widget_active_city_temp"> +4.0°C </div></div></div>\n'
            f'<ul class="api-weather-widget_second_list">\n{cities}\n</ul>\n</div>\n'
        )

    def _money(self) -> str:
        strings = self.words.strings
        money = chunk("money").replace("@buy@", strings["buy"]).replace("@sell@", strings["sell"])
        return money.replace("@base@", self.base) + "</div>\n"

    def _footer(self) -> str:
        words, strings = self.words, self.words.strings
        links = (*words.menu, *words.rubrics, words.column_rubric, *words.tags, *words.authors)
        writers = tuple(Link(author.slug, author.name) for author in words.columnists)
        return (
            '<div class="footer">\n<div class="footer_top_nav"><ul>\n'
            f"{self._entries((*links, *writers))}\n</ul></div>\n"
            f'<div class="footer_apps_links"><a href="{self.base}/rss" '
            f'class="rss">{icon("search_icon")}</a></div>\n'
            '<div class="footer_bottom_nav"><div class="container"><ul class="bottom_menu">'
            f'<li class="copyright">&copy; {strings["site_name"]}</li></ul></div></div>\n'
            f'<div class="boottom_description"><p>{strings["terms"]} <a href="/cdn-cgi/l/email-protection" '
            f'class="__cf_email__" data-cfemail="{hidden_email(_ADDRESS)}">[email&#160;protected]</a>. '
            f"{strings['rates']}</p></div>\n</div>\n"
        )

    def _entries(self, links: Iterable[Link]) -> str:
        return "\n".join(f"<li>{self.link(link)}</li>" for link in links)

    def _filler_unit(self, dice: Dice, place: int) -> str:
        if dice.chance(2):
            return chunk("banner").replace("@number@", str(100 + place))
        points = "".join(
            f"C{dice.below(240) / 10} {dice.below(240) / 10} {dice.below(240) / 10} {dice.below(240) / 10} "
            f"{dice.below(240) / 10} {dice.below(240) / 10}"
            for _ in range(_ICON_POINTS)
        )
        return (
            '<div class="soc-icon"><svg width="24" height="24" viewBox="0 0 24 24" fill="none" '
            f'xmlns="http://www.w3.org/2000/svg"><path d="M0 0{points}Z" fill="black"/></svg></div>\n'
        )

    def _link(self, target: Link, css: str = "") -> str:
        attribute = f' class="{css}"' if css else ""
        return f'<a{attribute} href="{self.base}/{target.slug}">{escaped(target.name)}</a>'
