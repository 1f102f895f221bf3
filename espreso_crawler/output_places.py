"""The places where the output can be, as the setting is given them: which are right; credentials never are."""

import os
from typing import Any
from urllib.parse import urlsplit

FILE, SCHEMES = "file://", ("s3://", "gs://", "az://")
"""How the addresses of a folder and of object storage begin."""
WORDS = (
    "the path of a folder, or s3://BUCKET/PREFIX, gs://… or az://… (no part of PREFIX empty, . or ..; credentials only "
    "from the environment)"
)
"""What a person may give."""


def is_folder(value: Any) -> bool:
    """Whether a value is the path of a folder: no address, which would name a folder ``s3:`` here."""
    return isinstance(value, str | os.PathLike) and str(value) != "" and "://" not in str(value)


def is_place(value: Any) -> bool:
    """Whether a value names an output: a folder, or a bucket by an address that holds no credentials."""
    if is_folder(value):
        return True
    parts = urlsplit(str(value))
    if parts.query or parts.fragment or "@" in parts.netloc:
        return False
    if parts.scheme == "file":
        return not parts.netloc and parts.path.strip("/") != ""
    return str(value).startswith(SCHEMES) and bool(parts.netloc) and _is_prefix(parts.path)


def _is_prefix(path: str) -> bool:
    """Whether a path of an address names a place as a listing names it: a client leaves out what stands for no folder.

    >>> [_is_prefix(path) for path in ("", "/", "/a/b/", "/a//b", "/../a", "//")]
    [True, True, True, False, False, False]
    """
    key = path.removeprefix("/")
    return not key or not {"", ".", ".."}.intersection(key.removesuffix("/").split("/"))


def without_credentials(value: Any) -> Any:
    """Return a value without what an address of a bucket must not hold: a user, a password, a query.

    >>> without_credentials("s3://key:secret@news/x?sig=secret")
    's3://***@news/x?***'
    """
    if not (isinstance(value, str) and value.startswith(SCHEMES)):
        return value
    address, question, _ = value.partition("?")
    scheme, _, rest = address.partition("://")
    user, at, place = rest.rpartition("@")
    return f"{scheme}://{'***' if user else ''}{at}{place}{'?***' if question else ''}"
