/// Contrasts among the means of a family. Not in statsmodels.
public enum MeanContrast: Sendable {
  /// Each mean less each later one, `A - B`: the other sign than `tTestPairwise` has.
  case pairwise
  /// Each mean less each earlier one, `B - A`.
  case reversePairwise
  /// Each other mean less that at a position.
  case treatmentVsControl(reference: Int = 0)
  /// Each mean less the mean of all.
  case effects
  /// Each mean less the mean of the others.
  case deletedEffects
  /// Each mean less the one before it.
  case consecutive
  /// The mean of all later ones less the mean of all up to each.
  case meanChange
  /// Orthogonal polynomials of equally spaced levels in whole numbers: linear, quadratic, ….
  case polynomial
  /// Named weights of the means.
  case custom(KeyValuePairs<String, [Double]>)
  /// Named weights that were made of other contrasts.
  case products([(name: String, weights: [Double])])

  /// The adjustment that goes with the contrasts.
  var defaultAdjustment: MarginalMeans.Adjustment {
    switch self {
    case .pairwise, .reversePairwise: .tukey
    case .treatmentVsControl: .dunnettx
    case .effects, .deletedEffects: .fdrBh
    case .consecutive, .meanChange, .polynomial, .custom, .products: .none
    }
  }

  /// Whether the contrasts are all pairs.
  var isPairwise: Bool {
    switch self {
    case .pairwise, .reversePairwise: true
    default: false
    }
  }

  /// Whether every contrast's weights add up to zero.
  var areDifferences: Bool {
    func sums(_ weights: [Double]) -> Bool {
      abs(weights.reduce(0, +)) <= 1e-9 * weights.reduce(0) { $0 + abs($1) }
    }
    return switch self {
    case .custom(let list): list.allSatisfy { sums($0.value) }
    case .products(let list): list.allSatisfy { sums($0.weights) }
    default: true
    }
  }

  /// Names and weights among means of given names.
  ///
  /// - Parameter sign: what stands between two means that are compared.
  /// - Throws: ``StatsModelsError`` for a reference that is not there, and weights of another number.
  func rows(_ names: [String], sign: String = "-") throws -> [(name: String, weights: [Double])] {
    let k = names.count
    let all = Array(0..<k)
    func difference(_ a: Int, _ b: Int) -> (String, [Double]) {
      ("\(names[a]) \(sign) \(names[b])", all.map { $0 == a ? 1 : $0 == b ? -1 : 0 })
    }
    switch self {
    case .pairwise: return all.flatMap { a in all[(a + 1)...].map { difference(a, $0) } }
    case .reversePairwise: return all.flatMap { a in all[..<a].map { difference(a, $0) } }
    case .treatmentVsControl(let reference):
      guard all.contains(reference) else {
        throw StatsModelsError(
          .invalidArgument, "reference is \(reference): the means have positions 0 to \(k - 1)",
          values: [String(reference)])
      }
      return all.filter { $0 != reference }.map { difference($0, reference) }
    case .effects:
      return all.map { a in ("\(names[a]) effect", all.map { ($0 == a ? 1 : 0) - 1 / Double(k) }) }
    case .deletedEffects:
      if k < 2 { return [] }
      return all.map { a in ("\(names[a]) effect", all.map { $0 == a ? 1 : -1 / Double(k - 1) }) }
    case .consecutive: return all.dropFirst().map { difference($0, $0 - 1) }
    case .meanChange:
      return all.dropFirst().map { a in
        ("\(names[a - 1])|\(names[a])", all.map { $0 < a ? -1 / Double(a) : 1 / Double(k - a) })
      }
    case .polynomial: return OrthogonalPolynomials.rows(count: k)
    case .custom(let list): return try Self.checked(list.map { ($0, $1) }, count: k)
    case .products(let list): return try Self.checked(list, count: k)
    }
  }

  private static func checked(
    _ list: [(name: String, weights: [Double])], count: Int
  ) throws -> [(name: String, weights: [Double])] {
    for (name, weights) in list where weights.count != count {
      throw StatsModelsError(
        .lengthMismatch, "the contrast '\(name)' has \(weights.count) weights for \(count) means",
        values: [name])
    }
    return list
  }
}

/// Orthogonal polynomials on equally spaced points, scaled to whole numbers.
enum OrthogonalPolynomials {
  /// Highest degree: beyond it the numbers have many digits and no use.
  private static let highestDegree = 6

  static func rows(count k: Int) -> [(name: String, weights: [Double])] {
    guard k > 1 else { return [] }
    let points = (0..<k).map { Double($0) - Double(k - 1) / 2 }
    var basis = [[Double](repeating: 1, count: k)]
    for _ in 1...min(k - 1, highestDegree) {
      // p ← x p less its projections; symmetry makes all but two vanish, and rounding is cleared all the same.
      var next = zip(points, basis[basis.count - 1]).map { $0 * $1 }
      for other in basis {
        let share = sum(next, other) / sum(other, other)
        next = zip(next, other).map { $0 - share * $1 }
      }
      basis.append(whole(next))
    }
    let names = ["linear", "quadratic", "cubic", "quartic"]
    return basis.dropFirst().enumerated().map { degree, weights in
      (degree < names.count ? names[degree] : "degree \(degree + 1)", weights)
    }
  }

  private static func sum(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }

  /// The smallest multiple in whole numbers.
  private static func whole(_ values: [Double]) -> [Double] {
    let largest = values.reduce(0) { max($0, abs($1)) }
    let sizes = values.map(abs).filter { $0 > 1e-9 * largest }
    guard let least = sizes.min() else { return values }
    for factor in 1...1000 {
      let scaled = values.map { $0 / least * Double(factor) }
      if scaled.allSatisfy({ abs($0 - $0.rounded()) < 1e-6 }) { return scaled.map { $0.rounded() } }
    }
    return values
  }
}
