# Compares what a page shows its blocks to print, fenced as output, with what its program printed: awk -f output.awk
# PRINTED PAGE. The program prints the mark of a block, \001 and its number, after what the block prints.
FNR == 1 { file++ }
file == 1 && /^\001[0-9]+$/ { printed[substr($0, 2)] = text; text = ""; next }
file == 1 { text = text $0 "\n"; next }
/^```swift$/ { number++ }
/^```output$/ { expected = ""; inside = 1; next }
/^```$/ && inside {
  inside = 0
  if (expected != printed[number]) {
    printf "%s, block %d: the page shows\n%sbut the block prints\n%s", FILENAME, number, expected, printed[number]
    wrong = 1
  }
  next
}
inside { expected = expected $0 "\n" }
END { exit wrong }
