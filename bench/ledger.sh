#!/usr/bin/env bash
# ./run bench ledger [--seconds N] [--rounds N] [--payments N] [--no-peers] [--only PART[,PART]]
#
# The ledger beside PostgreSQL 15 and MariaDB 10.11 in one run, alternating, all with synced writes, each tuned by its manual
# (bench/peers/README.md). Load generator and server share the machine. Nothing counts before it is verified: ours by asking for
# acknowledged payments again (same ids) and by `wonjang check`, the peers by counting rows and money.
#
# A peer keeps the ledger's tables and nothing else; so does `wonjang/...` (serving.enabled and money.enabled are false). What it
# does by default, with the views and the money side folding beside it, is `wonjang+views/...`.
#
#   create    one payment with its approval per HTTP request, 64 connections; closed loop, then open loop at 2/3 of that
#   retries   10 % identical repeats, 1 % same key with another body
#   bulk      NDJSON bodies of 1,000 payments, 4 connections
#   big       --payments (10,000,000) payments: bytes on disk, memory, kill -9 to the first acknowledged write
#
# One JSON line per measurement goes to build/bench/ledger.jsonl; the table at the end is made from it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

seconds=30 rounds=3 payments=10000000 peers=1 only=create,retries,bulk,big
while [ $# -gt 0 ]; do
  case "$1" in
    --seconds) seconds=$2; shift 2 ;;
    --rounds) rounds=$2; shift 2 ;;
    --payments) payments=$2; shift 2 ;;
    --no-peers) peers=0; shift ;;
    --only) only=$2; shift 2 ;;
    *) echo "bench ledger: unknown option $1 (see the top of bench/ledger.sh)" >&2; exit 2 ;;
  esac
done
wants() { case ",$only," in *",$1,"*) return 0 ;; *) return 1 ;; esac; }

readonly BIN=$PWD/build/release/bin
scratch=$(mktemp -d "${TMPDIR:-/tmp}/wjb.XXXX")
chmod 755 "$scratch"
results=$PWD/build/bench/ledger.jsonl
mkdir -p "$(dirname "$results")"
: > "$results"
server=
finish() {
  [ -z "$server" ] || kill -9 "$server" 2>/dev/null || true
  if [ "$peers" = 1 ]; then
    bench/peers/postgres.sh stop "$scratch/pg" >/dev/null 2>&1 || true
    bench/peers/mariadb.sh stop "$scratch/maria" >/dev/null 2>&1 || true
  fi
  rm -rf "$scratch"
}
trap finish EXIT
trap 'exit 130' INT TERM

say() { printf '%s\n' "$*" >&2; }
note() {  # LABEL JSON: one measurement
  printf '{"label":"%s","result":%s}\n' "$1" "$2" >> "$results"
  printf '  %-28s %s\n' "$1" "$2" >&2
}

# ---- ours ----

free_port() { python3 -c 'import socket; s=socket.socket(); s.bind(("127.0.0.1",0)); print(s.getsockname()[1])'; }
start_server() {  # DIR
  port=$(free_port)
  url=http://127.0.0.1:$port
  WONJANG_SERVING__ENABLED=${beside:-false} WONJANG_MONEY__ENABLED=${beside:-false} "$BIN/wonjang" serve --data-dir "$1" --listen "127.0.0.1:$port" > "$scratch/server.log" 2>&1 &
  server=$!
  for _ in $(seq 600); do
    curl -sf "$url/readyz" >/dev/null 2>&1 && return 0
    kill -0 "$server" 2>/dev/null || { tail -5 "$scratch/server.log" >&2; return 1; }
    sleep 0.05
  done
  say "the server wasn't ready within 30 s"; return 1
}
stop_server() { kill "$server" 2>/dev/null; wait "$server" 2>/dev/null || true; server=; }
load() {  # DIR OPTION...
  local dir=$1; shift
  "$BIN/wonjang" load --url "$url" --key-file "$dir/operator.key" --output json "$@" 2>>"$scratch/load.log"
}
resident_mib() { awk '/VmRSS/ {print int($2/1024)}' "/proc/$server/status"; }
check_book() {  # DIR: everything stored follows from the events
  "$BIN/wonjang" check --data-dir "$1" >"$scratch/check.log" 2>&1 || { tail -3 "$scratch/check.log" >&2; return 1; }
}

# One phase on a fresh book: load, verify, stop, check.
ours() {  # LABEL OPTION...
  local label=$1 dir=$scratch/ours out; shift
  rm -rf "$dir"; start_server "$dir"
  out=$(load "$dir" --seconds "$seconds" --connections "${connections:-64}" --warm-up 3s --verify "$@") || { say "$label: the load failed: $out"; return 1; }
  stop_server
  check_book "$dir" || { say "$label: check found a difference"; return 1; }
  note "$label" "$out"
}
field() { python3 -c 'import json,sys; print(int(json.loads(sys.argv[1]).get(sys.argv[2],0)))' "$1" "$2"; }
newest() { python3 - "$results" "$1" <<'P'
import json, sys
found = [json.loads(l)["result"] for l in open(sys.argv[1]) if json.loads(l)["label"] == sys.argv[2]]
print(int(found[-1]["per_second"]) if found else 0)
P
}

closed_and_open() {  # WHO
  ours "$1/create" --mix create
  ours "$1/create-open" --mix create --rate $(( $(newest "$1/create") * 2 / 3 ))
}

