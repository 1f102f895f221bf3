"""What a page says of the visitor it was served to, taken out before the page is kept or passed on."""

import re
from collections.abc import Callable
from ipaddress import ip_address

# A name of something that belongs to one visit, with its value in quotes: an attribute, a JSON key, a variable.
SECRET = rb"(?:csrf|xsrf|session|sessid|visitor|client[-_]?(?:id|ip)|user[-_]?ip|remote[-_]?addr|nonce|[-_]token)"
NAMED = re.compile(
    rb"((?<![\w-])[\w-]*" + SECRET + rb"[\w-]*[\"']?\s*[:=]\s*)(?:\"[^\"<>\n]*\"|'[^'<>\n]*')", re.IGNORECASE
)
# The same as two attributes of one element, in either order: `<meta name="csrf-token" content="…">`.
ELEMENT = re.compile(
    rb"<(?:meta|input)\b[^>]*(?:name|id)\s*=\s*[\"']?[\w-]*(?:" + SECRET + rb"|_token)[\w-]*[^>]*>", re.IGNORECASE
)
VALUE = re.compile(rb"((?<![\w-])(?:content|value)\s*=\s*)(?:\"[^\"]*\"|'[^']*'|[^\s>\"']+)", re.IGNORECASE)
# Cloudflare: its script's parameters, the token of its beacon, the id of an answer.
PARAMETERS = re.compile(rb"(__CF\$cv\$params\s*=\s*)\{[^}]*\}")
BEACON = re.compile(rb"(data-cf-beacon\s*=\s*)(?:'[^']*'|\"[^\"]*\")", re.IGNORECASE)
RAY = re.compile(rb"((?:cf-?)?ray(?:[\s_-]*id)?\W{1,40}(?:<\w+>)?)[0-9a-f]{16}(?:-[A-Z]{3})?", re.IGNORECASE)
ADDRESS = re.compile(
    rb"(?<![\w.:])(?:(?:\d{1,3}\.){3}\d{1,3}|(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4})(?![\w.:])", re.IGNORECASE
)


def without_visitor(body: bytes, record: Callable[[bytes], object]) -> bytes:
    """Return a page without tokens, Cloudflare's ids, nonces and public IP addresses; cookies are never in it.

    ``record`` returns what the parsers make of a body. A rule that would change that is left out for this page: what
    it found is part of the article, not of the visit.
    """
    before = record(body)
    for rule in (_elements, _named, _cloudflare, _addresses):
        changed = rule(body)
        if changed != body and record(changed) == before:
            body = changed
    return body


def _elements(body: bytes) -> bytes:
    return ELEMENT.sub(lambda found: VALUE.sub(rb'\1""', found[0]), body)


def _named(body: bytes) -> bytes:
    return NAMED.sub(rb'\1""', body)


def _cloudflare(body: bytes) -> bytes:
    body = PARAMETERS.sub(rb"\1{}", body)
    return RAY.sub(rb"\g<1>0000000000000000", BEACON.sub(rb'\1""', body))


def _addresses(body: bytes) -> bytes:
    return ADDRESS.sub(_blank, body)


def _blank(found: re.Match[bytes]) -> bytes:
    try:
        is_public = ip_address(found[0].decode()).is_global
    except ValueError:
        return found[0]
    return b"0.0.0.0" if is_public else found[0]
