"""Espreso's "Read also" news feed as clean, complete, provable JSON Lines."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from espreso_crawler.exceptions import PageError
    from espreso_crawler.extraction import extract
    from espreso_crawler.items import Article

__all__ = ["Article", "PageError", "__version__", "extract"]
__version__ = "0.1.0"

# What other programs use is imported when it is asked for: the parsers take a tenth of a second.
_HOMES = {"Article": "items", "PageError": "exceptions", "extract": "extraction"}


def __getattr__(name: str) -> Any:
    """Import what other programs use (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415  # nobody else needs it here

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
