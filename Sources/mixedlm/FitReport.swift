import Foundation
import StatsModels

/// The JSON form of a fit: every number of the summary in full precision, in a fixed order.
struct FitReport {
  let fitted: FittedModel
  let arguments: JSONValue
  let includesEffects: Bool
  /// Tests with degrees of freedom, where they were asked for.
  var inference: CoefficientTable?

  private var results: MixedLMResults { fitted.results }

  /// The whole object.
  func document() -> JSONValue {
    let tables = fixedEffects() + names() + covariances()
    let terms = termList()
    let effects = includesEffects ? effectLists() : []
    let warnings = results.warnings.map { warning -> JSONValue in
      ["kind": .string(warning.kind.rawValue), "message": .string(warning.message)]
    }
    var members: [Member] = [
      ("model", arguments), ("method", .string(results.method)), ("converged", .boolean(results.converged)),
      ("nobs", .integer(results.nobs)), ("n_groups", .integer(results.model.nGroups)),
      ("df_resid", Self.count(results.dfResid)), ("scale", .number(results.scale)),
      ("llf", .number(results.llf)), ("aic", .number(results.aic)), ("bic", .number(results.bic)),
    ]
    members += tables
    if let inference { members.append(("inference", inference.document)) }
    if let residuals = results.residualParameters() {
      members.append(("residuals", .array(residuals.names.indices.map { residuals.document($0) })))
    }
    members += [("terms", .array(terms)), ("warnings", .array(warnings))]
    if let errors = results.monteCarlo { members.append(("monte_carlo", monteCarlo(errors))) }
    members.append(("timing", timing))
    return .object(members + effects)
  }

  private typealias Member = (key: String, value: JSONValue)

  /// Estimates and inference of the fixed effects; everything about a dropped column is null.
  private func fixedEffects() -> [Member] {
    let effects = results.feParams
    let interval = results.confInt()
    let dropped = effects.values.map(\.isNaN)
    func named(_ values: [Double]) -> JSONValue {
      .object(
        effects.index.indices.map { i in
          (key: effects.index[i], value: dropped[i] ? .null : .number(values[i]))
        })
    }
    let limits = effects.index.indices.map { i in
      (key: effects.index[i], value: dropped[i] ? .null : JSONValue.numbers(interval.values.row(i)))
    }
    return [
      ("fe_params", named(effects.values)), ("bse_fe", named(results.bseFe.values)),
      ("tvalues", named(results.tvalues.values)), ("pvalues", named(results.pvalues.values)),
      ("conf_int", .object(limits)),
    ]
  }

  private func names() -> [Member] {
    [
      ("param_names", .array(results.params.index.map { .string($0) })),
      ("exog_re_names", .array(results.covRe.index.map { .string($0) })),
    ]
  }

  private func covariances() -> [Member] {
    // A name that occurs twice (a component called as the group) carries the list of its values.
    var errors: OrderedDictionary<String, [Double]> = [:]
    for (name, value) in results.bseRe { errors[name, default: []].append(value) }
    let standardErrors = errors.map {
      (key: $0, value: $1.count == 1 ? .number($1[0]) : JSONValue.numbers($1))
    }
    return [
      ("cov_re", .rows(results.covRe.values)), ("vcomp", .object(results.vcomp)),
      ("bse_re", .object(standardErrors)),
    ]
  }

  private func termList() -> [JSONValue] {
    results.terms.enumerated().map { position, term in
      var members: [Member] = [
        ("group", .string(term.group)), ("names", .array(term.names.map { .string($0) })),
        ("covariance", .rows(term.covariance.values)), ("levels", .integer(term.levels)),
      ]
      // With several factors the list of groups is one factor's; each term carries its own effects.
      if includesEffects, results.hasSeveralFactors {
        let effects = results.effects(ofTerm: position)
        members.append(("random_effects", .object(effects.map { ($0.description, .object($1)) })))
      }
      return .object(members)
    }
  }

  /// Monte-Carlo errors of a fit without an exact factorisation: fixed effects, variances in the response's units.
  private func monteCarlo(_ errors: MonteCarloErrors) -> JSONValue {
    let fixed = zip(errors.params.index, errors.params.values).prefix(results.kFe).map {
      (key: $0, value: JSONValue.number($1))
    }
    return [
      "probes": .integer(errors.probes), "llf": .number(errors.llf), "scale": .number(errors.scale),
      "fe_params": .object(fixed), "covariances": .object(errors.covariances),
    ]
  }

  private func effectLists() -> [Member] {
    let effects = results.randomEffects.map { (key: $0.description, value: JSONValue.object($1)) }
    // A model of sums has none.
    if results.fittedvalues.index.isEmpty { return [("random_effects", .object(effects))] }
    return [
      ("random_effects", .object(effects)), ("fittedvalues", .numbers(results.fittedvalues.values)),
      ("resid", .numbers(results.resid.values)),
    ]
  }

  private var timing: JSONValue {
    [
      "read_s": .number(fitted.readSeconds), "design_s": .number(results.model.designSeconds),
      "fit_s": .number(results.fitSeconds), "inference_s": .number(results.inferenceSeconds),
      "evaluations": .integer(results.evaluations), "gradients": .integer(results.gradients),
      "threads": .integer(results.threads),
    ]
  }

  /// The times of all steps in one line.
  var timingLine: String {
    let steps = [
      ("read", fitted.readSeconds), ("design", results.model.designSeconds), ("fit", results.fitSeconds),
      ("inference", results.inferenceSeconds),
    ]
    return "time: " + steps.map { "\($0.0) \(PythonFormat.fixed($0.1, 4)) s" }.joined(separator: ", ")
  }

  /// A whole number without a decimal point.
  private static func count(_ x: Double) -> JSONValue {
    Int(exactly: x).map { .integer($0) } ?? .number(x)
  }
}

extension ResidualParameters {
  /// One parameter of the residuals' variances or correlations.
  fileprivate func document(_ i: Int) -> JSONValue {
    [
      "parameter": .string(names[i]), "estimate": .number(estimates[i]), "se": .number(standardErrors[i]),
      "lower": .number(lower[i]), "upper": .number(upper[i]),
    ]
  }
}
