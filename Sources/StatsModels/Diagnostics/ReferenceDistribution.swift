import Distributions

/// The distribution of a likelihood ratio under the smaller model.
struct ReferenceDistribution {
  /// Degrees of freedom of the mixture's halves; one entry for a plain χ².
  private let degrees: [Int]

  /// Whether several variances are zero under the smaller model, so that the tail of this distribution is too large.
  let isUpperLimit: Bool

  /// A likelihood ratio up to this is the rounding of two equal likelihoods.
  private static let resolution = 1e-9

  /// Of a mixture of χ² in equal parts.
  init(degrees: [Int]) {
    self.degrees = degrees
    isUpperLimit = false
  }

  /// Where the smaller model has no random effects.
  init(randomEffects blocks: [RandomBlock], added: Int) {
    // Coefficients that are tested too leave the mixture, moved by their number.
    let isSingle = blocks.count == 1 && blocks[0].width == 1
    degrees = isSingle && added >= 1 ? [added - 1, added] : [added]
    isUpperLimit = !isSingle
  }

  init(smaller: ModelSpecification, larger: ModelSpecification, added: Int) {
    let addsOne = Self.addsOneVariance(smaller: smaller, larger: larger)
    degrees = addsOne && added > 0 ? [added - 1, added] : [added]
    func variances(_ model: ModelSpecification) -> Int { model.blocks.reduce(0) { $0 + $1.width } }
    isUpperLimit = !addsOne && variances(larger) > variances(smaller)
  }

  var name: String {
    degrees.count == 1 ? "chi2(\(degrees[0]))" : "mixture of chi2(\(degrees[0])) and chi2(\(degrees[1]))"
  }

  /// The probability of at least this value.
  func tail(_ value: Double) -> Double {
    let tails = degrees.map { df -> Double in
      df == 0 ? (value > Self.resolution ? 0 : 1) : ChiSquared(Double(df)).sf(max(value, 0))
    }
    return tails.reduce(0, +) / Double(tails.count)
  }

  /// Whether one variance is new, alone or with its covariances with effects of the same level; what else is added moves
  /// the mixture.
  private static func addsOneVariance(smaller a: ModelSpecification, larger b: ModelSpecification) -> Bool {
    guard a.residuals?.parameters.count == b.residuals?.parameters.count else { return false }
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
    guard extra.count == 1, let new = extra.first else { return false }
    if gone.isEmpty { return new.width == 1 }
    guard gone.count == 1, let old = gone.first, old.group == new.group, new.width == old.width + 1,
      Set(old.names).isSubset(of: new.names)
    else { return false }
    func parameters(_ block: RandomBlock) -> Int { block.covariance.form.reported(width: block.width).count }
    return [1, new.width].contains(parameters(new) - parameters(old))
  }
}
