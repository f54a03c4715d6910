# shellcheck shell=bash disable=SC2034,SC2154
# Shared by postgres.sh and mariadb.sh: scratch folders, the unprivileged user, percentiles, the count of what
# the clients saw committed. Sourced, not run.
set -euo pipefail

PEERS_DIR="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
readonly PEERS_DIR KEY_MIN=1000000000000000000 KEY_MAX=9200000000000000000  # 19 digits each: every key is equally long

say() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; }
die() { say "$*"; exit 1; }

# Waits until a process is gone, ten minutes at most: a killed server must let go of its data folder first.
wait_gone() {
  local deadline=$((SECONDS + 600))
  while kill -0 "$1" 2>/dev/null; do
    [ "$SECONDS" -lt "$deadline" ] || die "process $1 does not end"
    sleep 0.01
  done
}

now_ms() { echo $(($(date +%s%N) / 1000000)); }

need() {  # need PACKAGE PROGRAM...: names the Debian package of a missing program
  local package=$1 program; shift
  for program in "$@"; do
    [ -x "$program" ] || command -v "$program" >/dev/null || die "$program is missing: apt-get install $package"
  done
}

# Servers refuse to run as root, or should: as root they run as the first of these users that exists.
server_user() {
  local user
  if [ "$(id -u)" != 0 ]; then id -un; return; fi
  for user in "$@" nobody; do
    if id "$user" >/dev/null 2>&1; then echo "$user"; return; fi
  done
}

as_user() {  # as_user USER COMMAND...
  local user=$1; shift
  if [ "$(id -un)" = "$user" ]; then "$@"; else setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups -- "$@"; fi
}

# The server's folder: $1 is the caller's scratch folder, which the server's user must be able to enter.
make_home() {  # make_home DIR NAME USER
  mkdir -p "$1" && chmod o+x "$1"
  install -d -m 0700 "$1/$2"
  [ "$(id -un)" = "$3" ] || chown "$3" "$1/$2"
  as_user "$3" test -w "$1/$2" || die "$3 cannot reach $1/$2: choose a folder whose parents are open to all"
}

# What the clients saw committed since load-schema, as a closed range: a killed client may not have seen its last one.
expect_reset() { echo "0 0" >"$HOME_DIR/expected"; }
expect_add() {  # expect_add LEAST [MOST]
  local least most
  read -r least most <"$HOME_DIR/expected"
  echo "$((least + $1)) $((most + ${2:-$1}))" >"$HOME_DIR/expected"
}

# Reads latencies in microseconds, one a line; prints "p50 p95 p99" in ms by nearest rank, "0 0 0" if there are none.
percentiles() {
  sort -n | awk '{ v[NR] = $1 } function at(q,  i) { i = int(q * NR); if (i < q * NR) ++i; return v[i] / 1000 }
                 END { if (NR == 0) print "0 0 0"; else printf "%.3f %.3f %.3f\n", at(.50), at(.95), at(.99) }'
}


kind_json() {  # kind_json "P50 P95 P99"
  local p50 p95 p99
  read -r p50 p95 p99 <<<"$1"
  printf '{"p50_ms":%s,"p95_ms":%s,"p99_ms":%s}' "$p50" "$p95" "$p99"
}

# result SYSTEM VERSION CONNECTIONS SECONDS COMMITTED "P50 P95 P99" MIX ERRORS [EXTRA]: the one line of `run`. The
# percentiles are those of first-time payments.
result() {
  local p50 p95 p99
  read -r p50 p95 p99 <<<"$6"
  printf '{"system":"%s","version":"%s","connections":%d,"seconds":%s,"committed":%d,"per_second":%s,' "$1" "$2" "$3" "$4" "$5" \
    "$(awk -v n="$5" -v s="$4" 'BEGIN { printf "%.1f", n / s }')"
  printf '"p50_ms":%s,"p95_ms":%s,"p99_ms":%s,"mix":"%s","errors":%d%s}\n' "$p50" "$p95" "$p99" "$7" "$8" "${9:-}"
}

usage() {
  cat <<USAGE
$(basename "$0") COMMAND DIR ...: everything lives below DIR, nothing of the system's own server is touched.
  start DIR                            make the data folder if there is none, start the server
  load-schema DIR                      tables and the stored function, then a self-test of its promises
  run DIR SECONDS CONNECTIONS MIX      one line of JSON; MIX is plain or retries, see README.md for others
  prefill DIR N                        N payments, set-based
  size DIR                             bytes on disk per payment, the log apart
  verify DIR                           rows against what clients saw committed, sums of money; exit 1 on a mismatch
  restart DIR                          kill -9 under load, time until the next committed payment
  stop DIR
  all DIR SECONDS CONNECTIONS MIX      start, load-schema, run, verify, size, stop
USAGE
}

# The clients' files of one run: gone with the script, however it ends.
LOGS=
new_logs() { LOGS=$(mktemp -d); }

# A server must not outlive a command that was interrupted or failed; a command that ended well leaves it running.
guard() {
  trap 'code=$?; trap - EXIT; [ -z "$LOGS" ] || rm -rf "$LOGS"; [ $code = 0 ] || stop_server || true; exit $code' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
}

main_of_peer() {
  local command=${1:-help}
  if [ $# -ge 2 ]; then shift 2; else command=help; fi
  case $command in
    start) guard; start ;;
    load-schema) guard; load_schema ;;
    run) guard; run "${1:-10}" "${2:-64}" "${3:-plain}" ;;
    prefill) guard; prefill "${1:?how many}" ;;
    size) size ;;
    verify) verify ;;
    restart) guard; restart ;;
    stop) stop_server ;;
    all)
      guard
      start
      load_schema
      run "${1:-10}" "${2:-64}" "${3:-plain}"
      verify
      size
      stop_server
      ;;
    *) usage; [ "$command" = help ] ;;
  esac
}
