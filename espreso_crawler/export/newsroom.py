"""What several exports say in the same way: who the newsroom is, an article's URI, the time of a version."""

from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from espreso_crawler.site import NEWSROOM_NAMES


def is_newsroom(author: str) -> bool:
    """Whether an author's name is the newsroom's.

    >>> is_newsroom("Еспресо"), is_newsroom("Olena Pryklad")
    (True, False)
    """
    return author.casefold() in NEWSROOM_NAMES


def urn(identity: str) -> str:
    """Return an article's id as a URI that stays when its address changes (RFC 9562, version 5).

    >>> urn("global:1001")
    'urn:uuid:b53b619c-2c8c-5f76-93c8-78b94455c83e'
    """
    return f"urn:uuid:{uuid5(NAMESPACE_URL, f'espreso_crawler:{identity}')}"


def version_created(record: dict[str, Any]) -> str:
    """Return when the text of a revision came to be, as ISO text with offset.

    What the site says; for a change that it keeps quiet about, when we saw it.
    """
    told = [record[name] for name in ("date_published", "date_modified") if record[name]]
    if not told or (record["event"] == "revised" and record["silent"]):
        told.append(record["fetched_at"] or record["emitted_at"])
    return str(max(told, key=datetime.fromisoformat))
