/// Factors in emmeans' spelling: `~ A * B | C`.
struct FactorSpelling {
  let factors: [String]
  let by: [String]

  /// - Returns: nil for a plain name.
  init?(_ text: String) {
    let trimmed = text.drop { $0 == " " }
    guard trimmed.first == "~" else { return nil }
    let sides = trimmed.dropFirst().split(separator: "|", maxSplits: 1, omittingEmptySubsequences: false)
    func names(_ side: Substring) -> [String] {
      side.split { "*+:".contains($0) }.map { name in
        String(name.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
      }.filter { !$0.isEmpty }
    }
    factors = names(sides[0])
    by = sides.count > 1 ? names(sides[1]) : []
  }
}
