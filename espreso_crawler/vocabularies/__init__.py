"""Lists that a person edits, as TOML files; read here, used elsewhere."""

import hashlib
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


def vocabulary(name: str) -> dict[str, Any]:
    """Return the content of ``<name>.toml`` of this folder; works from a zipped egg too."""
    return tomllib.loads(files(__name__).joinpath(f"{name}.toml").read_text("utf-8"))


@cache
def vocabulary_version() -> str:
    """Return ``sha256:`` and a digest over the vocabulary files: two records with the same were tagged alike."""
    rows = sorted(
        (entry.name, entry.read_bytes())
        for entry in files(__name__).iterdir()
        if entry.name.endswith(".toml")
    )
    return (
        "sha256:"
        + hashlib.sha256(b"".join(name.encode() + b"\0" + content for name, content in rows)).hexdigest()
    )
