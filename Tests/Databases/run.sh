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

# A port that nobody listens to.
free_port() {
  "$environment/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

fails() { printf 'failed: %s\n' "$*" >&2; exit 1; }

# A proxy of Spark's port; its own port is the variable `through`.
proxy=
stop_proxy() { if [ -n "$proxy" ]; then kill "$proxy" 2>/dev/null || true; wait "$proxy" 2>/dev/null || true; proxy=; fi; }
start_proxy() {
  through=$(free_port)
  "$environment/bin/python" "$tests/proxy.py" "$through" "$port" "$@" >"$work/proxy.log" 2>&1 &
  proxy=$!
  for _ in $(seq 100); do
    if (exec 3<>"/dev/tcp/127.0.0.1/$through") 2>/dev/null; then break; fi
    sleep 0.1
  done
}

# Connections that break on the way: the statement goes on where it stopped, and the fit is the same.
spark_breaks() {
  local how
  for how in "--drop-bytes 2000" "--drop-bytes 300000" "--drop-seconds 0.2"; do
    # The connection that looks whether the proxy is there is none to break.
    # shellcheck disable=SC2086
    start_proxy $how --skip 1
    "$mixedlm" fit --from "spark:sc://127.0.0.1:$through" --table rows "${model[@]}" --format json \
      --output "$work/broken.json" || fails "a fit whose connection breaks ($how)"
    if ! grep -q broken "$work/proxy.log"; then
      # a fast server may have answered before the time was over
      [[ $how == --drop-seconds* ]] || fails "the connection did not break ($how)"
      skip "spark by a connection that breaks ($how): the fit was faster"
    fi
    "$environment/bin/python" "$tests/same_fit.py" "$work/broken.json" "$work/second.json"
    stop_proxy
  done
}

# A certificate of an authority of its own: accepted by who is given the authority's, refused by others and by other names.
spark_encrypted() {
  if ! command -v openssl >/dev/null; then skip "spark by TLS: there is no openssl"; return; fi
  local tls=$work/tls name host remedy
  mkdir "$tls"
  openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=authority" -addext basicConstraints=critical,CA:TRUE \
    -keyout "$tls/authority.key" -out "$tls/authority.pem" 2>/dev/null
  for name in DNS:localhost,IP:127.0.0.1 DNS:elsewhere; do
    openssl req -newkey rsa:2048 -nodes -subj "/CN=server" -keyout "$tls/server.key" -out "$tls/request" 2>/dev/null
    printf 'subjectAltName=%s\n' "$name" >"$tls/names"
    openssl x509 -req -in "$tls/request" -CA "$tls/authority.pem" -CAkey "$tls/authority.key" -CAcreateserial -days 2 \
      -extfile "$tls/names" -out "$tls/server.pem" 2>/dev/null
    start_proxy --tls "$tls/server.pem" "$tls/server.key"
    local columns=(--from "spark:sc://localhost:$through/;use_ssl=true" --table rows --formula "y ~ x + (1 | g)")
    if [ "$name" = DNS:elsewhere ]; then
      ! GRPC_DEFAULT_SSL_ROOTS_FILE_PATH=$tls/authority.pem "$mixedlm" sql "${columns[@]}" >/dev/null 2>"$work/refusal" \
        || fails "a certificate of another name is accepted"
      remedy="of another name"
    else
      for host in localhost 127.0.0.1; do
        GRPC_DEFAULT_SSL_ROOTS_FILE_PATH=$tls/authority.pem "$mixedlm" fit \
          --from "spark:sc://$host:$through/;use_ssl=true" --table rows "${model[@]}" --format json \
          --output "$work/encrypted.json" || fails "an encrypted fit by the name $host"
        "$environment/bin/python" "$tests/same_fit.py" "$work/encrypted.json" "$work/second.json"
      done
      ! "$mixedlm" sql "${columns[@]}" >/dev/null 2>"$work/refusal" || fails "a certificate of nobody is accepted"
      remedy=GRPC_DEFAULT_SSL_ROOTS_FILE_PATH
    fi
    grep -q "$remedy" "$work/refusal" || fails "the refusal names no remedy: $(cat "$work/refusal")"
    stop_proxy
  done
  echo "encrypted: accepted from the authority given, refused from others and by other names"
}

# Ctrl-C in the middle of a statement of minutes: the command ends, and so does the server's work.
spark_interrupted() {
  local server fitting status=0 before after
  server=$(cat "$work"/*SparkConnectServer*.pid)
  "$environment/bin/python" -c "
import sys
from pyspark.sql import SparkSession
SparkSession.builder.remote(sys.argv[1]).getOrCreate().sql(
    'CREATE OR REPLACE VIEW long AS SELECT y, x, g FROM rows CROSS JOIN range(20000)')" "$remote"
  # A shell lets jobs in its background ignore Ctrl-C.
  "$environment/bin/python" -c "
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])" "$mixedlm" fit --from "spark:$remote" --table long "${model[@]}" >/dev/null 2>&1 &
  fitting=$!
  sleep 5
  kill -INT "$fitting"
  wait "$fitting" || status=$?
  [ "$status" = 130 ] || fails "the interrupted command ended with status $status"
  # Tasks look whether they are to end when they come to another batch of rows.
  sleep 5
  before=$(awk '{ print $14 + $15 }' "/proc/$server/stat")
  sleep 2
  after=$(awk '{ print $14 + $15 }' "/proc/$server/stat")
  # Hundredths of seconds: a processor that works counts 200.
  [ $((after - before)) -lt 60 ] || fails "the server works on: $((after - before)) hundredths of a second in two"
  echo "interrupted: status 130, and the server rests"
}

# Effects that Spark keeps, and fitted values that it computes.
spark_effects() {
  "$mixedlm" fit --from "spark:$remote" --table rows "${model[@]}" --save "$work/rows.fit" --write-effects g=effects \
    --leverage --output "$work/summary"
  "$mixedlm" sql --from "spark:$remote" --table rows --model "$work/rows.fit" --effects g=effects --residuals \
    --leverage --output "$work/score.sql"
  "$environment/bin/python" "$tests/spark_scores.py" "$remote" "$work/score.sql" "$work/second.json"
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
  port=$(free_port)
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
  stops+=(stop_proxy)
  for try in spark_breaks spark_encrypted spark_interrupted spark_effects; do timed "$try" "$try"; done
}

[ -x "$mixedlm" ] || { echo "there is no $mixedlm: build it by 'make build', for spark by 'make spark'" >&2; exit 1; }
[ $# -gt 0 ] || set -- duckdb postgresql
for stage in "$@"; do "$stage"; done
