"""What an answer says of its host, and what one to robots.txt says of its rules; pure functions."""

from http import HTTPStatus

from w3lib.encoding import read_bom

REFUSALS = frozenset((HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN))
SUCCESS, REDIRECT, CLIENT_ERROR = 2, 3, 4  # classes of status codes
LARGEST_RULES = 512 * 1024
"""Bytes of robots.txt that are read (RFC 9309, section 2.5)."""


def is_failure(status: int) -> bool:
    """Return whether a status means that the host cannot or will not answer now."""
    return status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in (
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.REQUEST_TIMEOUT,
    )


def is_unwelcome(status: int) -> bool:
    """Return whether a failed host does not want us, rather than cannot answer."""
    return status == HTTPStatus.TOO_MANY_REQUESTS


def is_redirect(status: int) -> bool:
    """Return whether a status leads elsewhere."""
    return status // 100 == REDIRECT


def rules(status: int, body: bytes) -> bytes:
    """Return the rules in an answer to robots.txt, empty when the host has none (RFC 9309, section 2.3.1.3).

    Raises ValueError, saying what came, when they cannot be read: then nothing is allowed (section 2.3.1.4).

    >>> rules(404, b"Not found"), rules(200, b"User-agent: *")
    (b'', b'User-agent: *')
    """
    if status // 100 == CLIENT_ERROR and status != HTTPStatus.TOO_MANY_REQUESTS:
        return b""
    if status // 100 != SUCCESS:
        raise ValueError(f"HTTP {status}")
    text = as_utf8(body[:LARGEST_RULES])
    if text.lstrip()[:1] == b"<":
        raise ValueError("an HTML page")
    return text


def as_utf8(body: bytes) -> bytes:
    """Return rules as the UTF-8 that they should be (section 2.3): Protego reads over every byte that is not."""
    encoding, mark = read_bom(body)
    if encoding is None and b"\0" in body[:2]:  # UTF-16 without its mark: rules begin with ASCII
        encoding = "utf-16-be" if body.startswith(b"\0") else "utf-16-le"
    body = body[len(mark or b"") :]
    return body.decode(encoding, "ignore").encode() if encoding else body
