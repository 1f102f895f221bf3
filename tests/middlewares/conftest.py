"""The demo site and the desk of the spiders' tests."""

from tests.spiders.conftest import demo, desk

__all__ = ["demo", "desk"]
