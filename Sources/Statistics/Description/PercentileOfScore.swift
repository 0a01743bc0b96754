/// How values equal to a score count. Python: the argument kind of percentileofscore
public enum ScoreKind: String, Sendable, CaseIterable {
  /// By the mean of their places.
  case rank
  /// As not above the score.
  case weak
  /// As not below it.
  case strict
  /// By half.
  case mean
}

extension stats {
  /// The percentage of values below a score, of one or of each of several; NaN without values and for a score that is
  /// none.
  ///
  /// - Throws: ``StatisticsError`` for values that are no numbers.
  ///
  /// Python: scipy.stats.percentileofscore
  public static func percentileofscore<Score: Pointwise>(
    _ a: any Sample, _ score: Score, kind: ScoreKind = .rank, nanPolicy: NanPolicy = .propagate
  ) throws -> Score.Values {
    let values = try independent([a], nanPolicy)?[0] ?? []
    return score.mapPointwise { score in
      if score.isNaN || values.isEmpty { return .nan }
      let below = Double(values.count { $0 < score })
      let notAbove = Double(values.count { $0 <= score })
      let share = 50 / Double(values.count)
      return switch kind {
      case .rank: (below + notAbove + (below < notAbove ? 1 : 0)) * share
      case .weak: notAbove * 2 * share
      case .strict: below * 2 * share
      case .mean: (below + notAbove) * share
      }
    }
  }
}
