"""Codes of published schemes as web addresses, for formats that name concepts by them."""

from espreso_crawler.vocabularies.concepts import Concept

# Where each scheme publishes its concepts; a scheme that has no such place (iso, wof) gives no address.
ADDRESSES = {
    "wd": "http://www.wikidata.org/entity/{}",
    "geonames": "https://sws.geonames.org/{}/",
    "medtop": "http://cv.iptc.org/newscodes/mediatopic/{}",
    "genre": "http://cv.iptc.org/newscodes/genre/{}",
}
SAME = ("", "exactMatch")
"""Relations of a concept to its code that make them one thing; the others (SKOS) only say how they are related."""


def addresses(concept: Concept | None) -> list[str]:
    """Return the addresses of a concept's codes, whatever their relation to it."""
    codes = (code.partition(":") for code in (concept.same_as if concept else ()))
    return [ADDRESSES[scheme].format(number) for scheme, _, number in codes if scheme in ADDRESSES]


def same_as(concept: Concept | None) -> list[str]:
    """Return the addresses of codes that mean the same as the concept."""
    return addresses(concept) if concept and concept.mapping in SAME else []
