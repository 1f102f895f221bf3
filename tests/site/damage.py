"""What a request that a fault hits gets: another answer, or the right one damaged."""

import math
import time
from collections.abc import Callable
from dataclasses import replace
from email.utils import formatdate
from zlib import crc32

from espreso_crawler.demo_site.chance import mixed
from espreso_crawler.demo_site.responses import Response
from tests.site.delivery import Delivery, delivery_by
from tests.site.error_pages import challenge_page, error_page
from tests.site.faults import Fault, FaultKind
from tests.site.hostile import gzip_bomb, spoiled_page

_NONSENSE_WORDS = 512


def spoiled(fault: Fault, target: str, answer: Callable[[], Response]) -> Response:
    """Return what a hit request gets; `answer` makes the right response, for the faults that damage one."""
    instead = _INSTEAD.get(fault.kind)
    return instead(fault, target) if instead else _DAMAGED[fault.kind](fault, answer())


def _status(fault: Fault, _target: str) -> Response:
    headers = () if fault.retry_after is None else (("Retry-After", _when(fault.retry_after, fault)),)
    return Response(fault.status, error_page(), headers=headers)


def _when(seconds: int, fault: Fault) -> str:
    # A date that a client compares with its own clock must come from the real one.
    # Whole seconds, never too few of them.
    return formatdate(math.ceil(time.time() + seconds), usegmt=True) if fault.is_date else str(seconds)


def _nonsense(fault: Fault, target: str) -> Response:
    start = crc32(target.encode())
    block = b"".join(mixed(start, place).to_bytes(8, "big") for place in range(_NONSENSE_WORDS))
    return Response(200, (block * (fault.size // len(block) + 1))[: fault.size])


def _redirect(location: str) -> Response:
    return Response(302, b"", headers=(("Location", location),))


def _recoded(response: Response) -> Response:
    return replace(response, body=response.body.decode().encode("windows-1251", "replace"))


def _broken(response: Response, delivery: Delivery) -> Response:
    return replace(response, deliver=delivery_by(delivery))


_INSTEAD: dict[FaultKind, Callable[[Fault, str], Response]] = {
    "status": _status,
    "hang": lambda fault, _: Response(200, b"", deliver=delivery_by(Delivery("hang", fault.seconds))),
    "empty": lambda _, __: Response(200, b""),
    "nonsense": _nonsense,
    "challenge": lambda fault, _: Response(fault.status, challenge_page(), headers=(("cf-mitigated", "challenge"),)),
    "error_page": lambda _, __: Response(200, error_page()),
    "redirect": lambda fault, _: _redirect(fault.location),
    "redirect_loop": lambda _, target: _redirect(target),
    "gzip_bomb": lambda _, __: Response(200, gzip_bomb(), headers=(("Content-Encoding", "gzip"),)),
    "flood": lambda fault, _: Response(200, b"", deliver=delivery_by(Delivery("flood", piece=fault.size))),
    "header_flood": lambda fault, _: Response(
        200, b"", deliver=delivery_by(Delivery("header_flood", piece=fault.size))
    ),
}
_DAMAGED: dict[FaultKind, Callable[[Fault, Response], Response]] = {
    "reset": lambda _, answer: _broken(answer, Delivery("reset")),
    "short": lambda _, answer: _broken(answer, Delivery("short")),
    "chunked_cut": lambda _, answer: _broken(answer, Delivery("chunked_cut")),
    "slow": lambda fault, answer: _broken(answer, Delivery("slow", fault.seconds, fault.size)),
    "cut": lambda _, answer: replace(answer, body=answer.body[: len(answer.body) // 2]),
    "wrong_charset": lambda _, answer: replace(answer, content_type="text/html; charset=windows-1251"),
    "wrong_bytes": lambda _, answer: _recoded(answer),
    "trick": lambda fault, answer: replace(answer, body=spoiled_page(answer.body, fault.trick)),
    "delay": lambda fault, answer: replace(answer, delay=answer.delay + fault.seconds),
}
