#!/usr/bin/env bash
# MariaDB 10.11 beside the serving views: views_mariadb.sh DATA SCRATCH
#
# DATA is what `bench_views --export` and views/prepare.py wrote. Lists and totals from InnoDB, texts from a Mroonga table beside it
# (bigrams; Debian's mariadb-plugin-mroonga, unpacked into SCRATCH and not installed). The server is that of mariadb.sh, with its
# settings. Latencies are the server's own (SHOW PROFILES), so no client and no socket is in them.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
data=$1 scratch=$2
client() { mariadb --no-defaults --default-character-set=utf8mb4 -S "$scratch/mariadb/socket" -u root "$@"; }

mkdir -p "$scratch/plugin" && chmod 755 "$scratch" "$scratch/plugin"
cp /usr/lib/mysql/plugin/*.so "$scratch/plugin/" 2>/dev/null || true
if [ ! -e "$scratch/plugin/ha_mroonga.so" ]; then
  (cd "$scratch/plugin" && apt-get download -q mariadb-plugin-mroonga >&2 && dpkg-deb -x mariadb-plugin-mroonga*.deb unpacked) || true
  cp "$scratch"/plugin/unpacked/usr/lib/mysql/plugin/ha_mroonga.so "$scratch/plugin/" 2>/dev/null || true
fi
export PEER_EXTRA="plugin_dir = $scratch/plugin
local_infile = ON
profiling_history_size = 100"
trap '"$here/mariadb.sh" stop "$scratch" || true' EXIT
"$here/mariadb.sh" start "$scratch"
echo "version MariaDB $(client -N -e 'select version()' | cut -d- -f1)"
from=$SECONDS
client -e 'create database views'
sed "s|@DATA@|$data|" "$here/views/mariadb_tables.sql" | client --local-infile -D views
mroonga=no
if client -e "install soname 'ha_mroonga'"; then
  client -D views <"$here/views/mariadb_texts.sql"
  mroonga=yes
fi
echo "load $((SECONDS - from)) s"
python3 "$here/views/ask_mariadb.py" "$(head -n 1 "$data/load.tsv" | cut -f2)" "$scratch/mariadb/socket" "$mroonga"
client -e 'set global innodb_max_dirty_pages_pct = 0'
sleep 3
# Groonga's files have holes: what is allocated counts.
echo "bytes $(du -c -B1 "$scratch"/mariadb/data/views/*.ibd "$scratch"/mariadb/data/views.mrn* 2>/dev/null | tail -n 1 | cut -f1)"
du -B1 "$scratch"/mariadb/data/views/*.ibd "$scratch"/mariadb/data/views.mrn* 2>/dev/null | sed 's|/.*/|  |' || true
