# The questions of with_jq.sh.

def seconds: # of 2026-11-22T18:00:00+02:00, since 1970
  if . == null then null
  elif endswith("Z") then fromdateiso8601
  else (.[0:19] + "Z" | fromdateiso8601) - (.[19:20] + "1" | tonumber) * ((.[20:22] | tonumber) * 60 + (.[23:25] | tonumber)) * 60
  end;
def quantile($q): # between the two nearest
  sort | ((length - 1) * $q) as $at | ($at | floor) as $low
  | .[$low] + ((.[$low + 1] // .[$low]) - .[$low]) * ($at - $low);
def rounded($digits): pow(10; $digits) as $unit | . * $unit | round / $unit;
def counted(f): group_by(f) | map((.[0] | f) + {count: length});

[inputs] as $lines
| ($lines | map(select(has("exit_code") and has("gaps")))) as $runs
| ($lines | map(select(has("schema_version") and has("evidence")))) as $revisions
| ([$revisions[] | .id as $id | .retracts[] | {key: "\($id) \(.)", value: true}] | from_entries) as $taken_back
| ($revisions | map(select(.event != "retracted" and ($taken_back["\(.id) \(.revision)"] | not)))
   | group_by(.id) | map(max_by(.revision)) | map(select(.event != "removed" and .event != "erased"))) as $articles
| [$articles[] | {id, edition, at: (.date_published | seconds)} + (.tags[] | {tag: .id, kind, name})] as $named

| {
    articles_a_day: ($articles | counted({day: .date_published_day, edition})
      | map({day, edition, articles: .count}) | sort_by(.edition) | group_by(.day) | reverse | add),

    most_named: (([$articles[].date_published | seconds] | max - 7 * 86400) as $week
      | $named | map(select(.kind == "person" and .at != null and .at > $week)) | counted({name})
      | map({name, articles: .count}) | sort_by(-.articles, .name) | .[:10]),

    revised: ([$revisions[] | select(.event == "revised") | {change_kind, silent} + {field: .changes[]}] | counted(.)
      | map({field, change_kind, silent, revisions: .count}) | sort_by(-.revisions, .field, .change_kind, .silent)),

    silent_headlines: ([$revisions | map(select(.headline != null)) | group_by(.id)[] | sort_by(.revision)
      | range(1; length) as $n
      | select(.[$n].silent and (.[$n].changes | index("headline")))
      | {id: .[$n].id, before: .[$n - 1].headline, after: .[$n].headline, seen_at: .[$n].fetched_at}] | sort_by(.seen_at, .id)),

    named_together: ([$named | map(select(.kind == "person" or .kind == "organisation" or .kind == "country"))
      | group_by(.id)[] | map(.name) | . as $names | .[] as $one | $names[] | select($one < .) | {one: $one, other: .}]
      | counted(.) | map({one, other, articles: .count}) | sort_by(-.articles, .one, .other) | .[:10]),

    first_to_report: ([$named | map(select(.at != null)) | group_by(.tag)[]
      | group_by(.edition) | map(min_by(.at)) | sort_by(.at, .edition) | select(length > 1)
      | {tag: .[0].tag, edition: .[0].edition, minutes_ahead: ((.[1].at - .[0].at) / 60 | floor)}]
      | sort_by(-.minutes_ahead, .tag) | .[:10]),

    near_copies: (([$articles[] | {key: .id, value: .date_published}] | from_entries) as $published
      | [$articles[] | select(.near_duplicate_of != null)
         | ($published[.near_duplicate_of] | seconds) as $before | (.date_published | seconds) as $at
         | {id, near_duplicate_of, similarity, minutes_after: (if $before and $at then ($at - $before) / 60 else null end)}]),

    opinion_share: [$articles | group_by(.edition)[]
      | {edition: .[0].edition, articles: length, opinions: (map(select(.labels | index("opinion"))) | length)}
      | . + {share: (.opinions / .articles | rounded(3))}],

    latency: [$revisions | map(select(.event == "created" and .date_published != null)) | group_by(.edition)[]
      | map({edition, minutes: (((.emitted_at | seconds) - (.date_published | seconds)) / 60)})
      | {edition: .[0].edition, articles: length,
         p50_minutes: (map(.minutes) | quantile(0.5) | rounded(1)), p95_minutes: (map(.minutes) | quantile(0.95) | rounded(1))}],

    gaps: [$runs | max_by(.ended_at) | .gaps | sort_by(.host, .newest)[] | {host, oldest, newest, reason}]
  }
