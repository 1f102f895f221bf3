"""What a page, its answer and its site say against use by machines; nothing is obeyed here."""

import re
from collections.abc import Iterable

import orjson

from espreso_crawler.pages.page import Page

AGENT = "espreso_crawler"
"""The product token a site may address."""
WISHES = {"noindex": "noindex", "none": "noindex", "noarchive": "noarchive"}
RESERVED = "tdm-reserved"
# Directives that themselves hold a colon; before any other colon stands the name of a crawler.
WITH_VALUE = frozenset(("unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"))
MOST_RULES = 1_000


def opt_outs(page: Page) -> list[str]:
    """Return the wishes of a page: ``noindex``, ``noarchive``, ``tdm-reserved``, each once, in this order.

    Read are ``X-Robots-Tag`` and ``meta`` robots, for all crawlers and for ours (Google's "Robots meta tag
    specifications"), and the header and ``meta`` named ``tdm-reservation`` (W3C, "TDM Reservation Protocol").
    """
    found = set(_wishes(page.headers.get("x-robots-tag", "")))
    for name in ("robots", AGENT):
        found |= set(_wishes(page.meta.get(name, "")))
    if "1" in (page.headers.get("tdm-reservation", "").strip(), page.meta.get("tdm-reservation", "").strip()):
        found.add(RESERVED)
    return [wish for wish in ("noindex", "noarchive", RESERVED) if wish in found]


def reserves(body: bytes | None, path: str) -> bool:
    """Return whether a site's ``/.well-known/tdmrep.json`` reserves a path; a file that is none reserves nothing.

    The first rule that fits decides; ``*`` stands for anything, ``$`` for the end (the Protocol's section 6.1).

    >>> reserves(b'[{"location": "/news*", "tdm-reservation": 1}]', "/news-a")
    True
    """
    try:
        rules = orjson.loads(body or b"[]")
    except orjson.JSONDecodeError:
        return False
    for rule in rules[:MOST_RULES] if isinstance(rules, list) else ():
        if isinstance(rule, dict) and _fits(rule.get("location"), path):
            return rule.get("tdm-reservation") in (1, "1", True)
    return False


def _wishes(directives: str) -> Iterable[str]:
    agent = None
    for part in directives.lower().split(","):
        name, colon, rest = part.strip().partition(":")
        if colon and name.strip() not in WITH_VALUE:
            agent, name = name.strip(), rest
        if agent in (None, AGENT) and name.strip() in WISHES:
            yield WISHES[name.strip()]


def _fits(location: object, path: str) -> bool:
    if not isinstance(location, str):
        return False
    pieces = [re.escape(piece) for piece in re.split(r"\*+", location.removesuffix("$"))]
    # Each piece taken where it first fits: no pattern, however odd, is tried twice over.
    pattern = "".join(f"(?>.*?{piece})" if number else piece for number, piece in enumerate(pieces))
    return re.match(pattern + ("$" if location.endswith("$") else ""), path, re.DOTALL) is not None
