"""Parsers against mutated pages: no exception but the documented ones, bounded time, valid output."""
