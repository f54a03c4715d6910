#!/usr/bin/env bash
# MariaDB 10.11 doing the ledger's work: one payment with approval per request, four rows in one durable transaction.
# README.md beside this file says how to use it and what was tried.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

SCRATCH=$(realpath -m "${2:-.}")
readonly SCRATCH
readonly HOME_DIR=$SCRATCH/mariadb
readonly DATA=$HOME_DIR/data SOCKET=$HOME_DIR/socket
OWNER=$(server_user mysql)
readonly OWNER
PATH=$PATH:/usr/sbin

# Every setting that is not the default. Durability is complete: each commit's log is synced, torn pages are repaired.
settings() {
  cat <<SETTINGS
[mariadbd]
datadir = $DATA
socket = $SOCKET
pid-file = $HOME_DIR/pid
log-error = $HOME_DIR/log
skip-networking                      # the socket only: cheaper than TCP, and nobody else's port
skip-name-resolve
max_connections = 100
innodb_flush_log_at_trx_commit = 1   # the default, stated: a commit is on disk before it is answered
innodb_doublewrite = ON              # the default, stated: torn pages are repaired
skip-log-bin                         # no replica here: one sync per group instead of two; sync_binlog has no part then
innodb_flush_method = O_DIRECT       # no second copy of pages in the page cache
innodb_log_file_size = 8G            # no forced flushing inside a run
innodb_log_buffer_size = 64M         # a full group never waits for buffer space
innodb_buffer_pool_size = 4G         # the hot index pages of ten million payments; PostgreSQL gets the same
innodb_io_capacity = 2000            # solid-state storage
innodb_io_capacity_max = 10000
innodb_flush_neighbors = 0           # the same
innodb_autoinc_lock_mode = 2         # no table lock for the outbox's position; safe without a binary log
innodb_stats_persistent_sample_pages = 4
transaction_isolation = READ-COMMITTED # no gap locks between inserts
performance_schema = OFF
query_cache_type = 0
table_open_cache = 2000
thread_handling = pool-of-threads    # 64 connections on 2 cores: fewer runnable threads, see README.md
thread_pool_size = 2
character_set_server = utf8mb4
collation_server = utf8mb4_bin
SETTINGS
  printf '%s\n' "${PEER_EXTRA:-}"  # for trying alternatives: PEER_EXTRA='thread_handling = one-thread-per-connection'
}

# "root" is the data folder's own, without a password: the folder itself is closed to others.
client() { mariadb --no-defaults -S "$SOCKET" -u root "$@"; }
sql() { client -N -B -r -D bench "$@"; }
server_pid() { cat "$HOME_DIR/pid" 2>/dev/null || true; }
version() { echo "MariaDB $(sql -e 'select version()' | cut -d- -f1)"; }

start_server() {
  as_user "$OWNER" setsid mariadbd --defaults-file="$HOME_DIR/my.cnf" </dev/null >>"$HOME_DIR/out" 2>&1 &
  local process=$!
  local deadline=$((SECONDS + 600))
  until client -e 'select 1' >/dev/null 2>&1; do
    if ! kill -0 "$process" 2>/dev/null || [ "$SECONDS" -ge "$deadline" ]; then
      tail -n 20 "$HOME_DIR/log" >&2
      die "the server did not start"
    fi
    sleep 0.02
  done
}

stop_server() {
  local pid
  pid=$(server_pid)
  [ -n "$pid" ] || return 0
  kill -TERM "$pid" 2>/dev/null || return 0
  wait_gone "$pid"
}

start() {
  need mariadb-server-core mariadbd mariadb-install-db
  need mariadb-client-core mariadb
  need sysbench sysbench
  [ ${#SOCKET} -lt 100 ] || die "choose a shorter folder: socket paths are limited to 107 bytes"
  make_home "$SCRATCH" mariadb "$OWNER"
  settings | as_user "$OWNER" tee "$HOME_DIR/my.cnf" >/dev/null
  if [ ! -d "$DATA/mysql" ]; then
    as_user "$OWNER" mariadb-install-db --defaults-file="$HOME_DIR/my.cnf" --auth-root-authentication-method=normal \
      --skip-test-db >"$HOME_DIR/install.log" 2>&1 || { tail -n 20 "$HOME_DIR/install.log" >&2; die "no data folder"; }
    expect_reset
  fi
  start_server
}

# The schema, then a proof that the stored function keeps its promises before anything is timed.
load_schema() {
  client -e 'create database bench'
  sql <"$PEERS_DIR/mariadb/schema.sql"
  local first again other
  first=$(book a 10000) again=$(book a 10000) other=$(book b 10010)
  [ "$first" = "$again" ] || die "a retry was not answered like the first time"
  [[ $other == *key_reused* ]] || die "a reused key was not refused"
  expect_reset
  expect_add 1
}

book() {
  sql -e "select book_payment(1, 'idem-self-test', '$1', 'ord-self-test', 'self test', $2, 'issuer-11', '12345678')"
}

# A client may draw a retry before its first payment: then it repeats this one, booked before the clock starts.
book_seed() {
  sql -e "select book_payment(1, 'idem-$1', 'fingerprint-1', 'ord-$1', 'one box of mandarins 3 kg', 1000, 'issuer-11', \
    '12345678')" >/dev/null && expect_add 1
}

# load LOGS SECONDS CONNECTIONS MIX: sysbench's report goes to LOGS/report, "kind microseconds" lines to LOGS/latency.*.
load() {
  local key
  key=$(shuf -n 1 -i "$KEY_MIN-$KEY_MAX")
  book_seed "$key" || return 1
  sysbench "$PEERS_DIR/mariadb/payments.lua" --db-driver=mysql --mysql-socket="$SOCKET" --mysql-user=root --mysql-db=bench \
    --threads="$3" --time="$2" --events=0 --rand-seed="$(shuf -n 1 -i 1-2000000000)" --mix="$4" --logs="$1" \
    --seed_key="$key" run >"$1/report" 2>"$1/errors"
}

latencies() { awk -v kind="$2" '$1 == kind { print $2 }' "$1"/latency.*; }

run() {  # run SECONDS CONNECTIONS MIX
  local logs code=0 committed requests seconds extra=''
  case $3 in plain | retries) ;; *) die "unknown mix $3: plain or retries" ;; esac
  new_logs
  logs=$LOGS
  (load "$logs" "$@") || code=$?
  [ $code = 0 ] || { tail -n 5 "$logs/report" "$logs/errors" >&2; die "sysbench failed with $code"; }
  committed=$(latencies "$logs" 0 | wc -l)
  expect_add "$committed"
  requests=$(cat "$logs"/latency.* | wc -l)
  [ "$(awk '/total number of events/ { print $NF }' "$logs/report")" = "$requests" ] || die "part of the latencies is lost"
  seconds=$(awk '/total time:/ { print $3 + 0 }' "$logs/report")
  if [ "$3" = retries ]; then
    extra=$(printf ',"requests":%d,"replay":%s,"conflict":%s' "$requests" "$(kind_json "$(latencies "$logs" 1 | percentiles)")" \
      "$(kind_json "$(latencies "$logs" 2 | percentiles)")")
  fi
  result "mariadb" "$(version)" "$2" "$seconds" "$committed" "$(latencies "$logs" 0 | percentiles)" "$3" \
    "$(awk '/ignored errors/ { print $3 }' "$logs/report")" "$extra"
}

