"""HTML as the text that a reader sees: one table of elements, one line of text, one walk through blocks."""

from espreso_crawler.pages.text.run import line_of, lines_of

__all__ = ["line_of", "lines_of"]
