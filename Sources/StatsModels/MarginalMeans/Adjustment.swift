import Distributions
import LinearAlgebra

extension MarginalMeans {
  /// Adjustments of p-values and intervals for the number of contrasts in a family. Not in statsmodels.
  ///
  /// Each contrast is judged with its own degrees of freedom.
  public enum Adjustment: String, Sendable, CaseIterable {
    /// None.
    case none
    /// The studentized range of all means: for all pairs; of other contrasts Šidák's.
    case tukey
    /// Dunnett's test approximated, by a mixture of the studentized range and independent t.
    case dunnettx
    /// The multivariate t distribution of the contrasts, integrated numerically to about 1e-5.
    case mvt
    /// Scheffé: any contrast of the family's space.
    case scheffe
    /// Šidák: 1 - (1 - p)ᶜ.
    case sidak
    /// Holm's step-down procedure.
    case holm
    /// Hochberg's step-up procedure.
    case hochberg
    /// Hommel's closed procedure.
    case hommel
    /// Bonferroni: c p.
    case bonferroni
    /// Benjamini and Hochberg's false discovery rate.
    case fdrBh = "fdr_bh"
    /// Benjamini and Yekutieli's false discovery rate.
    case fdrBy = "fdr_by"

    /// The adjustment of a name in any case; `fdr` and `bh` are ``fdrBh``, `by` is ``fdrBy``.
    ///
    /// - Throws: ``StatsModelsError`` for another name.
    public init(_ name: String) throws {
      let name = name.lowercased()
      let aliases = ["fdr": Self.fdrBh, "bh": .fdrBh, "by": .fdrBy, "dunnett": .dunnettx]
      guard let known = Self(rawValue: name) ?? aliases[name] else {
        throw StatsModelsError(
          .invalidArgument, "adjust is '\(name)'; there are \(shortList(Self.allCases.map(\.rawValue)))",
          values: [name])
      }
      self = known
    }
  }
}

/// Contrasts that are judged together.
struct ContrastFamily {
  /// t statistics and degrees of freedom; nan where the data determine none.
  let t: [Double]
  let df: [Double]
  /// Number of means.
  let meanCount: Int
  /// Covariance of the contrasts.
  let covariance: Matrix

  /// Contrasts that are known.
  private var count: Double { Double(t.count { !$0.isNaN }) }

  /// Adjusted p-values.
  func pValues(_ adjustment: MarginalMeans.Adjustment) -> [Double] {
    let plain = zip(t, df).map { ReferenceT.pValue($0, df: $1) }
    switch adjustment {
    case .none: return plain
    case .holm: return MultipleTestsMethod.holm.corrected(plain).pvalues
    case .hochberg: return MultipleTestsMethod.simesHochberg.corrected(plain).pvalues
    case .hommel: return MultipleTestsMethod.hommel.corrected(plain).pvalues
    case .bonferroni: return MultipleTestsMethod.bonferroni.corrected(plain).pvalues
    case .sidak: return MultipleTestsMethod.sidak.corrected(plain).pvalues
    case .fdrBh: return MultipleTestsMethod.fdrBh.corrected(plain).pvalues
    case .fdrBy: return MultipleTestsMethod.fdrBy.corrected(plain).pvalues
    case .tukey, .dunnettx, .scheffe, .mvt:
      let tail = tail(adjustment)
      return zip(t, df).map { $0.isNaN || $1.isNaN ? .nan : min(max(tail(abs($0), $1), 0), 1) }
    }
  }

  /// Half-widths of the intervals in standard errors; step-wise procedures have Bonferroni's.
  func quantiles(_ adjustment: MarginalMeans.Adjustment, alpha: Double) -> [Double] {
    switch adjustment {
    case .none: return df.map { ReferenceT.quantile(alpha: alpha, df: $0) }
    case .sidak:
      let level = 1 - pow1(1 - alpha, 1 / count)
      return df.map { ReferenceT.quantile(alpha: level, df: $0) }
    case .holm, .hochberg, .hommel, .bonferroni, .fdrBh, .fdrBy:
      return df.map { ReferenceT.quantile(alpha: alpha / count, df: $0) }
    case .tukey:
      return df.map { StudentizedRange(groups: Double(meanCount), df: $0).isf(alpha) / 2.0.squareRoot() }
    case .scheffe:
      let r = rank
      return df.map { df in
        let quantile = df.isInfinite ? ChiSquared(r).ppf(1 - alpha) / r : FDistribution(r, df).ppf(1 - alpha)
        return (r * quantile).squareRoot()
      }
    case .dunnettx, .mvt:
      let tail = tail(adjustment)
      return df.map { df in
        df > 0
          ? Self.root(of: { tail($0, df) - alpha }, from: ReferenceT.quantile(alpha: alpha, df: df)) : .nan
      }
    }
  }

  /// P(max |T| > t) with some degrees of freedom.
  private func tail(_ adjustment: MarginalMeans.Adjustment) -> (Double, Double) -> Double {
    let c = count
    switch adjustment {
    case .tukey:
      let k = Double(meanCount)
      return { StudentizedRange(groups: k, df: $1).sf(2.0.squareRoot() * $0) }
    case .scheffe:
      let r = rank
      return { ReferenceF.pValue($0 * $0 / r, r, $1) }
    case .dunnettx:
      if c < 2 { return { ReferenceT.pValue($0, df: $1) } }
      // The range of k means has c = k (k - 1) / 2 pairs.
      let groups = (1 + (1 + 8 * c).squareRoot()) / 2
      let share = (c - 1) / c
      return { t, df in
        let range = StudentizedRange(groups: groups, df: df).cdf(2.0.squareRoot() * t)
        return 1 - share * range - (1 - share) * self.pow1(1 - ReferenceT.pValue(t, df: df), c)
      }
    default:
      let joint = MultivariateT(covariance: covariance, known: t.indices.filter { !t[$0].isNaN })
      return { joint.tail($0, df: $1) }
    }
  }

  private func pow1(_ base: Double, _ exponent: Double) -> Double {
    base <= 0 ? 0 : exponential(exponent * logarithm(base))
  }

  /// Rank of the contrasts.
  private var rank: Double {
    let known = t.indices.filter { !t[$0].isNaN }
    let inner = covariance.selecting(rows: known).selecting(columns: known)
    guard let eigen = try? SymmetricEigen(inner.symmetrized), let largest = eigen.values.last else {
      return 0
    }
    return Double(eigen.values.count { $0 > 1e-9 * largest })
  }

  /// Where a decreasing function is zero: brackets by doubling, then regula falsi with bisection.
  private static func root(of f: (Double) -> Double, from start: Double) -> Double {
    var (low, high) = (0.0, max(start, 1e-3))
    for _ in 0..<60 {
      if f(high) <= 0 { break }
      (low, high) = (high, 2 * high)
    }
    var (above, below) = (f(low), f(high))
    for step in 0..<100 where high - low > 1e-12 * high {
      let secant = low + (high - low) * above / (above - below)
      let middle = step % 3 == 2 || !(secant > low && secant < high) ? 0.5 * (low + high) : secant
      let value = f(middle)
      if value == 0 { return middle }
      if value > 0 { (low, above) = (middle, value) } else { (high, below) = (middle, value) }
    }
    return 0.5 * (low + high)
  }
}
