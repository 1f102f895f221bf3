"""What a page, its answer and its site say against use by machines; nothing is obeyed here."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from espreso_crawler.identity import host_of
from espreso_crawler.pages.json_text import loaded
from espreso_crawler.pages.page import Page
from espreso_crawler.site import AGENT

EVERYBODY = ("*", "robots", "bots")
RESERVED = "tdm-reserved"
NOT_KEPT = frozenset({RESERVED, "noarchive"})
"""A page that asks for one of these is not kept as it is."""
WISHES = {
    "noindex": "noindex",
    "none": "noindex",
    "noarchive": "noarchive",
    "nocache": "noarchive",  # Bing's word for it
    "noai": RESERVED,
}
# A word, and whether it names the crawler that the words after it are for.
WORD = re.compile(r"(?<!\w)([a-z*][\w.*/-]*)\s*(:?)")
# Directives with a value, which may be a word of its own meaning (`max-image-preview:none`).
VALUED = re.compile(r"(?:unavailable_after|max-snippet|max-image-preview|max-video-preview)\s*:\s*[^\s,;]*")
MOST_RULES = 1_000


def opt_outs(page: Page) -> list[str]:
    """Return the wishes of a page: ``noindex``, ``noarchive``, ``tdm-reserved``, each once, in this order.

    Read are ``X-Robots-Tag`` and ``meta`` robots, for all crawlers and for ours (Google's "Robots meta tag
    specifications"), and the header and ``meta`` named ``tdm-reservation`` (W3C, "TDM Reservation Protocol"). Of
    several that contradict one another, the one that asks for more counts.
    """
    return opt_outs_of(page.headers, page.metadata.values)


def opt_outs_of(headers: Mapping[str, str], metadata: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the same from the headers of an answer, and what its page's metadata are: of no page none."""
    found: set[str] = set()
    for name in (*EVERYBODY, AGENT, "x-robots-tag"):
        for content in metadata.get(name, ()):
            found |= set(_wishes(content))
    for line in headers.get("x-robots-tag", "").splitlines():
        found |= set(_wishes(line))
    reservations = (headers.get("tdm-reservation", ""), *metadata.get("tdm-reservation", ()))
    if any(map(_is_reservation, reservations)):
        found.add(RESERVED)
    return [wish for wish in ("noindex", "noarchive", RESERVED) if wish in found]


def reserves_any(body: bytes | None, url: str, others: Iterable[str]) -> bool:
    """Return whether a site's file reserves a page: by its address, or one of its others on the same host."""
    if not body:
        return False
    host = host_of(url)
    return any(reserves(body, urlsplit(each).path) for each in {url, *others} if host_of(each) == host)


def reserves(body: bytes | None, path: str) -> bool:
    """Return whether a site's ``/.well-known/tdmrep.json`` reserves a path; a file that is none reserves nothing.

    The first rule that fits decides; ``*`` stands for anything, ``$`` for the end (the Protocol's section 6.1).

    >>> reserves(b'[{"location": "/news*", "tdm-reservation": 1}]', "/news-a")
    True
    """
    for rule in _rules(body or b""):
        if _fits(rule.get("location"), path):
            return _is_reservation(str(rule.get("tdm-reservation")))
    return False


def _wishes(directives: str) -> Iterable[str]:
    """Yield the wishes of one ``meta`` or header line; a crawler's name holds until the next one or the line's end."""
    agent = None
    for word, colon in WORD.findall(VALUED.sub(" ", directives.lower())):
        if colon:
            agent = word.partition("/")[0]
        elif word in WISHES and agent in (None, AGENT, *EVERYBODY):
            yield WISHES[word]


def _is_reservation(value: str) -> bool:
    return not {"1", "true"}.isdisjoint(re.findall(r"[\w.]+", value.lower()))


@lru_cache(maxsize=16)  # each article asks for its host's
def _rules(body: bytes) -> list[dict[str, Any]]:
    """Return the rules of a site's file, in any Unicode encoding, keys in lower case."""
    read = loaded(body.decode(json.detect_encoding(body), "replace"))
    rules: Any = read.value if read else []
    return [
        {key.lower(): value for key, value in rule.items()}
        for rule in (rules if isinstance(rules, list) else [rules])[:MOST_RULES]
        if isinstance(rule, dict)
    ]


def _fits(location: object, path: str) -> bool:
    if not isinstance(location, str):
        return False
    location = re.sub(r"^\w+://[^/]*", "", location)
    if not location.startswith(("/", "*")):
        location = f"/{location}"
    pieces = [re.escape(piece) for piece in re.split(r"\*+", location.removesuffix("$"))]
    # Each piece taken where it first fits: no pattern, however odd, is tried twice over.
    pattern = "".join(f"(?>.*?{piece})" if number else piece for number, piece in enumerate(pieces))
    return re.match(pattern + ("$" if location.endswith("$") else ""), path, re.DOTALL) is not None
