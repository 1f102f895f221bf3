"""Lists that a person edits, as TOML and TSV files; read and checked here, used elsewhere."""

import tomllib
from importlib.resources import files
from typing import Any


def vocabulary(name: str) -> dict[str, Any]:
    """Return the content of ``<name>.toml`` of this folder; works from a zipped egg too."""
    return tomllib.loads(files(__name__).joinpath(f"{name}.toml").read_text("utf-8"))
