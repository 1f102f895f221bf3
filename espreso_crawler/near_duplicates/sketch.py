"""A text in 512 bytes: MinHash over three-word shingles, and the keys by which near-copies meet."""

import re
from array import array
from dataclasses import dataclass
from hashlib import blake2b
from typing import Self

from rensa import RMinHash

from espreso_crawler.items import Article
from espreso_crawler.near_duplicates.numbers import counted, disagree
from espreso_crawler.near_duplicates.story import story

PERMUTATIONS = 128
SEED = 20_220_224
"""Fixed for ever: signatures in the ledger are compared with those of later runs."""
BANDS, ROWS = 16, 3
"""16 keys of 3 values meet with 88 % at half the shingles in common, with 98 % at three fifths, with 99.9 % at
three quarters. Every key of a text changes a page of the index: more keys cost more in writing than they find."""
LOW_BITS, HIGH_BITS = (int.from_bytes(bits * PERMUTATIONS, "little") for bits in (b"\xff\xff\xff\x7f", b"\0\0\0\x80"))
"""Of each number in a signature: all bits but the highest, and the highest."""
SHINGLE = 3
FEWEST_WORDS = 25
"""A shorter text says too little to be somebody's copy."""
NEAR = 0.5
"""Share of common shingles from which two texts are near-duplicates: half a text cut away is just one."""
WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Sketch:
    """What is kept of a text to compare it."""

    signature: bytes
    """128 numbers of 32 bits, in the machine's order of bytes."""
    numbers: bytes
    """See `numbers.counted`."""

    def to_bytes(self) -> bytes:
        """Return the sketch as the ledger keeps it."""
        return self.signature + self.numbers

    @classmethod
    def from_bytes(cls, kept: bytes) -> Self:
        """Return what `to_bytes` gave."""
        return cls(kept[: 4 * PERMUTATIONS], kept[4 * PERMUTATIONS :])

    def keys(self) -> list[int]:
        """Return the band keys: near-copies share at least one. Signed, as SQLite's integers are."""
        width = 4 * ROWS
        parts = (self.signature[at : at + width] for at in range(0, BANDS * width, width))
        digests = (blake2b(b"%d:" % band + part, digest_size=8).digest() for band, part in enumerate(parts))
        return [int.from_bytes(digest, "big", signed=True) for digest in digests]

    def similarity(self, other: "Sketch") -> float:
        """Return the estimated share of common shingles, 0 to 1."""
        # Numbers that are equal leave a zero, and adding the most of 31 bits to any other sets its highest bit: all at
        # once, in a tenth of the time of comparing them one by one.
        difference = int.from_bytes(self.signature, "little") ^ int.from_bytes(other.signature, "little")
        differing = (((difference & LOW_BITS) + LOW_BITS) | difference) & HIGH_BITS
        return 1 - differing.bit_count() / PERMUTATIONS

    def is_near(self, other: "Sketch") -> bool:
        """Whether the texts are nearly the same, and do not count the same thing differently."""
        return self.similarity(other) >= NEAR and not disagree(self.numbers, other.numbers)


def sketch(article: Article) -> Sketch | None:
    """Return the sketch of an article, None when its story is too short."""
    paragraphs = story(article)
    words = WORD.findall(" ".join(paragraphs).casefold())
    if len(words) < FEWEST_WORDS:
        return None
    minhash = RMinHash(PERMUTATIONS, SEED)
    minhash.update(list(map(" ".join, zip(*(words[at:] for at in range(SHINGLE)), strict=False))))
    everything = filter(None, [article.headline, article.description, *(article.article_body or "").split("\n")])
    return Sketch(array("I", minhash.digest()).tobytes(), counted(everything))
