import DataFrames
import LinearAlgebra
import Patsy

extension MixedLMResults {
  /// Tests each hypothesis by itself.
  ///
  /// - Parameters:
  ///   - rMatrix: rows over the fixed effects or over all parameters, or equations in text.
  ///   - useT: Student's t with `dfResid` degrees of freedom instead of the normal distribution; nil takes ``useT``.
  /// - Throws: `PatsyError` for a text that does not parse, ``StatsModelsError`` for a wrong number of columns.
  ///
  /// Python: MixedLMResults.t_test
  public func tTest(_ rMatrix: any HypothesisConvertible, useT: Bool? = nil) throws -> ContrastResults {
    let constraint = try constraint(rMatrix, name: "t-test")
    let covariance = product(constraint.coefs, parameterCovariance)
    let errors = (0..<constraint.coefs.rows).map { max(covariance[$0, $0], 0).squareRoot() }
    return ContrastResults(
      effect: constraint.coefs * known(params.values), sd: errors.map { $0 > 0 ? $0 : .nan },
      values: constraint.constants, dfDenom: useT ?? self.useT ? dfResid : nil)
  }

  /// Tests whether each row of a matrix times the parameters has a given value: Python's `(R, q)`.
  ///
  /// Python: MixedLMResults.t_test
  public func tTest(_ rMatrix: (Matrix, [Double]), useT: Bool? = nil) throws -> ContrastResults {
    try tTest(ConstraintLike.matrix(rMatrix.0, constants: rMatrix.1), useT: useT)
  }

  /// `tTest(_:useT:)` with Python's label.
  public func tTest(rMatrix: any HypothesisConvertible, useT: Bool? = nil) throws -> ContrastResults {
    try tTest(rMatrix, useT: useT)
  }

  /// Tests all hypotheses together by Fisher's F with `dfResid` degrees of freedom in the denominator.
  ///
  /// - Parameters:
  ///   - rMatrix: rows over the fixed effects or over all parameters, or equations in text.
  ///   - covP: covariance of the parameters instead of `covParams()`.
  ///   - invcov: inverse of the covariance of the combinations, instead of computing it.
  ///
  /// Python: MixedLMResults.f_test
  public func fTest(_ rMatrix: any HypothesisConvertible, covP: Matrix? = nil, invcov: Matrix? = nil) throws
    -> JointTestResults
  {
    try waldTest(rMatrix, covP: covP, invcov: invcov, useF: true)
  }

  /// `fTest(_:covP:invcov:)` with Python's label.
  public func fTest(rMatrix: any HypothesisConvertible, covP: Matrix? = nil, invcov: Matrix? = nil) throws
    -> JointTestResults
  {
    try fTest(rMatrix, covP: covP, invcov: invcov)
  }

  /// Tests by F whether the rows of a matrix times the parameters have given values: Python's `(R, q)`.
  ///
  /// Python: MixedLMResults.f_test
  public func fTest(_ rMatrix: (Matrix, [Double]), covP: Matrix? = nil, invcov: Matrix? = nil) throws
    -> JointTestResults
  {
    try fTest(ConstraintLike.matrix(rMatrix.0, constants: rMatrix.1), covP: covP, invcov: invcov)
  }

  /// Tests all hypotheses together, by χ² or by Fisher's F.
  ///
  /// - Parameters:
  ///   - rMatrix: rows over the fixed effects or over all parameters, or equations in text.
  ///   - covP: covariance of the parameters instead of `covParams()`.
  ///   - invcov: inverse of the covariance of the combinations, instead of computing it.
  ///   - useF: F instead of χ²; nil takes ``useT``.
  ///   - dfConstraints: degrees of freedom instead of the number of hypotheses.
  ///   - scalar: kept for Python's sake; the statistic is a number.
  ///
  /// Python: MixedLMResults.wald_test
  public func waldTest(
    _ rMatrix: any HypothesisConvertible, covP: Matrix? = nil, invcov: Matrix? = nil, useF: Bool? = nil,
    dfConstraints: Double? = nil, scalar: Bool = true
  ) throws -> JointTestResults {
    let constraint = try constraint(rMatrix, name: "wald test")
    let combination = constraint.coefs * known(params.values)
    let distance = zip(combination, constraint.constants).map { $0 - $1 }
    var count = dfConstraints ?? Double(constraint.coefs.rows)
    var warnings: [FitWarning] = []
    let inverse: Matrix
    if let invcov {
      inverse = invcov
    } else {
      let covariance = product(constraint.coefs, covP ?? parameterCovariance)
      guard covariance.isFinite else {
        throw StatsModelsError(
          .invalidHypothesis,
          "r_matrix performs f_test for using dimensions that are asymptotically non-normal: a parameter in it has "
            + "no standard error")
      }
      let rank: Int
      (inverse, rank) = try covariance.inverseOfAnyUnits()
      if rank < covariance.rows {
        warnings.append(
          FitWarning(
            kind: .numerical,
            message: "covariance of constraints does not have full rank. The number of constraints is "
              + "\(covariance.rows), but rank is \(rank)", category: "ValueWarning"))
      }
      if dfConstraints == nil { count = Double(rank) }
    }
    guard inverse.rows == distance.count, inverse.columns == distance.count else {
      throw StatsModelsError(.lengthMismatch, "invcov must be \(distance.count) × \(distance.count)")
    }
    let solved = inverse * distance
    let form = zip(distance, solved).reduce(0) { $0 + $1.0 * $1.1 }
    if useF ?? useT {
      return JointTestResults(fvalue: form / count, dfNum: count, dfDenom: dfResid, warnings: warnings)
    }
    return JointTestResults(chi2: form, df: count, warnings: warnings)
  }

