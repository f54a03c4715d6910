#!/usr/bin/env bash
# ./run bench views [--payments N] [--runs N] [--peers NAME[,NAME]|none] [--program FILE]
#
# The serving views beside PostgreSQL 15 (btree, pg_trgm), MariaDB 10.11 (InnoDB; Mroonga for texts), DuckDB and ClickHouse (chdb) on
# the same world of N payments (300,000): the questions of bench/view_queries.cc, asked one at a time. Our answers are first compared
# with what looking at every payment gives, then every peer's with ours before its time counts. Ours runs between the peers; of N runs
# (3) of each query the best counts, for everybody alike. `--peers none --runs 1` is ours alone, at any size: nothing is exported, and
# the whole program stays below 2 GiB.
# DuckDB and chdb are wheels from PyPI, in a folder that is gone afterwards. The table goes to build/bench/views.md too.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

payments=300000 runs=3 peers=postgresql,mariadb,duckdb,clickhouse program=
while [ $# -gt 0 ]; do
  case "$1" in
    --payments) payments=$2; shift 2 ;;
    --runs) runs=$2; shift 2 ;;
    --peers) peers=$2; shift 2 ;;
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
    [ -n "${WONJANG_BENCH_PYTHON:-}" ] || { python3 -m venv "$scratch/venv" && "$python" -m pip install -q duckdb chdb >&2; }
    ;;
esac

case ",$peers," in
  *,postgresql,* | *,mariadb,*)
    if [ ! -x /usr/lib/postgresql/15/bin/initdb ] || [ ! -x /usr/sbin/mariadbd ]; then bench/peers/install.sh >&2; fi
    ;;
esac

# The product links jemalloc; so is measured.
jemalloc=$(find /usr/lib -name libjemalloc.so.2 2>/dev/null | head -n 1)
ours() {  # ours NUMBER
  local check=0
  if [ "$1" -eq 1 ]; then check=1; fi
  say "ours, run $1 of $runs"
  if ! LD_PRELOAD=$jemalloc "$program" --payments "$payments" --directory "$scratch/ours" --check "$check" >"$scratch/ours.$1"; then
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
for peer in ${peers//,/ }; do
  say "$peer"
  case $peer in
    postgresql) bench/peers/views_postgres.sh "$scratch/data" "$scratch/pg" ;;
    mariadb) bench/peers/views_mariadb.sh "$scratch/data" "$scratch/maria" ;;
    duckdb | clickhouse) "$python" bench/peers/views_columnar.py "$peer" "$scratch/data" "$scratch/$peer" ;;
    *) say "unknown peer $peer"; exit 2 ;;
  esac >"$scratch/$peer.txt"
  rm -rf "$scratch/pg" "$scratch/maria" "${scratch:?}/$peer"
  if [ "$run" -lt "$runs" ]; then ours $((run += 1)); fi
done
while [ "$run" -lt "$runs" ]; do ours $((run += 1)); done

cp "$scratch"/*.txt build/bench/
# shellcheck disable=SC2086,SC2046
python3 bench/peers/views/compare.py "$scratch/data" $(seq -f "$scratch/ours.%g" "$runs") -- \
  $(for peer in ${peers//,/ }; do echo "$scratch/$peer.txt"; done) | tee build/bench/views.md
