import Foundation
import LinearAlgebra
import StatsModels

/// The covariance matrix of the response written out, for models whose regressors are columns of numbers.
struct DenseModel {
  private let response: [Double]
  private let fixed: Matrix
  /// Z_t' of each effect: level of each row and regressor.
  private let terms: [(codes: [String], regressors: [[Double]])]

  /// nil where a name is no column, or a column of the fixed effects was dropped.
  init?(_ model: SmallModel, _ results: MixedLMResults) {
    let n = model.numbers[0].values.count
    func column(_ name: String) -> [Double]? {
      if name == "Intercept" { return [Double](repeating: 1, count: n) }
      let factors = name.split(separator: ":").map { factor in
        model.numbers.first { $0.name == factor }?.values
      }
      guard factors.allSatisfy({ $0 != nil }) else { return nil }
      return factors.compactMap { $0 }.reduce([Double](repeating: 1, count: n)) { zip($0, $1).map(*) }
    }
    let columns = results.feParams.index.map(column)
    guard !columns.contains(where: { $0 == nil }), results.feParams.values.allSatisfy(\.isFinite) else {
      return nil
    }
    fixed = Matrix(rows: n, columns: columns.count, columnMajor: columns.flatMap { $0 ?? [] })
    response = model.numbers[0].values
    var terms: [(codes: [String], regressors: [[Double]])] = []
    for term in results.terms {
      let factors = term.group.split(separator: ":").compactMap { name in
        model.levels.first { $0.name == name }?.values
      }
      let regressors = term.names.compactMap(column)
      guard !factors.isEmpty, regressors.count == term.names.count else { return nil }
      terms.append(((0..<n).map { i in factors.map { $0[i] }.joined(separator: ":") }, regressors))
    }
    self.terms = terms
  }

  /// V at relative covariances.
  private func variance(_ covariances: [Matrix]) -> Matrix {
    var v = Matrix.identity(response.count)
    for (term, s) in zip(terms, covariances) {
      let k = term.regressors.count
      for i in response.indices {
        for j in response.indices where term.codes[i] == term.codes[j] {
          for a in 0..<k {
            for b in 0..<k { v[i, j] += term.regressors[a][i] * s[a, b] * term.regressors[b][j] }
          }
        }
      }
    }
    return v
  }

  /// Profiled log L and diag (X'V⁻¹X)⁻¹; nil where double precision does not hold them.
  func values(_ covariances: [Matrix], reml: Bool) -> (logLikelihood: Double, inverse: [Double])? {
    let v = variance(covariances)
    let (n, p) = (response.count, fixed.columns)
    let largest = (0..<n).map { v[$0, $0] }.max() ?? 1
    // A Cholesky factor of a worse matrix holds fewer digits than are compared.
    guard largest < 1e8, let factor = try? Cholesky(v) else { return nil }
    let x = factor.forwardSolve(fixed)
    let y = factor.forwardSolve(response)
    guard let xx = try? Cholesky(x.gram()) else { return nil }
    let residual = zip(y, x * xx.solve(x.transposedTimes(y))).map { $0 - $1 }
    let squares = dot(residual, residual)
    let degrees = Double(reml ? n - p : n)
    let inverse = xx.inverse
    guard squares > 1e-10 * dot(y, y) else { return nil }
    let deviance =
      factor.logDeterminant + (reml ? xx.logDeterminant : 0) + degrees
      * (1 + log(2 * .pi * squares / degrees))
    return (-0.5 * deviance, (0..<p).map { inverse[$0, $0] })
  }

  /// Mean square of each term's regressors.
  var meanSquares: [[Double]] {
    terms.map { term in term.regressors.map { dot($0, $0) / Double(response.count) } }
  }
}
