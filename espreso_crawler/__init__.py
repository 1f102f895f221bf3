"""Espreso's "Read also" news feed as clean, complete, provable JSON Lines."""

__version__ = "0.1.0"
