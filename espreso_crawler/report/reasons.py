"""Why a field has its value, in sentences: the record's provenance, for people."""

from collections.abc import Iterator, Mapping
from typing import Any

SOURCES = {
    "markup": "the page itself",
    "jsonld": "its structured data",
    "og": "its Open Graph metadata",
    "feed": "its entry in the news feed",
    "structure": "the page's structure, because the known markup was gone",
}


def reasons(record: Mapping[str, Any]) -> Iterator[list[Any]]:
    """Yield for each field its name, a sentence, the value as it stood there, and who says something else."""
    for line in record["provenance"]:
        others = [[SOURCES.get(other["source"], other["source"]), other["raw"]] for other in line["others"]]
        yield [line["field"], sentence(line), line["raw"], others]


def sentence(line: Mapping[str, Any]) -> str:
    """Return where a value came from and who confirms it.

    >>> sentence({"source": "markup", "agrees": True, "others": []})
    'From the page itself; the other sources say the same.'
    """
    source = SOURCES.get(line["source"], line["source"])
    if line["agrees"]:
        return f"From {source}; the other sources say the same."
    if line["agrees"] is None:
        return f"From {source}; no other source can confirm it."
    names = " and ".join(dict.fromkeys(SOURCES.get(other["source"], other["source"]) for other in line["others"]))
    return f"From {source}; {names or 'another source'} says something else."


def tag_reason(tag: Mapping[str, Any], *, is_public: bool) -> str:
    """Return why an article has a tag: the words that stand in it, and how often."""
    mentions = tag["mentions"]
    if not mentions:
        return "follows from a label or the rubric"
    where = {"headline": "the headline", "description": "the lead", "article_body": "the text"}
    fields = " and ".join(where[name] for name in where if any(each["field"] == name for each in mentions))
    times = "once" if len(mentions) == 1 else f"{len(mentions)} times"
    words = "" if is_public else ": " + ", ".join(f"“{word}”" for word in dict.fromkeys(_words(mentions)))
    return f"{times}, in {fields}{words}"


def _words(mentions: list[Mapping[str, Any]]) -> Iterator[str]:
    for mention in mentions[:12]:
        yield mention["surface"][:60]
