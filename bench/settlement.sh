#!/usr/bin/env bash
# ./run bench settlement [--transactions N] [--merchants N] [--no-peer] [--workers N] [--at-once]
#
# One day of N transactions (1,000,000) of 10,000 merchants settled: durable lines with their snapshots, through the real binary; then
# the same day on PostgreSQL 15 both ways people do it: row by row in batches of 1,000 from a client (C, libpq, contracts
# loaded once), and one large statement. Before a time counts, every line's gross, fee, VAT and net, added up per merchant, must be
# equal in all three. What each leaves behind is counted. Results: build/bench/settlement.jsonl and the table at the end.
#
# With --no-peer only the run's own control totals are looked at: its lines are as many as the transactions, none failed. Is it
# linear? Each run adds its time per million to build/bench/settlement_sizes.jsonl, and the end lists what stands there of all sizes.
# The run begins when the storage engines of books, views and money have no compaction left to do of what was fed: how long that took
# is reported beside (ours/compacted), with the debt there was. --at-once begins without, as a house that settles right behind a rush.
# Disk, in the folder of TMPDIR: looked at first; 2 KB a transaction are asked for (some 0.8 stay), 3 more with PostgreSQL.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

transactions=1000000 merchants=10000 peer=1 workers=2 at_once=0
while [ $# -gt 0 ]; do
  case "$1" in
    --transactions) transactions=$2; shift 2 ;;
    --merchants) merchants=$2; shift 2 ;;
    --workers) workers=$2; shift 2 ;;
    --no-peer) peer=0; shift ;;
    --at-once) at_once=1; shift ;;
    *) echo "bench settlement: unknown option $1 (see the top of bench/settlement.sh)" >&2; exit 2 ;;
  esac
done

readonly BIN=${WONJANG_BENCH_BIN:-$PWD/build/release/bin}
readonly WORLD=bench/settlement/world.py DAY=2026-03-03
readonly OURS_BYTES=2000 PEER_BYTES=3000  # of disk for a transaction, with what is there twice for a while
payments=$((transactions * 15 / 16))  # every 15th has a cancel, a transaction of its own
need_mib=$(((transactions * (OURS_BYTES + peer * PEER_BYTES) >> 20) + 1024))
free_mib=$(($(df -Pk "${TMPDIR:-/tmp}" | awk 'NR==2 {print $4}') / 1024))
if [ "$free_mib" -lt "$need_mib" ]; then
  echo "bench settlement: $transactions transactions need about $need_mib MiB in ${TMPDIR:-/tmp}, $free_mib are free: set TMPDIR, or ask for fewer" >&2
  exit 2
fi
scratch=$(mktemp -d "${TMPDIR:-/tmp}/wjs.XXXX")
chmod 755 "$scratch"
results=$PWD/build/bench/settlement.jsonl
mkdir -p "$(dirname "$results")"
: > "$results"
server=
finish() {
  [ -z "$server" ] || kill -9 "$server" 2>/dev/null || true
  [ "$peer" = 0 ] || bench/peers/postgres.sh stop "$scratch/pg" >/dev/null 2>&1 || true
  rm -rf "$scratch"
}
trap finish EXIT
trap 'exit 130' INT TERM
say() { printf 'bench settlement: %s\n' "$*" >&2; }
note() {
  printf '{"label":"%s","result":%s}\n' "$1" "$2" >> "$results"
  printf '  %-24s %s\n' "$1" "$2" >&2
}
now() { date +%s.%N; }
since() { python3 -c "print(round($(now) - $1, 2))"; }
number() { python3 -c 'import json,sys; print(json.load(sys.stdin)'"$1"')'; }

# ---- ours ----

