"""When two articles are nearly the same text: sketches of texts and their comparison; no database, no scrapy."""

from espreso_crawler.near_duplicates.sketch import Sketch, sketch

__all__ = ["Sketch", "sketch"]
