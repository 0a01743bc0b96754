import DataFrames
import LinearAlgebra

/// Which hypotheses an F table tests. Not in statsmodels for mixed models.
public enum AnovaType: Int, Sendable, CaseIterable {
  /// Each term after those before it, in the order of the design's terms (patsy's, which puts terms of factors first).
  case one = 1
  /// Each term after all that do not contain it, as lmerTest.
  case two
  /// Each term as in a table without empty cells and with equal cells, as SAS and lmerTest: whatever the coding of factors.
  case three
  /// Each term after all that do not contain it, as the function Anova of car: uncorrelated with those that do.
  case carTwo

  /// The Roman numeral of the type.
  var title: String {
    switch self {
    case .one: "I"
    case .two: "II"
    case .three: "III"
    case .carTwo: "II (car)"
    }
  }
}

/// F tests of the terms of the fixed effects. Not in statsmodels for mixed models.
///
/// ```swift
/// print(try results.anova(type: .three, ddf: .kenwardRoger))
/// ```
public struct AnovaTable: Sendable, Equatable {
  /// The tests of one term.
  public typealias Row = (
    term: String, sumSq: Double, meanSq: Double, numDf: Double, denDf: Double, f: Double, p: Double
  )

  /// Which hypotheses are tested.
  public let type: AnovaType
  /// How degrees of freedom were counted.
  public let ddf: DegreesOfFreedom
  /// The terms.
  public let term: [String]
  /// Mean squares times ``numDf``.
  public let sumSq: [Double]
  /// F before its scaling times the residual variance: a convention, as mixed models have no sums of squares of their own.
  public let meanSq: [Double]
  /// Rank of each hypothesis; smaller than the term's number of columns where cells are empty.
  public let numDf: [Double]
  /// Degrees of freedom of the denominator; infinite for `.infinite`.
  public let denDf: [Double]
  /// F statistics, Kenward's and Roger's scaled by ``fScaling``; χ² over its degrees of freedom for `.infinite`.
  public let f: [Double]
  /// Upper tails of F.
  public let p: [Double]
  /// Kenward's and Roger's factors in F; 1 otherwise.
  public let fScaling: [Double]
  /// The hypotheses, rows over all fixed effects.
  public let hypotheses: [LabeledMatrix]
  /// What a reader should know.
  public let notes: [String]

  /// The row of a term; nil for another name.
  public func get(_ name: String) -> Row? {
    term.firstIndex(of: name).map { (term[$0], sumSq[$0], meanSq[$0], numDf[$0], denDf[$0], f[$0], p[$0]) }
  }

  /// Columns `term`, `sum_sq`, `mean_sq`, `num_df`, `den_df`, `f`, `p`.
  public var frame: DataFrame {
    let numbers = [
      ("sum_sq", sumSq), ("mean_sq", meanSq), ("num_df", numDf), ("den_df", denDf), ("f", f), ("p", p),
    ]
    let columns = [Column(name: "term", term)] + numbers.map { Column(name: $0, $1) }
    return (try? DataFrame(columns: columns)) ?? DataFrame()
  }
}

extension AnovaTable: CustomStringConvertible {
  /// A title, one line per term, and the notes.
  public var description: String {
    let header = ["Sum Sq", "Mean Sq", "NumDF", "DenDF", "F", "P>F"]
    func cell(_ x: Double, _ decimals: Int) -> String {
      x.isNaN ? "" : x.isInfinite ? "inf" : PythonFormat.fixed(x, decimals)
    }
    let rows = term.indices.map { i in
      [
        cell(sumSq[i], 4), cell(meanSq[i], 4), cell(numDf[i], 0), cell(denDf[i], 2), cell(f[i], 4),
        p[i].isNaN ? "" : PythonFormat.general(p[i], 4),
      ]
    }
    let table = SimpleTable(rows: rows, headers: header, stubs: term)
    let title = "Type \(type.title) tests with \(ddf.title) degrees of freedom"
    return ([title, table.asText()] + notes.map { "Note: \($0)" }).joined(separator: "\n")
  }
}

