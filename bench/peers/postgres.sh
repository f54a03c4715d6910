#!/usr/bin/env bash
# PostgreSQL 15 doing the ledger's work: one payment with approval per request, four rows in one durable transaction.
# README.md beside this file says how to use it and what was tried.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

SCRATCH=$(realpath -m "${2:-.}")
readonly SCRATCH
readonly BIN=/usr/lib/postgresql/15/bin
readonly HOME_DIR=$SCRATCH/postgres
readonly DATA=$HOME_DIR/data SOCKETS=$HOME_DIR/sockets  # a socket path may have 107 bytes, see start()
OWNER=$(server_user postgres)
readonly OWNER
export PGHOST=$SOCKETS PGPORT=5432 PGUSER=bench PGDATABASE=postgres PGOPTIONS=

# Every setting that is not the default. Durability is complete: fsync, synchronous_commit and full_page_writes are on.
settings() {
  cat <<SETTINGS
listen_addresses = ''               # the socket only: cheaper than TCP, and nobody else's port
unix_socket_directories = '$SOCKETS'
max_connections = 100
fsync = on                          # the default, stated: a commit is on disk before it is answered
synchronous_commit = on             # the default, stated
full_page_writes = on               # the default, stated: torn pages are repaired
wal_sync_method = fdatasync         # the default on Linux; open_datasync was not faster
wal_level = minimal                 # no replica here: less to log
max_wal_senders = 0                 # required by minimal
wal_buffers = 64MB                  # a full group never waits for buffer space
wal_compression = lz4               # page images are most of the log after a checkpoint; lz4 is nearly free
commit_delay = 0                    # tried 20-500 us: with 64 connections groups form by themselves
max_wal_size = 32GB                 # no forced checkpoint inside a run
min_wal_size = 4GB                  # keep segments for reuse: no zero-filling of new ones
checkpoint_timeout = 30min          # page images come once per page and checkpoint
checkpoint_completion_target = 0.9
shared_buffers = 4GB                # the hot index pages of ten million payments; MariaDB gets the same
huge_pages = try
effective_cache_size = 12GB
maintenance_work_mem = 512MB
work_mem = 64MB
effective_io_concurrency = 200      # solid-state storage
random_page_cost = 1.1              # the same
bgwriter_delay = 50ms               # clean buffers ahead of the sessions
bgwriter_lru_maxpages = 1000
max_parallel_workers_per_gather = 0 # two cores, both busy
jit = off                           # statements are far too short to compile
plan_cache_mode = force_generic_plan # one plan per prepared statement, from the first call on
track_activities = off              # no status update per statement
update_process_title = off          # the same
autovacuum_naptime = 60s            # insert-only: nothing to clean, statistics only
logging_collector = off
log_min_messages = warning
log_checkpoints = off
recovery_init_sync_method = syncfs   # after a crash: one sync of the file system, not one per file
SETTINGS
  printf '%s\n' "${PEER_EXTRA:-}"  # for trying alternatives: PEER_EXTRA='commit_delay = 50'
}

sql() { psql -X -q -A -t -v ON_ERROR_STOP=1 "$@"; }
server_pid() { head -n 1 "$DATA/postmaster.pid" 2>/dev/null; }
version() { echo "PostgreSQL $(sql -c 'show server_version' | cut -d' ' -f1)"; }

start_server() {
  as_user "$OWNER" "$BIN/pg_ctl" -D "$DATA" -l "$HOME_DIR/log" -w -t 600 -s start >&2 ||
    { tail -n 20 "$HOME_DIR/log" >&2; die "the server did not start"; }
}

stop_server() {
  [ -n "$(server_pid)" ] || return 0
  as_user "$OWNER" "$BIN/pg_ctl" -D "$DATA" -m fast -w -t 600 -s stop >&2
}

