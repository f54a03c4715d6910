#!/usr/bin/env bash
# ./run bench settlement [--transactions N] [--merchants N] [--no-peer] [--workers N]
#
# One day of N transactions (1,000,000) of 10,000 merchants settled: durable lines with their snapshots, through the real binary; then
# the same day on PostgreSQL 15 both ways people do it: row by row in batches of 1,000 from a client (C, libpq, contracts
# loaded once), and one large statement. Before a time counts, every line's gross, fee, VAT and net, added up per merchant, must be
# equal in all three. What each leaves behind is counted. Results: build/bench/settlement.jsonl and the table at the end.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

transactions=1000000 merchants=10000 peer=1 workers=2
while [ $# -gt 0 ]; do
  case "$1" in
    --transactions) transactions=$2; shift 2 ;;
    --merchants) merchants=$2; shift 2 ;;
    --workers) workers=$2; shift 2 ;;
    --no-peer) peer=0; shift ;;
    *) echo "bench settlement: unknown option $1 (see the top of bench/settlement.sh)" >&2; exit 2 ;;
  esac
done

readonly BIN=${WONJANG_BENCH_BIN:-$PWD/build/release/bin}
readonly WORLD=bench/settlement/world.py DAY=2026-03-03
payments=$((transactions * 15 / 16))  # every 15th has a cancel, a transaction of its own
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
get() { curl -sf -H "Authorization: Bearer $(cat "$scratch/ours/operator.key")" "$url$1"; }
peak_mib() { awk '/VmHWM/ {print int($2/1024)}' "/proc/$server/status"; }

say "feeding $payments payments of $merchants merchants"
began=$(now)
python3 "$WORLD" feed "$url" "$scratch/ours/operator.key" "$payments" "$merchants" "$scratch"
say "fed in $(since "$began") s; waiting until the money side has seen them"
began=$(now)
get "/v1/settlement/plans/$DAY" > "$scratch/plan.json" || { sleep 60; get "/v1/settlement/plans/$DAY" > "$scratch/plan.json"; }
note ours/plan "{\"seconds\":$(since "$began"),\"items\":$(number '["items"]' < "$scratch/plan.json")}"
bytes_before=$(du -sb "$scratch/ours" | cut -f1)
echo 5 > "/proc/$server/clear_refs" 2>/dev/null || true  # the peak from here on
began=$(now)
"$BIN/wonjang" settlement run "$DAY" --url "$url" --key-file "$scratch/ours/operator.key" --output json > "$scratch/run.json"
took=$(since "$began")
note ours/run "{\"seconds\":$took,\"lines\":$(number '["totals"][0]["lines"]' < "$scratch/run.json"),\"failed\":$(number '["totals"][0]["failed"]' < "$scratch/run.json"),\"peak_mib\":$(peak_mib),\"profile\":$(number '["profile"]' < "$scratch/run.json" | tr "'" '"')}"
python3 bench/settlement/our_sums.py "$url" "$scratch/ours/operator.key" "$DAY" > "$scratch/ours.csv"
note ours/bytes "{\"bytes_per_line\":$(( ($(du -sb "$scratch/ours" | cut -f1) - bytes_before) / transactions ))}"
line=$(get "/v1/settlement/runs/$DAY/lines?limit=1" | number '["items"][0]["lineId"]')
explain_ms=$(for _ in $(seq 200); do
  curl -so /dev/null -w '%{time_starttransfer}\n' -H "Authorization: Bearer $(cat "$scratch/ours/operator.key")" "$url/v1/settlement/lines/$line"
done | sort -n | awk '{v[NR]=$1*1000} END {printf "{\"p50_ms\":%.2f,\"p99_ms\":%.2f}", v[int(NR/2)], v[int(NR*0.99)]}')
note ours/explain "$explain_ms"
kill "$server"; wait "$server" 2>/dev/null || true; server=

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
  kill "$watcher"
  until [ -s "$scratch/peak" ]; do sleep 0.05; done
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
