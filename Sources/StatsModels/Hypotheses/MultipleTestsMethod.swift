/// Corrections of p-values for the number of tests, under each name that Python knows them by.
///
/// The name is the one that columns of results show: `.hs` and `.holmSidak` are one correction, reported as
/// `pvalue-hs` and `pvalue-holm-sidak`. With p₍₁₎ ≤ … ≤ p₍ₙ₎ the sorted p-values.
/// Python: statsmodels.stats.multitest.multipletests
public enum MultipleTestsMethod: String, Sendable, CaseIterable {
  /// Bonferroni: n p.
  case bonferroni, b, bonf
  /// Šidák: 1 - (1 - p)ⁿ.
  case sidak, s
  /// Holm's step-down procedure with Šidák's adjustment, statsmodels' default.
  case holmSidak = "holm-sidak"
  /// Holm's step-down procedure with Šidák's adjustment.
  case hs
  /// Holm's step-down procedure with Bonferroni's adjustment.
  case holm, h
  /// Simes' and Hochberg's step-up procedure.
  case simesHochberg = "simes-hochberg"
  /// Simes' and Hochberg's step-up procedure.
  case sh
  /// Hommel's closed procedure.
  case hommel, ho
  /// Benjamini and Hochberg's false discovery rate.
  case fdrBh = "fdr_bh"
  /// Benjamini and Hochberg's false discovery rate.
  case fdrI = "fdr_i"
  /// Benjamini and Hochberg's false discovery rate.
  case fdrP = "fdr_p"
  /// Benjamini and Hochberg's false discovery rate.
  case fdri, fdrp
  /// Benjamini and Yekutieli's false discovery rate, for any dependence.
  case fdrBy = "fdr_by"
  /// Benjamini and Yekutieli's false discovery rate, for any dependence.
  case fdrN = "fdr_n"
  /// Benjamini and Yekutieli's false discovery rate, for any dependence.
  case fdrC = "fdr_c"
  /// Benjamini and Yekutieli's false discovery rate, for any dependence.
  case fdrn, fdrcorr
  /// The two-stage procedure of Benjamini and Hochberg; its values depend on `alpha`.
  case fdrTsbh = "fdr_tsbh"
  /// The two-stage procedure of Benjamini and Hochberg; its values depend on `alpha`.
  case fdr2sbh = "fdr_2sbh"
  /// The two-stage procedure of Benjamini, Krieger and Yekutieli; its values depend on `alpha`.
  case fdrTsbky = "fdr_tsbky"
  /// The two-stage procedure of Benjamini, Krieger and Yekutieli; its values depend on `alpha`.
  case fdr2sbky = "fdr_2sbky"
  /// The two-stage procedure of Benjamini, Krieger and Yekutieli; its values depend on `alpha`.
  case fdrTwostage = "fdr_twostage"
  /// The adaptive step-down procedure of Gavrilov, Benjamini and Sarkar.
  case fdrGbs = "fdr_gbs"
  /// The local false discovery rate: one over the density of the p-values, by the slopes of the least concave
  /// majorant of their distribution.
  case lfdr
  /// The local false discovery rate.
  case lfdrSl = "lfdr_sl"

  /// The correction of a name in any case.
  ///
  /// - Throws: ``StatsModelsError`` for another name.
  public init(_ name: String) throws {
    guard let known = Self(rawValue: name.lowercased()) else {
      throw StatsModelsError(
        .invalidArgument,
        "method not recognized: '\(name)'; there are \(shortList(Self.allCases.map(\.rawValue)))",
        values: [name])
    }
    self = known
  }

  /// Adjusted p-values, and which hypotheses are rejected at level `alpha`.
  ///
  /// - Parameters:
  ///   - pvalues: p-values in any order; nan is neither counted nor rejected.
  ///   - alpha: the level.
  /// - Returns: one value and one decision for each p-value, in the given order.
  ///
  /// Python: statsmodels.stats.multitest.multipletests
  public func corrected(_ pvalues: [Double], alpha: Double = 0.05) -> (pvalues: [Double], reject: [Bool]) {
    let order = pvalues.indices.filter { !pvalues[$0].isNaN }.sorted { pvalues[$0] < pvalues[$1] }
    let sorted = SortedPValues(order.map { pvalues[$0] }, alpha: alpha)
    let (values, rejected) = sorted.corrected(self)
    var result = pvalues
    var reject = [Bool](repeating: false, count: pvalues.count)
    for (rank, position) in order.enumerated() {
      result[position] = min(values[rank], 1)
      reject[position] = rejected[rank]
    }
    return (result, reject)
  }
}

/// P-values in increasing order, with the level of the tests.
private struct SortedPValues {
  let p: [Double]
  let alpha: Double
  let count: Double

  init(_ p: [Double], alpha: Double) {
    self.p = p
    self.alpha = alpha
    count = Double(p.count)
  }

