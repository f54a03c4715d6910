#!/usr/bin/env bash
# ./run bench views [--payments N] [--runs N] [--peers NAME[,NAME]|none] [--only TEXT] [--slow-ms N] [--peer-minutes N]
#                   [--program FILE]
#
# The serving views beside PostgreSQL 15 (btree, pg_trgm), MariaDB 10.11 (InnoDB; Mroonga for texts), DuckDB and ClickHouse (chdb) on
# the same world of N payments (300,000): the questions of bench/view_queries.cc, asked one at a time. Our answers are first compared
# with what looking at every payment gives, then every peer's with ours before its time counts. Ours runs between the peers; of N runs
# (3) of each query the best counts, for everybody alike. `--peers none --runs 1` is ours alone, at any size: nothing is exported, and
# the whole program stays below 2 GiB.
# A peer that fails, or takes longer than --peer-minutes (20), is reported as failed with what it had answered; the others go on. Leave
# one out by --peers; --only asks the questions whose name holds TEXT ("S1", "merchant 40"), everybody alike; a peer's question
# that takes more than --slow-ms (2000) is timed once, not a dozen times.
# DuckDB and chdb are wheels from PyPI, in a folder that is gone afterwards. The table goes to build/bench/views.md too.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

payments=300000 runs=3 peers=postgresql,mariadb,duckdb,clickhouse program='' only='' slow_ms=2000 peer_minutes=20
while [ $# -gt 0 ]; do
  case "$1" in
    --payments) payments=$2; shift 2 ;;
    --runs) runs=$2; shift 2 ;;
    --peers) peers=$2; shift 2 ;;
    --only) only=$2; shift 2 ;;
    --slow-ms) slow_ms=$2; shift 2 ;;
    --peer-minutes) peer_minutes=$2; shift 2 ;;
    --program) program=$2; shift 2 ;;  # a bench_views built elsewhere
    *) echo "bench views: unknown option $1 (see the top of bench/views.sh)" >&2; exit 2 ;;
  esac
done
say() { printf 'bench views: %s\n' "$*" >&2; }

if [ -z "$program" ]; then
  cmake --build build/release --target bench_views >&2
  program=build/release/bin/bench_views
fi
[ "$runs" -gt 0 ] || { say "--runs wants a number above 0"; exit 2; }
scratch=$(mktemp -d "${TMPDIR:-/tmp}/wjv.XXXX")
chmod 755 "$scratch"
mkdir -p build/bench
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM

python=${WONJANG_BENCH_PYTHON:-$scratch/venv/bin/python}  # one with duckdb and chdb, to spare the download
case ",$peers," in
  *,duckdb,* | *,clickhouse,*)
    if [ -z "${WONJANG_BENCH_PYTHON:-}" ]; then
      { python3 -m venv "$scratch/venv" && "$python" -m pip install -q duckdb chdb >&2; } || say "DuckDB and chdb can't be installed: they will fail"
    fi
    ;;
esac

case ",$peers," in
  *,postgresql,* | *,mariadb,*)
    if [ ! -x /usr/lib/postgresql/15/bin/initdb ] || [ ! -x /usr/sbin/mariadbd ]; then
      bench/peers/install.sh >&2 || say "the servers can't be installed: they will fail"
    fi
    ;;
esac

# The product links jemalloc; so is measured.
jemalloc=$(find /usr/lib -name libjemalloc.so.2 2>/dev/null | head -n 1)
ours() {  # ours NUMBER
  local check=0
  if [ "$1" -eq 1 ]; then check=1; fi
  say "ours, run $1 of $runs"
  if ! LD_PRELOAD=$jemalloc "$program" --payments "$payments" --directory "$scratch/ours" --check "$check" --only "$only" >"$scratch/ours.$1"; then
    grep -E '^(differs|check)' "$scratch/ours.$1" | cut -c1-300 >&2
    say "our own answers are wrong"
    exit 1
  fi
  grep '^check' "$scratch/ours.$1" >&2 || true
  rm -rf "$scratch/ours"
}

if [ "$peers" = none ]; then
  for run in $(seq "$runs"); do
    ours "$run"
    grep -vE '^answer' "$scratch/ours.$run"
  done | tee build/bench/views.ours.txt
  exit 0
fi

say "$payments payments as tables"
"$program" --payments "$payments" --export "$scratch/data"
python3 bench/peers/views/prepare.py "$scratch/data"
chmod -R a+rX "$scratch/data"
ours 1
run=1
VIEWS_PERIOD=$(awk '/^period/ { print $2, $3; exit }' "$scratch/ours.1")
export VIEWS_PERIOD
export VIEWS_ONLY=$only VIEWS_SLOW_MS=$slow_ms
answers_of() {  # answers_of PEER
  case $1 in
    postgresql) timeout "${peer_minutes}m" bench/peers/views_postgres.sh "$scratch/data" "$scratch/pg" ;;
    mariadb) timeout "${peer_minutes}m" bench/peers/views_mariadb.sh "$scratch/data" "$scratch/maria" ;;
    duckdb | clickhouse) timeout "${peer_minutes}m" "$python" bench/peers/views_columnar.py "$1" "$scratch/data" "$scratch/$1" ;;
    *) echo "there is no peer $1" >&2; return 2 ;;
  esac
}
for peer in ${peers//,/ }; do
  say "$peer"
  from=$SECONDS
  code=0
  answers_of "$peer" >"$scratch/$peer.txt" || code=$?
  if [ "$code" -ne 0 ]; then
    say "$peer failed ($code), the others go on"
    echo "failed exit code $code after $((SECONDS - from)) s" >>"$scratch/$peer.txt"
  fi
  say "$peer took $((SECONDS - from)) s"
  rm -rf "$scratch/pg" "$scratch/maria" "${scratch:?}/$peer"
  if [ "$run" -lt "$runs" ]; then ours $((run += 1)); fi
done
while [ "$run" -lt "$runs" ]; do ours $((run += 1)); done

cp "$scratch"/*.txt build/bench/
# shellcheck disable=SC2086,SC2046
python3 bench/peers/views/compare.py "$scratch/data" $(seq -f "$scratch/ours.%g" "$runs") -- \
  $(for peer in ${peers//,/ }; do echo "$scratch/$peer.txt"; done) | tee build/bench/views.md
