"""The items of a list and the rows of a table: each once, however they are nested."""

from collections.abc import Callable

from selectolax.lexbor import LexborNode

from espreso_crawler.pages.text.elements import LISTS, Display, display
from espreso_crawler.pages.text.run import Run, RunLink, line_of

ITEMS = LISTS | {"li", "tr", "table"}
HOLDS_ITEMS = "ul, ol, menu, dir, table, li, tr"
NESTED = "ul, ol, menu, dir, table"
DEEPEST_ITEM = 100


class Items:
    """Items in the order in which they are shown: a list inside an item follows the item's own words."""

    def __init__(self, new_run: Callable[[], Run]) -> None:
        self.items: list[str] = []
        self.links: list[RunLink] = []
        """With places in the items joined by line breaks."""
        self.media: list[LexborNode] = []
        self.caption: str | None = None
        """Of a table."""
        self._new_run = new_run
        self._run = new_run()
        self._start = 0
        self._depth = 0

    def add(self, node: LexborNode) -> None:
        """Take a list, a table or what is inside one; what stands outside the items is an item of its own."""
        self._depth += 1
        child = node.first_child
        while child is not None:
            self._add_child(child)
            child = child.next
        self._depth -= 1
        if not self._depth:
            self._end_item()

    def _add_child(self, node: LexborNode) -> None:
        tag, shown = node.tag, display(node)
        if shown is Display.HIDDEN:
            return
        if tag == "caption" and self.caption is None:
            self.caption = line_of(node)
        elif self._depth > DEEPEST_ITEM:  # deeper than any newsroom nests, and Python's stack is finite
            self._run.add(node)
        elif tag in ITEMS:
            self._end_item()
            if tag in ("li", "tr") and node.css_first(NESTED) is None:  # as a rule: what is asked once for all in it
                self._run.add_children(node)
            else:
                self.add(node)
            self._end_item()
        elif shown is not Display.TEXT and node.first_child is not None and node.css_first(HOLDS_ITEMS) is not None:
            self._run.owes_space = True
            self.add(node)
            self._run.owes_space = True
        else:
            self._run.add(node)

    def _end_item(self) -> None:
        run, self._run = self._run, self._new_run()
        self.media += run.media
        text = run.text().replace("\n", " ")
        if text:
            self.links += [RunLink(link.url, link.start + self._start, link.end + self._start) for link in run.links]
            self.items.append(text)
            self._start += len(text) + 1