  func corrected(_ method: MultipleTestsMethod) -> ([Double], [Bool]) {
    switch method {
    case .bonferroni, .b, .bonf: decided(p.map { $0 * count }, by: p.map { $0 <= alpha / count })
    case .sidak, .s:
      decided(p.map { Self.sidak($0, count) }, by: p.map { $0 <= Self.sidakLevel(alpha, count) })
    case .holm, .h:
      decided(
        accumulated(p.indices.map { p[$0] * remaining($0) }),
        by: stepDown(p.indices.map { p[$0] <= alpha / remaining($0) }))
    case .holmSidak, .hs:
      decided(
        accumulated(p.indices.map { Self.sidak(p[$0], remaining($0)) }),
        by: stepDown(p.indices.map { p[$0] <= Self.sidakLevel(alpha, remaining($0)) }))
    case .simesHochberg, .sh:
      decided(
        stepped(p.indices.map { p[$0] * remaining($0) }),
        by: stepUp(p.indices.map { p[$0] <= alpha / remaining($0) }))
    case .hommel, .ho: compared(hommel)
    case .fdrBh, .fdrI, .fdrP, .fdri, .fdrp: falseDiscoveryRate(p, alpha: alpha, factor: 1)
    case .fdrBy, .fdrN, .fdrC, .fdrn, .fdrcorr:
      falseDiscoveryRate(p, alpha: alpha, factor: p.indices.reduce(0) { $0 + 1 / Double($1 + 1) })
    case .fdrTsbh, .fdr2sbh: twoStage(factor: 1)
    case .fdrTsbky, .fdr2sbky, .fdrTwostage: twoStage(factor: 1 + alpha)
    case .fdrGbs:
      compared(stepped(accumulated(p.indices.map { remaining($0) / Double($0 + 1) * p[$0] / (1 - p[$0]) })))
    case .lfdr, .lfdrSl: compared(majorantSlopes.map { min(1 / $0, 1) })
    }
  }

  /// Number of hypotheses that are not smaller: n, n - 1, … 1.
  private func remaining(_ rank: Int) -> Double { count - Double(rank) }

  private func decided(_ values: [Double], by reject: [Bool]) -> ([Double], [Bool]) { (values, reject) }
  private func compared(_ values: [Double]) -> ([Double], [Bool]) { (values, values.map { $0 <= alpha }) }

  /// Running maxima.
  private func accumulated(_ values: [Double]) -> [Double] {
    var running = -Double.infinity
    return values.map { value in
      running = max(running, value)
      return running
    }
  }

  /// Running minima from the end.
  private func stepped(_ values: [Double]) -> [Double] {
    var running = Double.infinity
    return values.reversed().map { value in
      running = min(running, value)
      return running
    }.reversed()
  }

  /// Rejections up to the first hypothesis that is not rejected.
  private func stepDown(_ reject: [Bool]) -> [Bool] {
    let first = reject.firstIndex(of: false) ?? reject.count
    return reject.indices.map { $0 < first }
  }

  /// Rejections up to the last hypothesis that is rejected.
  private func stepUp(_ reject: [Bool]) -> [Bool] {
    let last = reject.lastIndex(of: true) ?? -1
    return reject.indices.map { $0 <= last }
  }

  private var hommel: [Double] {
    var result = p
    for m in stride(from: p.count, to: 1, by: -1) {
      let tail = p.count - m
      let smallest = (0..<m).reduce(Double.infinity) { min($0, Double(m) * p[tail + $1] / Double($1 + 1)) }
      for i in p.indices {
        result[i] = max(result[i], i >= tail ? smallest : min(Double(m) * p[i], smallest))
      }
    }
    return result
  }

  /// Left-hand slopes at each p-value of the least concave majorant of the empirical distribution.
  private var majorantSlopes: [Double] {
    // Segments from the left: neighbours whose slopes increase are joined.
    var segments: [(width: Double, members: Int)] = []
    for (rank, value) in p.enumerated() {
      if rank > 0, value == p[rank - 1] {
        segments[segments.count - 1].members += 1
      } else {
        segments.append((value - (rank > 0 ? p[rank - 1] : 0), 1))
      }
      while segments.count > 1 {
        let (before, last) = (segments[segments.count - 2], segments[segments.count - 1])
        guard Double(last.members) * before.width >= Double(before.members) * last.width else { break }
        segments.removeLast(2)
        segments.append((before.width + last.width, before.members + last.members))
      }
    }
    return segments.flatMap { [Double](repeating: Double($0.members) / count / $0.width, count: $0.members) }
  }

  /// n p₍ₖ₎ factor / k, made monotonic from the end.
  private func falseDiscoveryRate(_ p: [Double], alpha: Double, factor: Double) -> ([Double], [Bool]) {
    let reject = p.indices.map { p[$0] <= Double($0 + 1) / count / factor * alpha }
    return (
      stepped(p.indices.map { p[$0] / (Double($0 + 1) / count / factor) }).map { min($0, 1) }, stepUp(reject)
    )
  }

  /// The first stage counts rejections, the second takes the others as the number of true hypotheses.
  private func twoStage(factor: Double) -> ([Double], [Bool]) {
    let level = alpha / factor
    let (first, rejected) = falseDiscoveryRate(p, alpha: level, factor: 1)
    let found = rejected.count { $0 }
    guard found > 0, found < p.count else { return (first.map { $0 * factor }, rejected) }
    let trueHypotheses = count - Double(found)
    let (second, decisions) = falseDiscoveryRate(p, alpha: level * count / trueHypotheses, factor: 1)
    return (second.map { $0 * trueHypotheses / count * factor }, decisions)
  }

  /// 1 - (1 - p)ⁿ without loss of small p.
  private static func sidak(_ p: Double, _ n: Double) -> Double {
    p >= 1 ? 1 : -exponentialMinusOne(n * logarithmOnePlus(-p))
  }

  /// 1 - (1 - α)^(1/n)
  private static func sidakLevel(_ alpha: Double, _ n: Double) -> Double { sidak(alpha, 1 / n) }
}