  /// Tests whether the rows of a matrix times the parameters have given values: Python's `(R, q)`.
  ///
  /// Python: MixedLMResults.wald_test
  public func waldTest(
    _ rMatrix: (Matrix, [Double]), covP: Matrix? = nil, invcov: Matrix? = nil, useF: Bool? = nil,
    dfConstraints: Double? = nil, scalar: Bool = true
  ) throws -> JointTestResults {
    try waldTest(
      ConstraintLike.matrix(rMatrix.0, constants: rMatrix.1), covP: covP, invcov: invcov, useF: useF,
      dfConstraints: dfConstraints, scalar: scalar)
  }

  /// `waldTest(_:covP:invcov:useF:dfConstraints:scalar:)` with Python's label.
  public func waldTest(
    rMatrix: any HypothesisConvertible, covP: Matrix? = nil, invcov: Matrix? = nil, useF: Bool? = nil,
    dfConstraints: Double? = nil, scalar: Bool = true
  ) throws -> JointTestResults {
    try waldTest(
      rMatrix, covP: covP, invcov: invcov, useF: useF, dfConstraints: dfConstraints, scalar: scalar)
  }

  /// Tests each term of the fixed effects: all its columns together.
  ///
  /// - Parameters:
  ///   - skipSingle: leave out terms of one column.
  ///   - extraConstraints: further hypotheses, each a name and what is to be tested, as in `waldTest`.
  ///   - combineTerms: further tests of all terms whose names contain a text.
  ///   - scalar: kept for Python's sake; the statistics are numbers.
  ///
  /// Python: MixedLMResults.wald_test_terms
  public func waldTestTerms(
    skipSingle: Bool = false, extraConstraints: [(name: String, hypothesis: any HypothesisConvertible)] = [],
    combineTerms: [String] = [], scalar: Bool = true
  ) throws -> WaldTestResults {
    var names: [String] = []
    var tests: [JointTestResults] = []
    var combined: [String: [Int]] = [:]
    for (name, columns) in fixedTerms {
      for text in combineTerms where name.contains(text) { combined[text, default: []] += columns }
      if columns.isEmpty || skipSingle && columns.count == 1 { continue }
      names.append(name)
      tests.append(try waldTest(selecting(columns)))
    }
    for text in combineTerms {
      guard let columns = combined[text], !columns.isEmpty else {
        throw StatsModelsError(
          .invalidArgument,
          "combineTerms: no term's name contains '\(text)'; terms are \(shortList(fixedTerms.map(\.name)))",
          values: [text])
      }
      names.append(text)
      tests.append(try waldTest(selecting(columns)))
    }
    for (name, hypothesis) in extraConstraints {
      names.append(name)
      tests.append(try waldTest(hypothesis))
    }
    return WaldTestResults(names: names, tests: tests)
  }

  /// Columns of each term of the fixed effects; of each column, for a model of arrays.
  var fixedTerms: [(name: String, columns: [Int])] {
    guard let info = specification.source?.fixedInfo else {
      return layout.fixedNames.enumerated().map { ($1, [$0]) }
    }
    return info.termNameSlices.map { ($0.name, Array($0.slice)) }
  }

  private func selecting(_ columns: [Int]) -> Matrix {
    var result = Matrix(rows: columns.count, columns: layout.count)
    for (row, column) in columns.enumerated() { result[row, column] = 1 }
    return result
  }

  /// The constraint over all parameters; rows over the fixed effects alone are widened by zeros.
  func constraint(_ hypothesis: any HypothesisConvertible, name: String) throws -> LinearConstraint {
    if case .matrix(let matrix, let constants) = hypothesis.constraintLike {
      guard matrix.columns == kFe || matrix.columns == layout.count else {
        throw StatsModelsError(
          .invalidHypothesis,
          "r_matrix for \(name) should have \(kFe) columns (fixed effects) or \(layout.count) (all parameters), "
            + "not \(matrix.columns)")
      }
      let zeros = Matrix(rows: matrix.rows, columns: layout.count - matrix.columns)
      return try LinearConstraint(
        variableNames: layout.names, coefs: matrix.appending(columnsOf: zeros), constants: constants)
    }
    do {
      return try LinearConstraint(hypothesis.constraintLike, variableNames: layout.names)
    } catch let error as PatsyError {
      throw error.withRemedy("the parameters are \(shortList(layout.names))")
    }
  }

  /// R C R', where parameters that a row does not touch may have unknown covariances.
  private func product(_ rows: Matrix, _ covariance: Matrix) -> Matrix {
    var result = Matrix(rows: rows.rows, columns: rows.rows)
    for a in 0..<rows.rows {
      for b in 0..<rows.rows {
        var sum = 0.0
        for i in 0..<rows.columns where rows[a, i] != 0 {
          for j in 0..<rows.columns where rows[b, j] != 0 {
            sum += rows[a, i] * covariance[i, j] * rows[b, j]
          }
        }
        result[a, b] = sum
      }
    }
    return result
  }

  private func known(_ values: [Double]) -> [Double] { values.map { $0.isNaN ? 0 : $0 } }
}
