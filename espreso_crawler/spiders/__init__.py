"""Spiders: where links come from, and every request; what a page says is read in `pages`."""
