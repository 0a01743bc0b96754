extension DataFrame {
  /// Rows chosen at random, each equally likely, in random order.
  ///
  /// The same seed chooses the same rows, on every machine, but not those of numpy.
  /// - Parameters:
  ///   - n: how many; one unless `n` or `frac` is given.
  ///   - frac: how many as a fraction of all rows, instead of `n`.
  ///   - replace: whether a row may be chosen again.
  ///   - seed: what the choice depends on; nil for a choice that cannot be repeated.
  /// - Throws: ``DataFrameError`` for more rows than there are, for both `n` and `frac`, and for negative ones.
  ///
  /// Python: DataFrame.sample
  public func sample(
    n: Int? = nil, frac: Double? = nil, replace: Bool = false, seed: UInt64? = nil
  ) throws(DataFrameError) -> DataFrame {
    var generator = SplitMix64(state: seed ?? .random(in: .min ... .max))
    return try sample(n: n, frac: frac, replace: replace, using: &generator)
  }

  /// Rows chosen at random by a generator, as ``sample(n:frac:replace:seed:)`` chooses them.
  ///
  /// - Throws: ``DataFrameError`` as there.
  ///
  /// Python: DataFrame.sample
  public func sample(
    n: Int? = nil, frac: Double? = nil, replace: Bool = false,
    using generator: inout some RandomNumberGenerator
  ) throws(DataFrameError) -> DataFrame {
    rows(
      uncheckedPositions: try SampledRows.positions(
        rowCount, n: n, frac: frac, replace: replace, using: &generator))
  }
}

extension Column {
  /// Values chosen at random, as ``DataFrame/sample(n:frac:replace:seed:)`` chooses rows.
  ///
  /// - Throws: ``DataFrameError`` as there.
  ///
  /// Python: Series.sample
  public func sample(
    n: Int? = nil, frac: Double? = nil, replace: Bool = false, seed: UInt64? = nil
  ) throws(DataFrameError) -> Column {
    var generator = SplitMix64(state: seed ?? .random(in: .min ... .max))
    return try sample(n: n, frac: frac, replace: replace, using: &generator)
  }

  /// Values chosen at random by a generator, as ``DataFrame/sample(n:frac:replace:seed:)`` chooses rows.
  ///
  /// - Throws: ``DataFrameError`` as there.
  ///
  /// Python: Series.sample
  public func sample(
    n: Int? = nil, frac: Double? = nil, replace: Bool = false,
    using generator: inout some RandomNumberGenerator
  ) throws(DataFrameError) -> Column {
    rows(
      uncheckedPositions: try SampledRows.positions(
        count, n: n, frac: frac, replace: replace, using: &generator))
  }
}

/// A choice of rows at random.
private enum SampledRows {
  static func positions(
    _ total: Int, n: Int?, frac: Double?, replace: Bool, using generator: inout some RandomNumberGenerator
  ) throws(DataFrameError) -> [Int] {
    if n != nil, frac != nil {
      throw DataFrameError(.invalidArgument, "sample: give either n or frac, not both")
    }
    guard let count = n ?? frac.map({ Int(exactly: ($0 * Double(total)).rounded(.toNearestOrEven)) }) ?? 1,
      count >= 0
    else { throw DataFrameError(.invalidArgument, "sample: the number of rows must not be negative") }
    if replace {
      if count > 0, total == 0 {
        throw DataFrameError(.invalidArgument, "sample: there is no row to choose from")
      }
      return (0..<count).map { _ in Int.random(in: 0..<total, using: &generator) }
    }
    guard count <= total else {
      throw DataFrameError(
        .invalidArgument,
        "sample: \(count) rows of \(total): a larger sample needs replace: true")
    }
    // The start of a Fisher–Yates shuffle.
    var positions = Array(0..<total)
    for place in 0..<count {
      positions.swapAt(place, Int.random(in: place..<total, using: &generator))
    }
    return Array(positions[..<count])
  }
}

/// Steele, Lea and Flood's generator of 64 bits (OOPSLA 2014): enough to choose rows.
private struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
