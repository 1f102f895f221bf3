"""Pieces of markup and script that stand in `chunks.html`, by name."""

from functools import lru_cache
from importlib.resources import files


@lru_cache
def chunk(name: str, package: str = "espreso_crawler.demo_site") -> str:
    """Return a piece of a package's file; raises `KeyError` for an unknown name."""
    text = files(package).joinpath("chunks.html").read_text(encoding="utf-8")
    parts = (part.partition("-->\n") for part in text.split("<!--chunk ")[1:])
    return {key: piece for key, _, piece in parts}[name]
