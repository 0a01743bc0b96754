#!/usr/bin/env bash
# Compiles and runs the Swift blocks of the documentation pages that tell a whole story, as a reader would, beside the
# data files of the checkout. Takes the folder of a finished build: Tests/Documentation/run.sh .build/release
set -euo pipefail
cd "$(dirname "$0")/../.."
build=$(cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp compat-fixtures/data/{dietox,students}.csv "$work"
objects=()
for folder in "$build"/*.build; do
  name=$(basename "$folder" .build)
  # Everything the library is made of; the programs and tests of this package have a main function of their own.
  case $name in mixedlm*|Mixedlm*|*Tests|TestSupport|Argument*|*Tool|generate*|*-tool|*PackageTests|*FuzzDrivers) continue ;; esac
  while IFS= read -r object; do objects+=("$object"); done < <(find "$folder" -name '*.o')
done
for page in GettingStarted Workflow; do
  echo "== $page"
  awk -f Tests/Documentation/program.awk "Sources/StatsModels/Documentation.docc/$page.md" >"$work/main.swift"
  swiftc -swift-version 6 -I "$build/Modules" -I Sources/COpenBLAS -package-name documentation \
    "$work/main.swift" "${objects[@]}" $(pkg-config --libs openblas) -llapacke -o "$work/page" 2>"$work/log" \
    || { cat "$work/log"; exit 1; }
  (cd "$work" && ./page >"$work/out") || { tail -n 20 "$work/out"; exit 1; }
  wc -l <"$work/out"
done