start() {
  need postgresql-15 "$BIN/initdb" "$BIN/pg_ctl" psql pgbench
  [ ${#SOCKETS} -lt 90 ] || die "choose a shorter folder: socket paths are limited to 107 bytes"
  make_home "$SCRATCH" postgres "$OWNER"
  if [ ! -d "$DATA" ]; then
    # 64 MB segments: fewer file changes at this rate. Checksums stay at the default, off.
    as_user "$OWNER" "$BIN/initdb" -D "$DATA" -U bench -A trust -E UTF8 --locale=C --wal-segsize=64 >"$HOME_DIR/initdb.log"
    as_user "$OWNER" mkdir -m 0700 "$SOCKETS"
    expect_reset
  fi
  settings | as_user "$OWNER" tee "$DATA/postgresql.auto.conf" >/dev/null
  start_server
}

# The schema, then a proof that the stored function keeps its promises before anything is timed.
load_schema() {
  sql -o /dev/null -f "$PEERS_DIR/postgres/schema.sql"
  local first again other call
  call="select book_payment(1, 'idem-self-test', '%s', 'ord-self-test', 'self test', %d, 'issuer-11', '12345678')"
  # shellcheck disable=SC2059
  first=$(sql -c "$(printf "$call" a 10000)") again=$(sql -c "$(printf "$call" a 10000)") other=$(sql -c "$(printf "$call" b 10010)")
  [ "$first" = "$again" ] || die "a retry was not answered like the first time"
  [[ $other == *key_reused* ]] || die "a reused key was not refused"
  expect_reset
  expect_add 1
}

# The pgbench arguments of a mix: plain; retries (10 % the same again, 1 % the key with another body); statements.
scripts_of() {
  local at=$PEERS_DIR/postgres
  case $1 in
    plain) echo "-f $at/first.pgbench" ;;
    retries) echo "-f $at/first.pgbench@89 -f $at/replay.pgbench@10 -f $at/conflict.pgbench@1" ;;
    statements) echo "-f $at/statements.pgbench" ;;
    *) die "unknown mix $1: plain, retries or statements" ;;
  esac
}

# A client may draw a retry before its first payment: then it repeats this one, booked before the clock starts.
book_seed() {
  sql -o /dev/null -c "select book_payment(1, 'idem-$1', 'fingerprint-1', 'ord-$1', 'one box of mandarins 3 kg', 1000, \
    'issuer-11', '12345678')" && expect_add 1
}

# load LOGS SECONDS CONNECTIONS MIX: pgbench's report goes to LOGS/report, one latency a line to LOGS/latency*.
load() {
  local key scripts
  key=$(shuf -n 1 -i "$KEY_MIN-$KEY_MAX")
  scripts=$(scripts_of "$4")
  book_seed "$key" && cd "$1" || return 1
  # shellcheck disable=SC2086
  pgbench -n -M prepared -c "$3" -j "${PEER_THREADS:-1}" -T "$2" -l --log-prefix=latency -D merchant=1 -D "key=$key" \
    -D total=1000 -D fingerprint=1 -D issuer=11 -D approve_no=12345678 $scripts >report 2>errors
}

# Latencies of one kind of request, in microseconds: 0 first time, 1 replay, 2 conflict (pgbench's script number).
latencies() { awk -v kind="$2" '$4 == kind { print $3 }' "$1"/latency*; }

run() {  # run SECONDS CONNECTIONS MIX
  local logs code=0 committed requests tps seconds extra=''
  scripts_of "$3" >/dev/null
  new_logs
  logs=$LOGS
  (load "$logs" "$@") || code=$?
  [ $code = 0 ] || { tail -n 5 "$logs/errors" >&2; die "pgbench failed with $code"; }
  committed=$(latencies "$logs" 0 | wc -l)
  expect_add "$committed"
  requests=$(cat "$logs"/latency* | wc -l)
  [ "$(awk '/actually processed/ { print $NF }' "$logs/report")" = "$requests" ] || die "pgbench lost part of its log"
  tps=$(awk '/^tps/ { print $3 }' "$logs/report")
  seconds=$(awk -v n="$requests" -v tps="$tps" 'BEGIN { printf "%.2f", n / tps }')
  if [ "$3" = retries ]; then
    extra=$(printf ',"requests":%d,"replay":%s,"conflict":%s' "$requests" "$(kind_json "$(latencies "$logs" 1 | percentiles)")" \
      "$(kind_json "$(latencies "$logs" 2 | percentiles)")")
  fi
  result "postgresql" "$(version)" "$2" "$seconds" "$committed" "$(latencies "$logs" 0 | percentiles)" "$3" \
    "$(awk '/failed transactions/ { print $5; exit }' "$logs/report")" "$extra"
}

