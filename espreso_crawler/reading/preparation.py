"""What is made of an article where its page is read: tags, and the sketch for near-copies."""

from dataclasses import dataclass

from espreso_crawler.items import Article
from espreso_crawler.near_duplicates import Sketch, sketch
from espreso_crawler.tagging import Tagger


@dataclass(slots=True)
class Prepared:
    """What belongs to the text as it was read; of no use once a part of that is taken out."""

    sketch: Sketch | None


@dataclass(frozen=True, slots=True)
class Preparation:
    """Which of it is made."""

    tagger: Tagger | None = None
    is_sketched: bool = False

    def of(self, article: Article) -> Prepared | None:
        """Tag and sketch an article."""
        if self.tagger:
            self.tagger.tag(article)
        return Prepared(sketch(article)) if self.is_sketched else None
