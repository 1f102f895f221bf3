"""Tests of the demo site, without the crawler."""
