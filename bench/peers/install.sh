#!/usr/bin/env bash
# Installs the peers from Debian without starting, or leaving behind, a server of the system's own. Needs root.
set -euo pipefail
readonly POLICY=/usr/sbin/policy-rc.d CLUSTERS=/etc/postgresql-common/createcluster.d/ledger-bench.conf

made=()
trap 'rm -f "${made[@]}"' EXIT

if [ ! -e "$POLICY" ]; then  # asked by every package before it starts a service
  made+=("$POLICY")
  printf '#!/bin/sh\nexit 101\n' >"$POLICY"
  chmod +x "$POLICY"
fi
if [ ! -e "$CLUSTERS" ]; then
  made+=("$CLUSTERS")
  mkdir -p "$(dirname "$CLUSTERS")"
  echo 'create_main_cluster = false' >"$CLUSTERS"
fi
apt-get update -q
# The -core packages hold MariaDB's programs and no service at all.
DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
  postgresql-15 mariadb-server-core mariadb-client-core sysbench