prefill() {  # prefill COUNT, in transactions of at most half a million
  local left=$1 from chunk
  from=$(($(sql -e 'select count(*) from payment') + 1))
  while [ "$left" -gt 0 ]; do
    chunk=$((left < 500000 ? left : 500000))
    sql -e "call prefill($from, $chunk)"
    expect_add "$chunk"
    from=$((from + chunk)) left=$((left - chunk))
    say "prefill: $left left"
  done
}

# Dirty pages are written first, so that the files are complete.
size() {
  local dirty table bytes=0 payments tables=''
  sql -e 'set global innodb_max_dirty_pages_pct = 0'
  for _ in $(seq 3000); do
    dirty=$(sql -e "show global status like 'Innodb_buffer_pool_pages_dirty'" | cut -f2)
    [ "$dirty" -gt 10 ] || break
    sleep 0.1
  done
  sql -e 'set global innodb_max_dirty_pages_pct = default'
  for table in payment approval outbox idempotency; do
    size=$(stat -c %s "$DATA/bench/$table.ibd")
    tables+=${tables:+,}$(printf '"%s":%d' "$table" "$size")
    bytes=$((bytes + size))
  done
  payments=$(sql -e 'select count(*) from payment')
  printf '{"system":"mariadb","payments":%d,"bytes":%d,"bytes_per_payment":%s,"log_bytes":%d,"tables":{%s}}\n' "$payments" \
    "$bytes" "$(awk -v b="$bytes" -v n="$payments" 'BEGIN { printf "%.1f", b / n }')" "$(stat -c %s "$DATA/ib_logfile0")" "$tables"
}

verify() {
  local least most
  read -r least most <"$HOME_DIR/expected"
  sql <<SQL | tee "$HOME_DIR/verified"
select json_object('ok', payments between $least and $most and payments = approvals and payments = events and
                         payments = key_count and total = parts and total = approved and total = approved_parts and
                         without_approval = 0,
                   'expected_least', $least, 'expected_most', $most, 'payments', payments, 'approvals', approvals,
                   'outbox', events, 'idempotency', key_count, 'total', total, 'parts', parts, 'approved', approved,
                   'approved_parts', approved_parts, 'without_approval', without_approval)
  from (select (select count(*) from payment) payments, (select count(*) from approval) approvals,
               (select count(*) from outbox) events, (select count(*) from idempotency) key_count,
               (select sum(total) from payment) total, (select sum(supply + vat + tax_free + tax_exempt) from payment) parts,
               (select sum(amount) from approval) approved,
               (select sum(supply + vat + tax_free + tax_exempt) from approval) approved_parts,
               (select count(*) from payment p left join approval a on a.payment = p.id where a.id is null) without_approval) seen
SQL
  grep -Eq '"ok": (true|1),' "$HOME_DIR/verified"
}

# Kills the server under load without warning; the clock runs from its end to the next committed payment.
restart() {
  local logs pid load_pid from taken committed
  new_logs
  logs=$LOGS
  (load "$logs" 60 "${PEER_CONNECTIONS:-64}" plain) &
  load_pid=$!
  sleep "${PEER_LOAD_SECONDS:-5}"
  pid=$(server_pid)
  kill -9 "$pid"
  wait_gone "$pid"
  from=$(now_ms)
  start_server
  book_seed "$(shuf -n 1 -i "$KEY_MIN-$KEY_MAX")"
  taken=$(($(now_ms) - from))
  wait "$load_pid" || true
  committed=$(cat "$logs"/latency.* | grep -c '^0 [0-9]*$')
  expect_add "$committed" $((committed + ${PEER_CONNECTIONS:-64}))
  printf '{"system":"mariadb","restart_ms":%d,"payments":%d}\n' "$taken" "$(sql -e 'select count(*) from payment')"
}

main_of_peer "$@"