extension MixedLMResults {
  /// F tests of the terms of the fixed effects. Not in statsmodels for mixed models.
  ///
  /// | | |
  /// |---|---|
  /// | R's `anova(m, type = 3)` of lmerTest | `anova()` |
  /// | `Anova(m, test = "F")` of car | `anova(type: .carTwo, ddf: .kenwardRoger)` |
  /// | statsmodels' `wald_test_terms()` | ``waldTestTerms(skipSingle:extraConstraints:combineTerms:scalar:)``: columns as coded |
  ///
  /// With a number in an interaction, `A * x`, the test of `A` is that of its effect at x = 0: centre x. The intercept is
  /// not tested. Each column of a model of arrays is a term.
  /// - Parameters:
  ///   - type: the hypotheses.
  ///   - ddf: how degrees of freedom are counted; `.infinite` gives χ² tests.
  /// - Throws: ``StatsModelsError`` for results read from a file, and as ``coefficients(ddf:alpha:)`` does.
  public func anova(type: AnovaType = .three, ddf: DegreesOfFreedom = .satterthwaite) throws -> AnovaTable {
    let inference = try inference(ddf)
    let fit = try fit(for: ddf)
    _ = try fit.engine()
    let hypotheses = try AnovaHypotheses(fit, kept: inference.kept)
      .hypotheses(type, covariance: inference.covariance)
    let padded = hypotheses.map { name, rows in
      var all = Matrix(rows: rows.rows, columns: kFe)
      for (j, column) in inference.kept.enumerated() {
        for i in 0..<rows.rows { all[i, column] = rows[i, j] }
      }
      return LabeledMatrix(
        index: (0..<rows.rows).map { "\(name) \($0 + 1)" }, columns: layout.fixedNames, values: all)
    }
    let tests = hypotheses.map { inference.test(kept: $0.rows) }
    let f = tests.map(\.statistic)
    let numDf = tests.map { Double($0.numerator) }
    let denDf = tests.map(\.denominator)
    let meanSq = tests.map { $0.statistic / $0.scaling * fit.scale }
    return AnovaTable(
      type: type, ddf: ddf, term: hypotheses.map(\.term), sumSq: zip(meanSq, numDf).map { $0 * $1 },
      meanSq: meanSq, numDf: numDf, denDf: denDf, f: f,
      p: tests.map { ReferenceF.pValue($0.statistic, Double($0.numerator), $0.denominator) },
      fScaling: tests.map(\.scaling), hypotheses: padded,
      notes: inference.notes + emptyCellNotes(type, fit))
  }

  /// What dropped columns mean for a table.
  private func emptyCellNotes(_ type: AnovaType, _ results: MixedLMResults) -> [String] {
    let dropped = results.estimate.aliased.map { results.layout.fixedNames[$0] }
    guard !dropped.isEmpty else { return [] }
    let caution =
      type == .three
      ? " Hypotheses of type III are arbitrary where cells are empty: read them with care." : ""
    return [
      "The columns \(shortList(dropped)) depend on others and were dropped, with their degrees of freedom.\(caution)"
    ]
  }

  /// ``anova(type:ddf:)`` with the number of the type as statsmodels' `anova_lm` takes it.
  ///
  /// - Throws: ``StatsModelsError`` for numbers other than 1, 2 and 3, and as ``anova(type:ddf:)`` does.
  public func anovaLm(typ: Int = 1, ddf: DegreesOfFreedom = .satterthwaite) throws -> AnovaTable {
    guard let type = AnovaType(rawValue: typ), type != .carTwo else {
      throw StatsModelsError(.invalidArgument, "typ is \(typ): types are 1, 2 and 3", values: [String(typ)])
    }
    return try anova(type: type, ddf: ddf)
  }
}