port=$(python3 -c 'import socket; s=socket.socket(); s.bind(("127.0.0.1",0)); print(s.getsockname()[1])')
url=http://127.0.0.1:$port
WONJANG_SETTLEMENT__FOUR_EYES=false WONJANG_SETTLEMENT__WORKERS=$workers "$BIN/wonjang" serve --data-dir "$scratch/ours" --listen "127.0.0.1:$port" > "$scratch/server.log" 2>&1 &
server=$!
for _ in $(seq 600); do curl -sf "$url/readyz" >/dev/null 2>&1 && break; sleep 0.05; done
curl -sf "$url/readyz" >/dev/null || { say "the server isn't ready after 30 s; it said:"; tail -n 20 "$scratch/server.log" >&2; exit 1; }
get() { curl -sf -H "Authorization: Bearer $(cat "$scratch/ours/operator.key")" "$url$1"; }
peak_mib() { awk '/VmHWM/ {print int($2/1024)}' "/proc/$server/status"; }

say "feeding $payments payments of $merchants merchants"
began=$(now)
python3 "$WORLD" feed "$url" "$scratch/ours/operator.key" "$payments" "$merchants" "$scratch"
say "fed in $(since "$began") s; waiting until views and money have seen them"
began=$(now)
behind() { get /v1/views | python3 -c 'import json,sys; print(sum(v["lagEvents"] for v in json.load(sys.stdin)["views"]))'; }
for ((tries = 0; ; ++tries)); do
  lag=$(behind)
  [ "$lag" = 0 ] && break
  ((tries % 10)) || say "$lag events behind"
  sleep 1
done
note ours/followed "{\"seconds\":$(since "$began")}"
# Their numbers are some seconds old when nothing is folded: twice nothing, six seconds apart, is nothing.
debt() {
  curl -sf "$url/metrics" | awk '/^wonjang_(storage_compaction_pending_bytes|(views|money)_store_(pending_compaction_bytes|running_compactions|running_flushes))[{ ]/ {
    sum += $NF; seen = 1 } END {if (!seen) exit 1; printf "%.0f\n", sum}' || { say "/metrics doesn't say what is owed"; return 1; }
}
cpu_seconds() { awk -v hz="$(getconf CLK_TCK)" '{print ($14 + $15) / hz}' "/proc/$server/stat"; }
owed=$(debt) cpu_before=$(cpu_seconds)
began=$(now)
if [ "$at_once" = 0 ]; then
  say "$((owed >> 20)) MiB of compactions owed; waiting until there are none"
  quiet=0
  for _ in $(seq 300); do
    left=$(debt)
    if [ "$left" = 0 ]; then quiet=$((quiet + 1)); else quiet=0; fi
    [ "$quiet" = 2 ] && break
    sleep 6
  done
  [ "$quiet" = 2 ] || say "after half an hour $left bytes and compactions are still owed: the run begins all the same"
fi
note ours/compacted "{\"waited\":$((1 - at_once)),\"seconds\":$(since "$began"),\"owed_mib\":$((owed >> 20)),\"cpu_seconds\":$(awk -v a="$cpu_before" -v b="$(cpu_seconds)" 'BEGIN {print b - a}')}"
began=$(now)
get "/v1/settlement/plans/$DAY" > "$scratch/plan.json"
note ours/plan "{\"seconds\":$(since "$began"),\"items\":$(number '["items"]' < "$scratch/plan.json")}"
bytes_before=$(du -sb "$scratch/ours" | cut -f1)
echo 5 > "/proc/$server/clear_refs" 2>/dev/null || true  # the peak from here on
began=$(now)
"$BIN/wonjang" settlement run "$DAY" --url "$url" --key-file "$scratch/ours/operator.key" --output json > "$scratch/run.json"
took=$(since "$began")
memory=$(peak_mib)
note ours/run "$(python3 bench/settlement/our_run.py "$scratch/run.json" "$took" "$memory" "$transactions")"
if [ "$peer" = 1 ]; then
  say "reading all lines, for the comparison"
  python3 bench/settlement/our_sums.py "$url" "$scratch/ours/operator.key" "$DAY" > "$scratch/ours.csv"
