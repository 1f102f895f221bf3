"""The places where a ledger can be, as settings and commands are given them: which are right, and no password shown."""

import re
from typing import Any

SQLITE, POSTGRESQL = "sqlite:///", "postgresql://"
WORDS = "sqlite:///PATH or postgresql://USER@HOST/DATABASE (its password only by PGPASSWORD or ~/.pgpass)"
"""What a person may give."""
_PASSWORD = re.compile(r"(://[^:/@\s]*:(?=[^\s?]*@)|password=)[^@&\s]*")


def is_place(value: Any) -> bool:
    """Whether a value names the place of a ledger: an SQLite file, or a PostgreSQL database without a password."""
    text = str(value)
    is_whole = text.startswith((SQLITE, POSTGRESQL)) and text not in (SQLITE, POSTGRESQL)
    return is_whole and without_password(text) == text


def without_password(value: Any) -> Any:
    """Return a value without the password of an address in it.

    >>> without_password("postgresql://me:secret@db/news?password=secret")
    'postgresql://me:***@db/news?password=***'
    """
    return _PASSWORD.sub(r"\1***", value) if isinstance(value, str) else value
