"""Pieces of markup and script of the tests' own, in `chunks.html` beside this file."""

from functools import partial

from espreso_crawler.demo_site import chunks

chunk = partial(chunks.chunk, package=__package__)
