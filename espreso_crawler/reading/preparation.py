"""Work of the pipelines on one article alone, done where its page is read: tags, and the sketch for near-copies."""

from dataclasses import dataclass

from espreso_crawler.items import Article
from espreso_crawler.near_duplicates import Sketch, sketch
from espreso_crawler.tagging import Tagger


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

    tagger: Tagger | None = None
    is_sketched: bool = False

    def of(self, article: Article) -> Prepared:
        """Tag and sketch an article."""
        if self.tagger:
            self.tagger.tag(article)
        return Prepared(self.tagger is not None, self.is_sketched, sketch(article) if self.is_sketched else None)
