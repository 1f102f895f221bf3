"""Pieces of markup and script that stand in `chunks.html`, by name."""

from functools import lru_cache
from importlib.resources import files


@lru_cache
def chunk(name: str) -> str:
    """Return a piece; raises `KeyError` for an unknown name."""
    text = files("espreso_crawler.demo_site").joinpath("chunks.html").read_text(encoding="utf-8")
    parts = (part.partition("-->\n") for part in text.split("<!--chunk ")[1:])
    return {key: piece for key, _, piece in parts}[name]
