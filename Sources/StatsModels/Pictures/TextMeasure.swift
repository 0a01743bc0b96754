/// Widths of texts without a font: averages of common sans-serif faces, on the wide side.
enum TextMeasure {
  /// Width in pixels of a text set at `size` pixels.
  static func width(_ text: String, size: Double) -> Double {
    text.unicodeScalars.reduce(0.0) { $0 + advance($1) } * size
  }

  private static func advance(_ scalar: Unicode.Scalar) -> Double {
    switch scalar {
    case "i", "j", "l", "I", "|", "'", ".", ",", ":", ";", "!", " ", "(", ")", "[", "]", "t", "f": 0.33
    case "m", "w", "M", "W", "%", "@": 0.89
    case "A"..."Z": 0.68
    case "0"..."9", "a"..."z", "-", "\u{2212}", "+", "=", "_": 0.58
    default: scalar.value < 0x2E80 ? 0.65 : 1
    }
  }

  /// The text cut to a width, with an ellipsis in place of its middle: labels often differ at their end.
  static func cut(_ text: String, size: Double, to limit: Double) -> String {
    if width(text, size: size) <= limit { return text }
    var head = text.prefix((text.count + 1) / 2)
    var tail = text.suffix(text.count / 2)
    while head.count > 1, width(head + "…" + tail, size: size) > limit {
      if tail.count < head.count { head.removeLast() } else { tail.removeFirst() }
    }
    return head + "…" + tail
  }

  /// The text in lines of a width, broken at blanks where there are any; the last of `limit` lines is cut.
  static func wrapped(_ text: String, size: Double, to width: Double, limit: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    var rest = text.split(separator: " ", omittingEmptySubsequences: true)[...]
    while let word = rest.first {
      let longer = line.isEmpty ? String(word) : line + " " + word
      if line.isEmpty || self.width(longer, size: size) <= width {
        line = longer
        rest = rest.dropFirst()
        continue
      }
      if lines.count == limit - 1 { break }
      lines.append(cut(line, size: size, to: width))
      line = ""
    }
    let last = rest.isEmpty ? line : line + " " + rest.joined(separator: " ")
    if !last.isEmpty { lines.append(cut(last, size: size, to: width)) }
    return lines
  }
}