prefill() {  # prefill COUNT, in transactions of at most half a million
  local left=$1 from chunk
  from=$(($(sql -c 'select count(*) from payment') + 1))
  while [ "$left" -gt 0 ]; do
    chunk=$((left < 500000 ? left : 500000))
    sql -c "call prefill($from, $chunk)"
    expect_add "$chunk"
    from=$((from + chunk)) left=$((left - chunk))
    say "prefill: $left left"
  done
  sql -c 'analyze' -c 'checkpoint'
}

size() {
  sql -c 'checkpoint'
  sql <<'SQL'
select json_build_object('system', 'postgresql', 'payments', n, 'bytes', bytes, 'bytes_per_payment', round(bytes::numeric / n, 1),
                         'log_bytes', log, 'tables', tables)
  from (select count(*) n from payment) p,
       (select sum(pg_total_relation_size(oid)) bytes, json_object_agg(relname, pg_total_relation_size(oid)) tables
          from pg_class where relkind = 'r' and relname in ('payment', 'approval', 'outbox', 'idempotency')) t,
       (select sum(size) log from pg_ls_waldir()) w
SQL
}

verify() {
  local least most
  read -r least most <"$HOME_DIR/expected"
  sql -v least="$least" -v most="$most" <<'SQL' | tee "$HOME_DIR/verified"
with seen as (
  select (select count(*) from payment) payments, (select count(*) from approval) approvals,
         (select count(*) from outbox) events, (select count(*) from idempotency) keys,
         (select sum(total) from payment) total, (select sum(supply + vat + tax_free + tax_exempt) from payment) parts,
         (select sum(amount) from approval) approved,
         (select sum(supply + vat + tax_free + tax_exempt) from approval) approved_parts,
         (select count(*) from payment p where not exists (select from approval a where a.payment = p.id)) without_approval
)
select json_build_object(
  'ok', payments between :least and :most and payments = approvals and payments = events and payments = keys and
        total = parts and total = approved and total = approved_parts and without_approval = 0,
  'expected_least', :least, 'expected_most', :most, 'payments', payments, 'approvals', approvals, 'outbox', events,
  'idempotency', keys, 'total', total, 'parts', parts, 'approved', approved, 'approved_parts', approved_parts,
  'without_approval', without_approval) from seen
SQL
  grep -q '"ok" : true' "$HOME_DIR/verified"
}

# Kills the server under load without warning; the clock runs from its end to the next committed payment.
restart() {
  local logs pid family load_pid from taken committed
  new_logs
  logs=$LOGS
  (load "$logs" 60 "${PEER_CONNECTIONS:-64}" plain) &
  load_pid=$!
  sleep "${PEER_LOAD_SECONDS:-5}"
  pid=$(server_pid)
  family=$(ps -o pid= --ppid "$pid")
  # shellcheck disable=SC2086
  kill -9 "$pid" $family 2>/dev/null || true
  wait_gone "$pid"
  from=$(now_ms)
  start_server
  book_seed "$(shuf -n 1 -i "$KEY_MIN-$KEY_MAX")"
  taken=$(($(now_ms) - from))
  wait "$load_pid" || true
  committed=$(cat "$logs"/latency* | wc -l)
  expect_add "$committed" $((committed + ${PEER_CONNECTIONS:-64}))
  printf '{"system":"postgresql","restart_ms":%d,"payments":%d}\n' "$taken" "$(sql -c 'select count(*) from payment')"
}

main_of_peer "$@"
