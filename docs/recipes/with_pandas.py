"""Ten questions in pandas: python docs/recipes/with_pandas.py FOLDER."""

import json
import sys
from pathlib import Path

import pandas as pd

from espreso_crawler.schema import arrow

output = Path(sys.argv[1] if len(sys.argv) > 1 else "output")
articles = arrow.articles(output).to_pandas(types_mapper=pd.ArrowDtype)
revisions = arrow.revisions(output).to_pandas(types_mapper=pd.ArrowDtype)
named = articles[["id", "edition", "date_published", "tags"]].explode("tags").dropna(subset="tags")
named = named.assign(
    **{new: [tag[old] for tag in named["tags"]] for new, old in (("tag", "id"), ("kind", "kind"), ("name", "name"))}
)
runs = [json.loads(path.read_text("utf-8")) for path in (output / "runs").glob("*.json")]


def articles_a_day():
    days = articles.groupby(["date_published_day", "edition"]).size().rename("articles").reset_index()
    return days.rename(columns={"date_published_day": "day"}).sort_values(["day", "edition"], ascending=[False, True])


def most_named():
    week = named["date_published"] > articles["date_published"].max() - pd.Timedelta(days=7)
    people = named[week & (named["kind"] == "person")].groupby("name").size().rename("articles").reset_index()
    return people.sort_values(["articles", "name"], ascending=[False, True]).head(10)


def revised():
    changes = revisions[revisions["event"] == "revised"].explode("changes").rename(columns={"changes": "field"})
    counts = changes.groupby(["field", "change_kind", "silent"]).size().rename("revisions").reset_index()
    order = ["revisions", "field", "change_kind", "silent"]
    return counts.sort_values(order, ascending=[False, True, True, True])[
        ["field", "change_kind", "silent", "revisions"]
    ]


def silent_headlines():
    texts = revisions.dropna(subset="headline").sort_values(["id", "revision"])
    texts = texts.assign(before=texts.groupby("id")["headline"].shift())
    texts = texts[
        [
            silent is True and "headline" in changes
            for silent, changes in zip(texts["silent"], texts["changes"], strict=True)
        ]
    ]
    changed = texts.rename(columns={"headline": "after", "fetched_at": "seen_at"})
    return changed[["id", "before", "after", "seen_at"]].sort_values(["seen_at", "id"])


def named_together():
    who = named.loc[named["kind"].isin(["person", "organisation", "country"]), ["id", "name"]]
    pairs = who.merge(who, on="id").query("name_x < name_y").rename(columns={"name_x": "one", "name_y": "other"})
    counts = pairs.groupby(["one", "other"]).size().rename("articles").reset_index()
    return counts.sort_values(["articles", "one", "other"], ascending=[False, True, True]).head(10)


def first_to_report():
    firsts = named.groupby(["tag", "edition"])["date_published"].min().dropna().rename("at").reset_index()
    firsts = firsts.sort_values(["tag", "at", "edition"])
    ahead = firsts.groupby("tag")["at"].shift(-1) - firsts["at"]
    firsts = firsts.assign(minutes_ahead=ahead.astype("timedelta64[s]").dt.total_seconds() / 60)
    first = firsts.drop_duplicates("tag").dropna(subset="minutes_ahead")[["tag", "edition", "minutes_ahead"]]
    return first.sort_values(["minutes_ahead", "tag"], ascending=[False, True]).head(10)


def near_copies():
    originals = articles[["id", "date_published"]].rename(
        columns={"id": "near_duplicate_of", "date_published": "before"}
    )
    copies = articles.dropna(subset="near_duplicate_of").merge(originals, on="near_duplicate_of", how="left")
    minutes = (copies["date_published"] - copies["before"]).astype("timedelta64[s]").dt.total_seconds() / 60
    return copies.assign(minutes_after=minutes)[["id", "near_duplicate_of", "similarity", "minutes_after"]].sort_values(
        "id"
    )


def opinion_share():
    shares = articles.assign(opinions=["opinion" in labels for labels in articles["labels"]])
    shares = shares.groupby("edition").agg(articles=("id", "size"), opinions=("opinions", "sum")).reset_index()
    return shares.assign(share=(shares["opinions"] / shares["articles"]).round(3))


def latency():
    created = revisions[revisions["event"] == "created"].dropna(subset="date_published")
    waits = (created["emitted_at"] - created["date_published"]).astype("timedelta64[s]").dt.total_seconds() / 60
    minutes = waits.groupby(created["edition"])
    figures = {
        "articles": minutes.size(),
        "p50_minutes": minutes.quantile(0.5).round(1),
        "p95_minutes": minutes.quantile(0.95).round(1),
    }
    return pd.DataFrame(figures).reset_index()


def gaps():
    newest = max(runs, key=lambda run: run["ended_at"])
    return pd.DataFrame(newest["gaps"], columns=["host", "oldest", "newest", "reason"]).sort_values(["host", "newest"])


QUESTIONS = (
    articles_a_day, most_named, revised, silent_headlines, named_together,
    first_to_report, near_copies, opinion_share, latency, gaps,
)  # fmt: skip

if __name__ == "__main__":
    for question in QUESTIONS:
        print(question.__name__, question().to_string(index=False), sep="\n")
