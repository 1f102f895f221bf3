#!/bin/sh
# Ten questions in jq 1.6 or newer: sh docs/recipes/with_jq.sh FOLDER. Prints one object: question -> rows.
# jq holds everything in memory at once: for more than some ten thousand articles take DuckDB.
output=${1:-output}
exec jq -n -f "$(dirname "$0")/questions.jq" "$output"/articles/*/*.jsonl "$output"/runs/*.json