peer() {  # SCRIPT DIR MIX LABEL
  rm -rf "$2"
  "bench/peers/$1" start "$2" >&2 && "bench/peers/$1" load-schema "$2" >&2
  local out; out=$("bench/peers/$1" run "$2" "$seconds" 64 "$3" 2>>"$scratch/peer.log")
  "bench/peers/$1" verify "$2" >/dev/null 2>>"$scratch/peer.log" || { say "$4: verify failed"; return 1; }
  note "$4" "$out"
  "bench/peers/$1" stop "$2" >&2
  rm -rf "$2"
}
each_peer() {  # MIX LABEL
  [ "$peers" = 1 ] || return 0
  peer postgres.sh "$scratch/pg" "$1" "postgresql/$2"
  peer mariadb.sh "$scratch/maria" "$1" "mariadb/$2"
}

if [ "$peers" = 1 ]; then bench/peers/install.sh >&2; fi
note machine "$(python3 -c 'import json,os,platform; m=[l.split(":")[1].strip() for l in open("/proc/cpuinfo") if l.startswith("model name")][0]; print(json.dumps({"cpu":m,"cores":os.cpu_count(),"kernel":platform.release()}))')"

for round in $(seq "$rounds"); do
  say "round $round of $rounds"
  if wants create; then
    closed_and_open wonjang
    each_peer plain create
    beside=true closed_and_open wonjang+views
  fi
  if wants retries; then ours wonjang/retries --mix retries; each_peer retries retries; fi
  if wants bulk; then
    connections=4 ours wonjang/bulk --mix bulk
    beside=true connections=4 ours wonjang+views/bulk --mix bulk
  fi
done

big_ours() {
  local beside=true dir=$scratch/big started out
  start_server "$dir"
  say "filling $payments payments"
  out=$(load "$dir" --mix bulk --connections 2 --seconds 36000 --warm-up 0s --requests $(( payments / 1000 )))
  note wonjang/big-fill "$out"
  note wonjang/big-memory "{\"resident_mib\":$(resident_mib)}"
  # kill -9 under load, then the time from exec to the first acknowledged write
  load "$dir" --mix create --connections 64 --seconds 20 >/dev/null 2>&1 &
  local loader=$!
  sleep 5
  kill -9 "$server"; wait "$server" 2>/dev/null || true; server=
  wait "$loader" 2>/dev/null || true
  started=$(date +%s%N)
  start_server "$dir"
  out=$(load "$dir" --mix create --connections 1 --warm-up 0s --requests 1 --seconds 30) || { say "no write after the restart: $out"; return 1; }
  note wonjang/big-restart "{\"seconds\":$(python3 -c "print(round(($(date +%s%N)-$started)/1e9,2))"),\"resident_mib\":$(resident_mib)}"
  stop_server
  note wonjang/big-size "{\"bytes_per_payment\":$(( $(du -sb "$dir" | cut -f1) / payments ))}"
  check_book "$dir" && note wonjang/big-check "$(tail -1 "$scratch/check.log" | python3 -c 'import json,sys; print(json.dumps(sys.stdin.read().strip()))')"
}
big_peer() {  # SCRIPT DIR NAME
  rm -rf "$2"
  "bench/peers/$1" start "$2" >&2 && "bench/peers/$1" load-schema "$2" >&2
  "bench/peers/$1" prefill "$2" "$payments" >&2
  note "$3/big-size" "$("bench/peers/$1" size "$2" 2>/dev/null)"
  note "$3/big-restart" "$("bench/peers/$1" restart "$2" 2>/dev/null | tail -1)"
  "bench/peers/$1" stop "$2" >&2
  rm -rf "$2"
}
if wants big; then
  big_ours
  if [ "$peers" = 1 ]; then
    big_peer postgres.sh "$scratch/pg" postgresql
    big_peer mariadb.sh "$scratch/maria" mariadb
  fi
fi

python3 - "$results" <<'P'
import json, statistics, sys
by = {}
for line in open(sys.argv[1]):
    row = json.loads(line)
    by.setdefault(row["label"], []).append(row["result"])
print("\n%-26s %12s %22s %9s %9s %9s" % ("", "median /s", "min .. max", "p50 ms", "p99 ms", "p99.9 ms"))
def line(label, rates, rows, part):
    def mid(name, flat):
        return statistics.median([r.get(part, {}).get(name, r.get(flat, float("nan"))) for r in rows])
    shown = ("%12.0f %22s" % (statistics.median(rates), "%.0f .. %.0f" % (min(rates), max(rates)))) if rates else " " * 35
    print("%-26s %s %9.2f %9.2f %9.2f" % (label, shown, mid("p50", "p50_ms"), mid("p99", "p99_ms"), mid("p99_9", "p999_ms")))
for label, rows in by.items():
    if not isinstance(rows[0], dict) or "per_second" not in rows[0]:
        continue
    v = [r["per_second"] for r in rows]
    line(label, v, rows, "latency_ms")
    for part in ("first_ms", "replay_ms", "key_reused_ms"):
        if part in rows[0]:
            line("  " + part[:-3], None, rows, part)
def best(part):
    peers = [statistics.median([r["per_second"] for r in by[k]]) for k in by if k.endswith("/" + part) and not k.startswith("wonjang")]
    ours = by.get("wonjang/" + part)
    if peers and ours:
        print("%s: %.1f times the better peer" % (part, statistics.median([r["per_second"] for r in ours]) / max(peers)))
best("create"); best("retries")
for label, rows in by.items():
    if label == "machine" or "/big" in label:
        print("%-26s %s" % (label, json.dumps(rows[-1], ensure_ascii=False)))
P
