import Foundation
import LinearAlgebra
import StatsModels
import TestSupport

/// Fits models of a few rows and looks at what the results claim.
package struct SmallModelDriver: FuzzDriver {
  package init() {}

  package func input(using generator: inout SeededGenerator) -> SmallModel { SmallModel(using: &generator) }

  package func describe(_ input: SmallModel) -> String { input.description }

  package func use(_ input: SmallModel) -> FuzzOutcome {
    guard let results = try? input.fitted(input.frame(), reml: input.reml) else { return .refused }
    _ = try? results.summary().description
    let kinds = Set(results.warnings.map(\.kind))
    if let fault = nonFinite(results, kinds) { return .fault(fault) }
    // Where nothing is determined, or no maximum exists, a warning says so and nothing more is claimed.
    guard input.isModerate, results.converged, kinds.isDisjoint(with: [.notIdentifiable, .numerical]) else {
      return .served
    }
    if let fault = missingErrors(results, kinds) ?? denseFault(input, results, kinds) { return .fault(fault) }
    if let fault = movedFault(input) { return .fault(fault) }
    return .served
  }

  /// Estimates that are no numbers although the fit claims to have converged.
  private func nonFinite(_ results: MixedLMResults, _ kinds: Set<FitWarning.Kind>) -> String? {
    guard results.converged else { return nil }
    var values = [("log-likelihood", results.llf), ("scale", results.scale)]
    if !kinds.contains(.rankDeficient) {
      values += zip(results.feParams.index, results.feParams.values).map { ($0, $1) }
    }
    for term in results.terms {
      values += term.covariance.values.storage.map { ("covariance of \(term.group)", $0) }
    }
    values += results.fittedvalues.values.map { ("fitted value", $0) }
    return values.first { !$0.1.isFinite }.map { "converged, but the \($0.0) is \($0.1)" }
  }

  private func missingErrors(_ results: MixedLMResults, _ kinds: Set<FitWarning.Kind>) -> String? {
    let aliased = results.feParams.values.map(\.isNaN)
    for (i, error) in results.bseFe.values.enumerated() where !error.isFinite && !aliased[i] {
      return "the standard error of \(results.bseFe.index[i]) is \(error)"
    }
    return nil
  }

  /// What a dense V contradicts: the likelihood, errors at a boundary, a higher likelihood close by.
  private func denseFault(
    _ input: SmallModel, _ results: MixedLMResults, _ kinds: Set<FitWarning.Kind>
  ) -> String? {
    guard let dense = DenseModel(input, results), results.scale > 0 else { return nil }
    let covariances = results.terms.map { $0.covariance.values.mapElements { $0 / results.scale } }
    guard let here = dense.values(covariances, reml: input.reml) else { return nil }
    let allowed = 1e-6 * max(1, abs(results.llf).squareRoot())
    if abs(here.logLikelihood - results.llf) > allowed {
      return "log-likelihood \(results.llf), by a dense V \(here.logLikelihood)"
    }
    if !kinds.isDisjoint(with: [.boundary, .singular]) {
      for (i, inverse) in here.inverse.enumerated() {
        let expected = (results.scale * inverse).squareRoot()
        if !(abs(results.bseFe.values[i] - expected) <= 1e-6 * expected) {
          return
            "the standard error of \(results.bseFe.index[i]) is \(results.bseFe.values[i]), by a dense V \(expected)"
        }
      }
    }
    for (t, squares) in dense.meanSquares.enumerated() {
      for exponent in -6...6 where exponent != 0 {
        var other = covariances
        let isZero = (0..<squares.count).allSatisfy { covariances[t][$0, $0] == 0 }
        for a in squares.indices {
          for b in squares.indices where !isZero || a == b {
            let own = isZero ? 1 / max(squares[a], .leastNormalMagnitude) : covariances[t][a, b]
            other[t][a, b] = own * pow(10, Double(exponent))
          }
        }
        if let there = dense.values(other, reml: input.reml), there.logLikelihood > results.llf + allowed {
          return "log-likelihood \(results.llf); term \(t) times 10^\(exponent) gives \(there.logLikelihood)"
        }
      }
    }
    return nil
  }

  /// The maximum must not depend on the order of rows, nor on the unit of a predictor, nor on its origin where an
  /// intercept goes with it.
  private func movedFault(_ input: SmallModel) -> String? {
    func claimsNothing(_ results: MixedLMResults) -> Bool {
      results.warnings.contains { [.notIdentifiable, .numerical].contains($0.kind) }
    }
    guard let plain = try? input.fitted(input.frame(), reml: false), plain.converged, !claimsNothing(plain)
    else {
      return nil
    }
    var others = [("rows reversed", try? input.frame(reversed: true))]
    // The columns of a component share one variance: the unit of one column among them is part of the model.
    if input.components == nil { others.append(("x × 1024", try? input.frame(unit: 1024))) }
    let slopes = [
      "y ~ x + (x | g)", "y ~ x + (1 | g)", "y ~ x + (1 | g) + (1 | h)", "y ~ x + (x | g) + (1 | h)",
    ]
    if slopes.contains(input.formula) { others.append(("x + 4096", try? input.frame(shift: 4096))) }
    for case (let name, let data?) in others {
      guard let moved = try? input.fitted(data, reml: false) else { return "\(name): refused" }
      // where the likelihood has no end, a maximum beside that may be met from one order of rows alone
      if claimsNothing(moved) { continue }
      guard moved.converged else { return "\(name): not converged" }
      if !(abs(moved.llf - plain.llf) <= 1e-6 * max(1, abs(plain.llf).squareRoot())) {
        return "\(name): log-likelihood \(moved.llf) in place of \(plain.llf)"
      }
    }
    return nil
  }
}
