"""What a page's `meta`, `link` and JSON-LD elements say, by name in any case and wherever the parser put them."""

from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

ELEMENTS = ("meta", "link", "noscript", "script")
NAMES = ("property", "name", "http-equiv", "id")
JSON_LD = "ld+json"  # in the type, which may have a parameter too, such as a charset


@dataclass(slots=True)
class Metadata:
    """Metadata in document order; names in lower case."""

    values: dict[str, list[str]] = field(default_factory=dict)
    """`meta` contents by ``property``, ``name``, ``http-equiv``, ``id``, `link` targets by ``rel``: all of them."""
    alternates: list[tuple[str, str]] = field(default_factory=list)
    """``hreflang`` and target of the alternate addresses."""
    jsonld: list[str] = field(default_factory=list)
    """The blocks of structured data, as text."""

    @classmethod
    def of(cls, tree: LexborHTMLParser) -> "Metadata":
        """Return the metadata of a page.

        The whole tree is asked: a stray character or element in the head moves all that follows it into the body. What
        stands in a ``noscript`` counts too: it is meant for visitors without scripts.
        """
        found = cls()
        nodes = found._take(tree)
        scripts = ((node.attributes.get("type") or "", node) for node in nodes["script"])
        found.jsonld = [node.text() for type_, node in scripts if JSON_LD in type_.lower()]
        for node in nodes["noscript"]:  # with scripting on, its content is text
            text = node.text().lower()
            if "<meta" in text or "<link" in text:
                found._take(LexborHTMLParser(node.text(), scripting=False))
        return found

    def first(self) -> dict[str, str]:
        """Return the first value of each name."""
        return {name: values[0] for name, values in self.values.items()}

    def _take(self, tree: LexborHTMLParser) -> dict[str, list[LexborNode]]:
        nodes: dict[str, list[LexborNode]] = {name: [] for name in ELEMENTS}
        for node in tree.css(", ".join(nodes)):  # one walk: each costs a tenth of the parse
            nodes[node.tag or ""].append(node)
        for node in nodes["meta"]:
            attributes = node.attributes
            content = attributes.get("content")
            if not content or content.isspace():
                continue
            for key in NAMES:
                if name := attributes.get(key):
                    for each in name.lower().split(","):  # one attribute may list several
                        self.values.setdefault(each.strip(), []).append(content)
        for node in nodes["link"]:
            self._take_link(node)
        return nodes

    def _take_link(self, node: LexborNode) -> None:
        attributes = node.attributes
        href, rels = attributes.get("href"), (attributes.get("rel") or "").lower().split()
        for rel in rels if href else ():
            self.values.setdefault(rel, []).append(href or "")
        language = attributes.get("hreflang")
        if href and language and "alternate" in rels:
            self.alternates.append((language.strip().lower(), href))
