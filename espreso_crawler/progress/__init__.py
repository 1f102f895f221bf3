"""How far a crawl or a command is: one set of figures, as a live display, as a log line, and as a table at the end."""

from espreso_crawler.progress.commands import Track, tracking, untracked

__all__ = ["Track", "tracking", "untracked"]
