import Distributions

/// The distribution of a likelihood ratio under the smaller model.
struct ReferenceDistribution {
  /// Degrees of freedom of the mixture's halves; one entry for a plain χ².
  private let degrees: [Int]

  init(smaller: ModelSpecification, larger: ModelSpecification, added: Int) {
    degrees = Self.mixture(smaller: smaller, larger: larger, added: added) ?? [added]
  }

  var name: String {
    degrees.count == 1 ? "chi2(\(degrees[0]))" : "mixture of chi2(\(degrees[0])) and chi2(\(degrees[1]))"
  }

  func tail(_ value: Double) -> Double {
    let tails = degrees.map { df -> Double in
      df == 0 ? (value > 0 ? 0 : 1) : ChiSquared(Double(df)).sf(value)
    }
    return tails.reduce(0, +) / Double(tails.count)
  }

  /// One new variance, alone or with its covariances with effects of the same level.
  private static func mixture(smaller a: ModelSpecification, larger b: ModelSpecification, added: Int)
    -> [Int]?
  {
    guard a.exogNames == b.exogNames, a.exog == b.exog || a.cells != nil || b.cells != nil,
      a.residuals?.parameters.count == b.residuals?.parameters.count
    else { return nil }
    func key(_ block: RandomBlock) -> String { "\(block.group)|\(block.names)|\(block.covariance.form.key)" }
    var extra = b.blocks
    var gone = a.blocks
    for block in a.blocks {
      guard let match = extra.firstIndex(where: { key($0) == key(block) }),
        let own = gone.firstIndex(where: { key($0) == key(block) })
      else { continue }
      extra.remove(at: match)
      gone.remove(at: own)
    }
    guard extra.count == 1, let new = extra.first else { return nil }
    if gone.isEmpty, new.width == 1, added == 1 { return [0, 1] }
    guard gone.count == 1, let old = gone.first, old.group == new.group, new.width == old.width + 1,
      Set(old.names).isSubset(of: new.names)
    else { return nil }
    return added == new.width ? [added - 1, added] : added == 1 ? [0, 1] : nil
  }
}