fi
bytes_after=$(du -sb "$scratch/ours" | cut -f1)
note ours/bytes "{\"bytes_per_line\":$(((bytes_after - bytes_before) / transactions)),\"bytes_per_transaction_in_all\":$((bytes_after / transactions))}"
line=$(get "/v1/settlement/runs/$DAY/lines?limit=1" | number '["items"][0]["lineId"]')
explain_ms=$(for _ in $(seq 200); do
  curl -so /dev/null -w '%{time_starttransfer}\n' -H "Authorization: Bearer $(cat "$scratch/ours/operator.key")" "$url/v1/settlement/lines/$line"
done | sort -n | awk '{v[NR]=$1*1000} END {printf "{\"p50_ms\":%.2f,\"p99_ms\":%.2f}", v[int(NR/2)], v[int(NR*0.99)]}')
note ours/explain "$explain_ms"
kill "$server"; wait "$server" 2>/dev/null || true; server=
python3 bench/settlement/sizes.py "$(dirname "$results")/settlement_sizes.jsonl" "$transactions" "$merchants" "$workers" "$took" "$memory" >&2

[ "$peer" = 1 ] || exit 0

# ---- PostgreSQL ----

bench/peers/install.sh >&2
command -v pg_config >/dev/null || DEBIAN_FRONTEND=noninteractive apt-get install -y -q libpq-dev >&2
g++ -std=c++20 -O2 -I"$(pg_config --includedir)" bench/settlement/row_by_row.cc -o "$scratch/row_by_row" -lpq
python3 "$WORLD" tables "$scratch" "$payments" "$merchants"
bench/peers/postgres.sh start "$scratch/pg" >&2
export PGHOST=$scratch/pg/postgres/sockets PGPORT=5432 PGUSER=bench PGDATABASE=postgres
sql() { psql -X -q -A -t -v ON_ERROR_STOP=1 "$@"; }
sql -o /dev/null -f bench/settlement/postgres.sql
sql -c "\\copy txn from '$scratch/transactions.csv' csv" -c "\\copy contract from '$scratch/contracts.csv' csv" -c 'analyze' -c 'checkpoint'
check_peer() {  # LABEL
  sql -F, -c "select merchant, count(*), sum(gross), sum(fee), sum(fee_vat), sum(net) from line group by merchant" > "$scratch/theirs.csv"
  python3 bench/settlement/compare.py "$scratch/ours.csv" "$scratch/theirs.csv" "$scratch/merchants.csv" >&2 || { say "$1 disagrees"; exit 1; }
}
# The server and its client together: the client is a child of this script. Four looks a second: smaps of shared buffers aren't free.
watch_memory() {
  : > "$scratch/peak"
  python3 bench/settlement/peak_memory.py 0.25 "$(head -n 1 "$scratch/pg/postgres/data/postmaster.pid")" $$ > "$scratch/peak" &
  watcher=$!
}
peak_of_peer() {
  kill "$watcher" || { say "the watch over PostgreSQL's memory ended by itself"; exit 1; }
  for _ in $(seq 200); do [ -s "$scratch/peak" ] && break; sleep 0.05; done
  cat "$scratch/peak"
}
left_behind() { sql -c "select json_build_object('lines', count(*), 'bytes_per_line', pg_total_relation_size('line') / count(*), 'snapshots', count(snapshot), 'explanations', 0) from line"; }

watch_memory
result=$("$scratch/row_by_row" "host=$PGHOST user=bench dbname=postgres" "$DAY")
note postgresql/rows-memory "{\"peak_mib\":$(peak_of_peer)}"
check_peer "row by row"
note postgresql/rows "$result"
note postgresql/rows-left "$(left_behind)"
sql -c 'truncate line' -c 'checkpoint'
watch_memory
began=$(now)
sql -v day="$DAY" -f bench/settlement/one_statement.sql
took=$(since "$began")
note postgresql/statement-memory "{\"peak_mib\":$(peak_of_peer)}"
note postgresql/statement "{\"seconds\":$took,\"lines\":$transactions}"
check_peer "one statement"
note postgresql/statement-left "$(left_behind)"
note ratio "$(python3 - "$results" <<'P'
import json, sys
rows = {r["label"]: r["result"] for r in map(json.loads, open(sys.argv[1]))}
ours = rows["ours/run"]["seconds"]
print(json.dumps({"rows_over_ours": round(rows["postgresql/rows"]["seconds"] / ours, 1), "statement_over_ours": round(rows["postgresql/statement"]["seconds"] / ours, 1)}))
P
)"
