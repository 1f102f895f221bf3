"""What an article is about: concepts of the vocabularies found in its text; pure functions, no scrapy."""

from espreso_crawler.tagging.tagger import Tagger, tagger

__all__ = ["Tagger", "tagger"]
