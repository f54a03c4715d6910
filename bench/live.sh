#!/usr/bin/env bash
# ./run bench live [--payments N] [--seconds N] [--reads-at N] [--fresh-at N] [--lines N]
#
# The read side over HTTP while payments arrive, on one machine with the load generator and the prober:
#   1. N payments (1,000,000) of 100 merchants are written in bulk; how long until views and money have caught up, and until the store
#      has merged what they wrote
#   2. reads: percentiles of the query classes, nothing else running, then while --reads-at events a second (5,000) arrive, a payment a
#      request or (--lines) so many in a request of NDJSON
#   3. freshness: from the durable answer to visible in list, search and totals while --fresh-at events a second (20,000) arrive
#   4. a rebuild of all views beside the live ones, compared and swapped; reads right afterwards, while the store still merges what was
#      built; then every record verified against the log
# A payment here is two events. Every answer is checked before its time counts (bench/live/probe.py). Results go to
# build/bench/live.jsonl and to the terminal.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

payments=1000000 seconds=20 reads_at=5000 fresh_at=20000 lines=1
while [ $# -gt 0 ]; do
  case "$1" in
    --payments) payments=$2; shift 2 ;;
    --seconds) seconds=$2; shift 2 ;;
    --reads-at) reads_at=$2; shift 2 ;;
    --fresh-at) fresh_at=$2; shift 2 ;;
    --lines) lines=$2; shift 2 ;;
    *) echo "bench live: unknown option $1 (see the top of bench/live.sh)" >&2; exit 2 ;;
  esac
done

readonly BIN=${WONJANG_BENCH_BIN:-$PWD/build/release/bin}
scratch=$(mktemp -d "${TMPDIR:-/tmp}/wjl.XXXX")
results=$PWD/build/bench/live.jsonl
mkdir -p "$(dirname "$results")"
: > "$results"
server= loader=
finish() {
  [ -z "$loader" ] || kill "$loader" 2>/dev/null || true
  [ -z "$server" ] || kill -9 "$server" 2>/dev/null || true
  rm -rf "$scratch"
}
trap finish EXIT
trap 'exit 130' INT TERM
say() { printf 'bench live: %s\n' "$*" >&2; }
note() {
  printf '{"label":"%s","result":%s}\n' "$1" "$2" >> "$results"
  printf '  %-22s %s\n' "$1" "$2" >&2
}
since() { python3 -c "print(round($(date +%s.%N) - $1, 2))"; }

port=$(python3 -c 'import socket; s=socket.socket(); s.bind(("127.0.0.1",0)); print(s.getsockname()[1])')
url=http://127.0.0.1:$port key=$scratch/data/operator.key
"$BIN/wonjang" serve --data-dir "$scratch/data" --listen "127.0.0.1:$port" > "$scratch/server.log" 2>&1 &
server=$!
for _ in $(seq 600); do curl -sf "$url/readyz" >/dev/null 2>&1 && break; sleep 0.05; done
wonjang() { "$BIN/wonjang" "$@" --url "$url" --key-file "$key" --output json; }
resident_mib() { awk '/VmRSS/ {print int($2/1024)}' "/proc/$server/status"; }
sum_of() { curl -sf -H "Authorization: Bearer $(cat "$key")" "$url/metrics" | awk -v name="^wonjang_$1( |{)" '$0 ~ name { sum += $2 } END { print sum + 0 }'; }
wait_for_none() {  # METRIC...: of all of them
  local name sum some=1
  while [ "$some" != 0 ]; do
    some=0
    for name in "$@"; do
      sum=$(sum_of "$name")
      [ "$sum" = 0 ] || some=1
    done
    [ "$some" = 0 ] || sleep 0.2
  done
}
caught_up() { wait_for_none views_lag_events money_lag_events; }
merged() {  # one merge may begin where another ends
  for _ in 1 2 3 4; do
    caught_up
    wait_for_none views_store_running_compactions money_store_running_compactions
    sleep 0.2
  done
}
under_load() {  # EVENTS_PER_SECOND LABEL PROBE
  wonjang load "${arriving[@]}" --rate $(($1 / 2)) --merchants 100 --connections 16 --seconds $((seconds + 6))s --warm-up 2s > "$scratch/load.json" 2>"$scratch/load.log" &
  loader=$!
  sleep 3
  note "$2" "$(python3 bench/live/probe.py "$3" "$url" "$key" "$seconds")"
  wait "$loader" || say "$2: not every payment was taken: $(tail -1 "$scratch/load.log")"
  loader=
  note "$2, arriving" "$(python3 -c 'import json,sys; d=json.load(open(sys.argv[1])); print(json.dumps({k: d[k] for k in ("payments", "per_second", "dropped", "unexpected", "lost")} | {"latency_ms": {k: d["latency_ms"][k] for k in ("p50", "p99")}}))' "$scratch/load.json")"
}

say "writing $payments payments"
began=$(date +%s.%N)
wonjang load --mix bulk --connections 2 --merchants 100 --seconds 36000s --warm-up 0s --requests $((payments / 1000)) > "$scratch/fill.json" 2>"$scratch/fill.log"
note fill "{\"payments\":$payments,\"seconds\":$(since "$began")}"
began=$(date +%s.%N)
wait_for_none views_lag_events
views_after=$(since "$began")
caught_up
money_after=$(since "$began")
merged
note caught-up "{\"views_seconds_after\":$views_after,\"money_too\":$money_after,\"and_merged\":$(since "$began"),\"resident_mib\":$(resident_mib)}"
note reads/quiet "$(python3 bench/live/probe.py reads "$url" "$key" "$seconds")"
arriving=(--mix create)
[ "$lines" = 1 ] || arriving=(--mix bulk --lines "$lines")
under_load "$reads_at" "reads/$reads_at events/s" reads
merged
under_load "$fresh_at" "freshness/$fresh_at events/s" freshness
caught_up
began=$(date +%s.%N)
wonjang views rebuild > "$scratch/rebuild.json" 2>"$scratch/rebuild.log" || { tail -2 "$scratch/rebuild.log" >&2; exit 1; }
while wonjang views status | grep -q '"rebuild":{'; do sleep 0.5; done
note rebuild "{\"seconds\":$(since "$began"),\"resident_mib\":$(resident_mib)}"
note reads/rebuilt "$(python3 bench/live/probe.py reads "$url" "$key" "$seconds")"
began=$(date +%s.%N)
wonjang verify views > "$scratch/verify.json" || { cat "$scratch/verify.json" >&2; exit 1; }
note verify "{\"seconds\":$(since "$began")}"
