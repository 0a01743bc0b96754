/// Suggestions for a name that does not exist.
package enum NearestNames {
  /// Up to three of `names` that resemble `name`, the nearest first.
  package static func of(_ name: String, among names: [String]) -> [String] {
    let wanted = Array(name.lowercased().unicodeScalars.prefix(64))
    let ranked = names.prefix(5000).compactMap { candidate -> (distance: Int, name: String)? in
      let text = Array(candidate.lowercased().unicodeScalars.prefix(64))
      let distance = editDistance(wanted, text)
      return distance <= max(2, min(wanted.count, text.count) / 2) ? (distance, candidate) : nil
    }
    return ranked.sorted { $0.distance < $1.distance }.prefix(3).map(\.name)
  }

  /// `no column 'wieght'; did you mean 'weight'?`, or the list of names when none resembles it.
  package static func message(_ kind: String, _ name: String, among names: [String]) -> String {
    let quote = PythonText.quoted
    let nearest = of(name, among: names)
    if !nearest.isEmpty {
      return "no \(kind) \(quote(name)); did you mean \(nearest.map(quote).joined(separator: ", "))?"
    }
    if let hint = separatorHint(names) {
      return "no \(kind) \(quote(name)): the only one is \(quote(names[0])). \(hint)"
    }
    if names.isEmpty { return "no \(kind) \(quote(name)): there are none" }
    let shown = names.prefix(10).map(quote).joined(separator: ", ")
    return "no \(kind) \(quote(name)); there are \(shown)" + (names.count > 10 ? ", … (\(names.count))" : "")
  }

  /// What a header of a single name with another separator in it shows; nil for any other header.
  static func separatorHint(_ names: [String]) -> String? {
    guard names.count == 1, let separator = [";", "\t", "|"].first(where: names[0].contains) else {
      return nil
    }
    return "The file seems to be separated by \(separatorName(separator)): save it with commas, or read it "
      + "with that separator"
  }

  /// A separator as a sentence names it.
  static func separatorName(_ separator: String) -> String {
    separator == "\t" ? "tabs" : PythonText.quoted(separator)
  }

  /// The least number of insertions, deletions and substitutions between two texts.
  private static func editDistance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
    var row = Array(0...b.count)
    for (i, x) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, y) in b.enumerated() {
        let substituted = diagonal + (x == y ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(substituted, row[j] + 1, diagonal + 1)
      }
    }
    return row[b.count]
  }
}
