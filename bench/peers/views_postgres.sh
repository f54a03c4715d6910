#!/usr/bin/env bash
# PostgreSQL 15 beside the serving views: views_postgres.sh DATA SCRATCH
#
# DATA is what `bench_views --export` and views/prepare.py wrote. Prints "query", "answer" and "bytes" lines as bench_views does.
# The server is that of postgres.sh, with its settings, and a worker for a query that wants one. Prepared statements, one client on the
# socket, which is libpq itself (views/ask_postgres.py).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
data=$1 scratch=$2
export PGHOST=$scratch/postgres/sockets PGPORT=5432 PGUSER=bench PGDATABASE=views
export PEER_EXTRA='max_parallel_workers_per_gather = 1'  # two processes for two cores
trap '"$here/postgres.sh" stop "$scratch" || true' EXIT
"$here/postgres.sh" start "$scratch"
sql() { psql -X -q -A -t -F ' ' -v ON_ERROR_STOP=1 "$@"; }

echo "version PostgreSQL $(sql -d postgres -c 'show server_version' | cut -d' ' -f1)"
# pg_trgm asks the locale what a letter is: under "C" no syllable is one, and its index finds nothing.
sql -d postgres -c "create database views template template0 lc_collate 'C' lc_ctype 'C.UTF-8'"
from=$SECONDS
sql -o /dev/null -f "$here/views/postgres_tables.sql"
sql -c '\copy payments from pstdin' <"$data/load.tsv"
sql -c '\copy movements from pstdin' <"$data/movements.tsv"
sql -o /dev/null -f "$here/views/postgres_indexes.sql"
echo "load $((SECONDS - from)) s"

python3 "$here/views/ask_postgres.py" "$(head -n 1 "$data/load.tsv" | cut -f2)"
echo "bytes $(sql -c "select sum(pg_total_relation_size(oid)) from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace")"
sql -c "select relname, pg_relation_size(oid) from pg_class where relnamespace = 'public'::regnamespace order by 2 desc" |
  sed 's/^/  /'
