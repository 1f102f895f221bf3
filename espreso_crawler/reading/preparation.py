"""Work of the pipelines on one article alone, done where its page is read: tags, and the sketch for near-copies."""

from dataclasses import dataclass
from pathlib import Path

from espreso_crawler.items import Article
from espreso_crawler.near_duplicates import Sketch, sketch
from espreso_crawler.tagging import Tagger, tagger
from espreso_crawler.vocabularies.concepts import Kind


@dataclass(slots=True)
class Prepared:
    """What was made of an article; of no use once a part of the article was taken out."""

    is_tagged: bool
    """Whether its tags are on it."""
    is_sketched: bool
    sketch: Sketch | None


@dataclass(slots=True)
class Preparation:
    """Which work is done ahead: a pipeline asks for its own when it is made."""

    is_tagged: bool = False
    vocabularies: str | None = None
    """A user's folder of vocabularies."""
    without: frozenset[Kind] = frozenset()
    """Kinds that are not tagged."""
    is_sketched: bool = False

    def warm(self) -> None:
        """Load the vocabularies."""
        if self.is_tagged:
            self._tagger()

    def of(self, article: Article) -> Prepared:
        """Tag and sketch an article."""
        if self.is_tagged:
            self._tagger().tag(article)
        return Prepared(self.is_tagged, self.is_sketched, sketch(article) if self.is_sketched else None)

    def _tagger(self) -> Tagger:
        return tagger(Path(self.vocabularies) if self.vocabularies else None, self.without)
