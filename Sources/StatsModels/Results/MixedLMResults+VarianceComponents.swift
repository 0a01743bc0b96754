import Foundation
import LinearAlgebra
import MixedModels
import ProgramStop

/// A variance or covariance in the response's units, with its standard error. Not in statsmodels.
public struct VarianceEstimate: Sendable {
  /// The factor or component; "Residual" for the residual variance.
  public let group: String
  /// The effect; the form (`cs`, `ar1`) of a variance or correlation that all effects share.
  public let name: String
  /// The second effect of a covariance, "correlation" of a correlation that all effects share; nil for a variance.
  public let other: String?
  /// The variance, covariance or correlation.
  public let estimate: Double
  /// Its standard error from the full observed information (fixed effects, covariances and residual variance).
  public let standardError: Double
  /// Square root of a variance; nil for a covariance.
  public let standardDeviation: Double?
  /// Correlation of a covariance; nil for a variance.
  public let correlation: Double?

  /// Limits on a scale where the normal approximation is sensible: the logarithm for a variance, Fisher's z of
  /// the correlation is not used for covariances, which get symmetric limits.
  public func interval(quantile: Double = 1.959963984540054) -> (lower: Double, upper: Double) {
    guard other == nil else {
      return (estimate - quantile * standardError, estimate + quantile * standardError)
    }
    guard estimate > 0 else { return (0, .nan) }
    let relative = quantile * standardError / estimate
    return (estimate * exp(-relative), estimate * exp(relative))
  }
}

/// All variances and covariances of a fitted model. Not in statsmodels.
public struct VarianceTable: Sendable, RandomAccessCollection {
  /// The rows.
  public let rows: [VarianceEstimate]
  /// 0.
  public var startIndex: Int { 0 }
  /// Number of rows.
  public var endIndex: Int { rows.count }
  /// The row at a position; one out of range stops with a message.
  public subscript(position: Int) -> VarianceEstimate {
    require(
      rows.indices.contains(position), "VarianceTable: no row \(position) among \(rows.count), counted from 0"
    )
    return rows[position]
  }
  /// The variance of an effect, nil if there is none of these names; "Residual" for the residual variance.
  public subscript(group: String, name: String) -> VarianceEstimate? {
    rows.first { $0.group == group && $0.name == name && $0.other == nil }
  }
}

extension VarianceTable: CustomStringConvertible {
  /// One line per variance, in columns.
  public var description: String {
    let lines = rows.map { row in
      [
        row.group, row.other.map { "\(row.name) x \($0)" } ?? row.name, PythonFormat.fixed(row.estimate, 4),
        PythonFormat.fixed(row.standardError, 4),
        row.standardDeviation.map { PythonFormat.fixed($0, 4) } ?? "",
        row.correlation.map { PythonFormat.fixed($0, 3) } ?? "",
      ]
    }
    let header = ["group", "name", "variance", "std. error", "std. dev.", "corr."]
    let widths = header.indices.map { j in ([header] + lines).map { PythonPadding.length($0[j]) }.max() ?? 0 }
    return ([header] + lines).map { line in
      line.indices.map { j in
        j < 2 ? PythonPadding.left(line[j], widths[j]) : PythonPadding.right(line[j], widths[j])
      }.joined(separator: "  ")
    }.joined(separator: "\n")
  }
}

extension MixedLMResults {
  /// Variances, covariances and the residual variance in the response's units, with standard errors from the full
  /// observed information: the uncertainty of `scale` is included, which ``bseRe`` leaves out.
  /// Not in statsmodels.
  public var varianceComponents: VarianceTable {
    let covariances = relativeCovariances
    let values = layout.values(in: covariances, scale: scale)
    let information = varianceCovariance
    let held = restrictions.maskedParameters
    var rows: [VarianceEstimate] = []
    for (position, entry) in layout.entries.enumerated() {
      let block = specification.blocks[entry.block]
      let value = values[position]
      let variance = information[position, position]
      let standardError = variance > 0 ? variance.squareRoot() : held.contains(kFe + position) ? 0 : .nan
      let form = block.covariance.form.spelling
      let isShared = entry.position.map { block.covariance.form.reported(width: block.width)[$0].isShared }
      let name = (isShared ?? false) ? form ?? block.names[entry.column] : block.names[entry.column]
      let product =
        covariances[entry.block][entry.row, entry.row]
        * covariances[entry.block][entry.column, entry.column]
      let correlation =
        entry.hasUnit ? (product > 0 ? value / scale / product.squareRoot() : .nan) : value
      rows.append(
        VarianceEstimate(
          group: block.group, name: name,
          other: entry.isVariance ? nil : entry.hasUnit ? block.names[entry.row] : "correlation",
          estimate: value, standardError: standardError,
          standardDeviation: entry.isVariance ? max(value, 0).squareRoot() : nil,
          correlation: entry.isVariance ? nil : correlation))
    }
    let last = layout.entries.count
    rows.append(
      VarianceEstimate(
        group: "Residual", name: "Residual", other: nil, estimate: scale,
        standardError: information[last, last].squareRoot(), standardDeviation: scale.squareRoot(),
        correlation: nil))
    return VarianceTable(rows: rows)
  }

