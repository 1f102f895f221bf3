"""The site after a redesign: each layout rewrites a finished page, so renderers stay plain."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from zlib import crc32

from espreso_crawler.demo_site.chance import mixed
from espreso_crawler.demo_site.edition import Edition

Rewrite = Callable[[str, Edition, int], str] | None
"""Makes a page of the site (its HTML, words and seed) into one of the layout; None leaves it as it is."""

_NAMES = re.compile(r'(?<=\s)(class|id)=(["\'])([^"\']*)\2')


def renamed(page: str, _words: Edition, seed: int) -> str:
    """Give every class and id another name."""

    def names(found: re.Match[str]) -> str:
        return f'{found[1]}="{" ".join(_new_name(name, seed) for name in found[3].split())}"'

    return _NAMES.sub(names, page)


@lru_cache(maxsize=4096)
def _new_name(name: str, seed: int) -> str:
    return f"n{mixed(seed, crc32(name.encode())):x}"[:9]


LAYOUTS: Mapping[str, Rewrite] = {"plain": None, "renamed": renamed}
