#!/usr/bin/env bash
# The documentation as a reader types it: a package outside the checkout that depends on this one, with a program of the
# Swift blocks of each page, run beside the data files of the checkout. What a block fenced as output shows is what the Swift
# block before it prints.
set -euo pipefail
cd "$(dirname "$0")/../.."
checkout=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
pages=()
sources=()
targets=
for page in README.md Sources/StatsModels/Documentation.docc/*.md; do
  grep -q '^```swift$' "$page" || continue
  name=Page$(basename "$page" .md)
  mkdir -p "$work/Sources/$name"
  # What a page takes for given stands in a file of the page's name.
  given=Tests/Documentation/given/${name#Page}.swift
  [ -e "$given" ] || given=
  awk -f Tests/Documentation/program.awk $given "$page" \
    >"$work/Sources/$name/main.swift"
  pages+=("$name")
  sources+=("$checkout/$page")
  targets+=".executableTarget(name: \"$name\", dependencies: [.product(name: \"StatsModels\", package: \"StatsModels\"), .product(name: \"SQLiteSource\", package: \"StatsModels\")]),"
done
cat >"$work/Package.swift" <<SWIFT
// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "Pages",
  platforms: [.macOS(.v14)],
  dependencies: [.package(name: "StatsModels", path: "$checkout", traits: ["SQLite"])],
  targets: [$targets],
  swiftLanguageModes: [.v6]
)
SWIFT
cp compat-fixtures/data/*.csv "$work"
cd "$work"
swift build --scratch-path "$checkout/.build/pages"
for number in "${!pages[@]}"; do
  page=${pages[$number]}
  echo "== $page"
  "$checkout/.build/pages/debug/$page" >"$work/$page.txt" || { tail -n 20 "$work/$page.txt"; exit 1; }
  wc -l <"$work/$page.txt"
  awk -f "$checkout/Tests/Documentation/output.awk" "$work/$page.txt" "${sources[$number]}"
done