  /// Covariance of the covariance entries in the response's units, then of σ²; computed once.
  var varianceCovariance: Matrix {
    cache.varianceCovariance.value {
      if restrictions.errorVariance == .profiled {
        return addingResidualUncertainty(to: userCovariance) { $0.varianceSlopes }
      }
      let count = layout.entries.count + 1
      return (try? fullCovariance().variances) ?? Matrix(rows: count, columns: count, repeating: .nan)
    }
  }

  /// Covariance of the covariance entries in the response's units, then of σ².
  ///
  /// With C the covariance of (b, S) from the profiled likelihood and σ²(b, S) = qf / f its maximiser,
  /// Var σ² = 2σ⁴/f + g'Cg and Cov(σ², S) = C g with g = ∂σ²/∂S = -r'(∂V)r/f, r = V⁻¹(y - Xb); then the delta
  /// method for Ψ = σ² S.
  private var userCovariance: Matrix {
    let count = layout.entries.count
    let all = conditionalCovariance
    let relative = layout.values(in: relativeCovariances)
    let degrees = Double(nobs - (reml ? estimate.rank : 0))
    let gradient = scaleGradient.map { -$0 / degrees }
    var covariance = Matrix(rows: count, columns: count)
    for i in 0..<count {
      for j in 0..<count { covariance[i, j] = all[kFe + i, kFe + j] }
    }
    let known = (0..<count).filter { covariance[$0, $0].isFinite }
    var cross = [Double](repeating: .nan, count: count)
    for i in known { cross[i] = known.reduce(0) { $0 + covariance[i, $1] * gradient[$1] } }
    let scaleVariance = 2 * scale * scale / degrees + known.reduce(0) { $0 + gradient[$1] * cross[$1] }
    var result = Matrix(rows: count + 1, columns: count + 1, repeating: .nan)
    // Of a correlation, which has no unit, neither factor is there.
    let units = layout.entries.map { $0.hasUnit ? scale : 1 }
    let shares = zip(layout.entries, relative).map { $0.hasUnit ? $1 : 0 }
    for i in 0..<count {
      for j in 0..<count {
        result[i, j] =
          units[i] * units[j] * covariance[i, j]
          + (units[j] * shares[i] * cross[j] + units[i] * shares[j] * cross[i])
          + shares[i] * shares[j] * scaleVariance
      }
      result[i, count] = units[i] * cross[i] + shares[i] * scaleVariance
      result[count, i] = result[i, count]
    }
    result[count, count] = scaleVariance
    return result
  }

  /// r'(∂V/∂S)r for each covariance entry, r = V⁻¹(y - Xb), which is the inverse of the residuals' covariance
  /// times the conditional residual.
  private var scaleGradient: [Double] {
    let residuals = specification.residualPrecisionTimes(zip(specification.endog, fitted).map { $0 - $1 })
    var squares = specification.blocks.map { Matrix(rows: $0.width, columns: $0.width) }
    for (position, block) in specification.blocks.enumerated() {
      for part in block.parts {
        let width = part.columns.count
        var sums = [Double](repeating: 0, count: part.levelCount * width)
        for (row, code) in part.codes.enumerated() where code >= 0 {
          for a in 0..<width {
            sums[Int(code) * width + a] += (part.columns[a]?[row] ?? 1) * residuals[row]
          }
        }
        for level in 0..<part.levelCount {
          for a in 0..<width {
            for b in 0..<width {
              squares[position][a, b] += sums[level * width + a] * sums[level * width + b]
            }
          }
        }
      }
    }
    return layout.derivatives(squares, at: relativeCovariances)
  }
}
