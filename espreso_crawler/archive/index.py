"""CDXJ: where each answer stands in a file, by address and time, as pywb and other readers of archives expect it."""

import json
import re
from datetime import datetime
from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import urlsplit

WORLD_WIDE = re.compile(r"^www\d*\.")


class Place(NamedTuple):
    """One answer in a file."""

    url: str
    at: datetime
    mime: str
    status: int
    digest: str
    """Of the payload as it was sent."""
    offset: int
    length: int
    """Of the gzip member, in bytes."""


def line(place: Place, name: str) -> bytes:
    """Return a line of the index of the file `name`, with its end."""
    told = {
        "url": place.url,
        "mime": place.mime,
        "status": str(place.status),
        "digest": place.digest,
        "length": str(place.length),
        "offset": str(place.offset),
        "filename": name,
    }
    return f"{sort_key(place.url)} {place.at:%Y%m%d%H%M%S} {json.dumps(told)}\n".encode()


def sort_key(url: str) -> str:
    """Return an address as an index sorts it (SURT): the host's names from the last to the first.

    >>> sort_key("https://www.Espreso.tv/News?b=2&a=1"), sort_key("http://127.0.0.1:8000/")
    ('tv,espreso)/news?a=1&b=2', '127.0.0.1:8000)/')
    """
    parts = urlsplit(url.lower())
    host = WORLD_WIDE.sub("", parts.hostname or "")
    name = host if _is_number(host) else ",".join(reversed(host.split(".")))
    port = f":{parts.port}" if parts.port else ""
    query = "&".join(sorted(parts.query.split("&")))
    return f"{name}{port}){parts.path or '/'}" + (f"?{query}" if query else "")


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
