# The Swift blocks of a documentation page as one program. A block that declares a name anew shows another way to the
# same thing: it gets a scope of its own. Package manifests are left out. After each block a mark with its number is
# printed, by which output.awk finds what the block printed.
BEGIN { print "import Foundation\nimport StatsModels\n" }
FILENAME ~ /\.swift$/ {
  if ($1 == "let" || $1 == "var") declared[$2] = 1
  print
  next
}
/^```swift$/ { block = ""; again = 0; manifest = 0; inside = 1; number++; next }
/^```$/ && inside {
  inside = 0
  if (!manifest) {
    print again ? "do {\n" block "}\n" : block
    print "print(\"\\u{1}" number "\")\n"
  }
  if (!again) for (name in fresh) declared[name] = 1
  delete fresh
  next
}
inside && /^import PackageDescription/ { manifest = 1 }
inside && /^import / { next }
inside {
  if ($1 == "let" || $1 == "var") { fresh[$2] = 1; if ($2 in declared) again = 1 }
  block = block $0 "\n"
}
