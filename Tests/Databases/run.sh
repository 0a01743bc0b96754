#!/usr/bin/env bash
# The command against databases: DuckDB and PostgreSQL by their ADBC drivers from PyPI, a Spark Connect server on this
# machine. Each is skipped, with the reason, where it cannot be had.
#   Tests/Databases/run.sh [duckdb] [postgresql] [spark]
# MIXEDLM is the command (for spark built with the trait Spark), ROWS how many rows Spark has.
set -euo pipefail
cd "$(dirname "$0")/../.."
tests=$PWD/Tests/Databases
mixedlm=${MIXEDLM:-$PWD/.build/release/mixedlm}
rows=${ROWS:-10000000}
levels=20000
python=${PYTHON:-python3}
environment=$PWD/.build/databases
work=$(mktemp -d)
stops=()
finish() {
  for stop in ${stops[@]+"${stops[@]}"}; do "$stop" >/dev/null 2>&1 || true; done
  rm -rf "$work"
}
trap finish EXIT

skip() { printf 'skipped %s\n' "$*"; }

timed() {
  local what=$1 start=$EPOCHREALTIME
  shift
  "$@"
  awk -v what="$what" -v start="$start" -v end="$EPOCHREALTIME" 'BEGIN { printf "%s: %.2f s\n", what, end - start }'
}

# Packages of PyPI in an environment of their own.
packages() {
  [ -x "$environment/bin/python" ] || "$python" -m venv "$environment" || return 1
  "$environment/bin/pip" install --quiet --disable-pip-version-check "$@"
}

duckdb() {
  packages duckdb || { skip "duckdb: its package cannot be installed from PyPI"; return; }
  mkdir "$work/duckdb"
  "$environment/bin/python" "$tests/compare.py" duckdb "$mixedlm" "$work/duckdb"
}

# A cluster that listens to a socket in a folder of its own, and runs as a user who is not root.
as_postgres() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
stop_postgresql() { as_postgres "$server/pg_ctl" -D "$work/postgresql/data" -m immediate stop; }
postgresql() {
  packages adbc-driver-postgresql || { skip "postgresql: its driver cannot be installed from PyPI"; return; }
  if ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null \
      || ! { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql; } >/dev/null 2>&1; then
      skip "postgresql: there is no server here, and apt-get cannot install one"
      return
    fi
  fi
  server=$(dirname "$(ls /usr/lib/postgresql/*/bin/initdb | tail -n 1)")
  mkdir "$work/postgresql"
  chmod 755 "$work"
  if [ "$(id -u)" = 0 ]; then chown postgres "$work/postgresql"; fi
  as_postgres "$server/initdb" -D "$work/postgresql/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 >/dev/null
  stops+=(stop_postgresql)
  as_postgres "$server/pg_ctl" -D "$work/postgresql/data" -w -l "$work/postgresql/log" \
    -o "-c listen_addresses='' -c unix_socket_directories='$work/postgresql' -c fsync=off" start >/dev/null
  "$environment/bin/python" "$tests/compare.py" postgresql "$mixedlm" "$work/postgresql" "$work/postgresql"
}

stop_spark() { "$spark_home/sbin/stop-connect-server.sh"; }
spark() {
  if ! java -version 2>&1 | grep -qE 'version "(1[7-9]|2[0-9])'; then
    skip "spark: it takes Java 17 or later, and this machine has none (apt-get install openjdk-17-jre-headless)"
    return
  fi
  packages 'pyspark[connect]==4.3.0' || { skip "spark: pyspark cannot be installed from PyPI"; return; }
  spark_home=$("$environment/bin/python" -c 'import os, pyspark; print(os.path.dirname(pyspark.__file__))')
  export SPARK_PID_DIR=$work SPARK_LOG_DIR=$work SPARK_IDENT_STRING=mixedlm PYSPARK_PYTHON=$environment/bin/python
  port=$("$environment/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  remote=sc://127.0.0.1:$port
  stops+=(stop_spark)
  "$spark_home/sbin/start-connect-server.sh" --master 'local[*]' --driver-memory 4g \
    --conf spark.connect.grpc.binding.address=127.0.0.1 --conf "spark.connect.grpc.binding.port=$port" \
    --conf spark.driver.bindAddress=127.0.0.1 --conf spark.driver.host=127.0.0.1 --conf spark.ui.enabled=false \
    --conf "spark.sql.warehouse.dir=$work/warehouse" >/dev/null
  for _ in $(seq 120); do
    if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then break; fi
    sleep 0.5
  done
  printf 'Spark at %s; %s rows of %s levels\n' "$remote" "$rows" "$levels"
  "$environment/bin/python" "$tests/spark_rows.py" "$remote" "$rows" "$levels" "$work/rows.csv"
  model=(--formula "y ~ x + (1 + x | g)" --quiet)
  for name in first second; do
    timed "$name fit of the table in Spark" \
      "$mixedlm" fit --from "spark:$remote" --table rows "${model[@]}" --format json --output "$work/$name.json"
  done
  timed "fit of the rows" "$mixedlm" fit "$work/rows.csv" "${model[@]}" --format json --output "$work/rows.json"
  "$mixedlm" fit --from "spark:$remote" --table rows "${model[@]}"
  "$environment/bin/python" "$tests/same_fit.py" "$work/second.json" "$work/rows.json"
}

[ -x "$mixedlm" ] || { echo "there is no $mixedlm: build it by 'make build', for spark by 'make spark'" >&2; exit 1; }
[ $# -gt 0 ] || set -- duckdb postgresql
for stage in "$@"; do "$stage"; done
