import StatsModels

/// The JSON form of a generalised model's fit: that of a linear one with family, link, deviance and dispersion.
struct GeneralizedReport {
  let fitted: GeneralizedFit
  let arguments: JSONValue
  let includesEffects: Bool

  private var results: MixedGLMResults { fitted.results }
  private typealias Member = (key: String, value: JSONValue)

  /// The whole object.
  func document() -> JSONValue {
    let warnings = results.warnings.map { warning -> JSONValue in
      ["kind": .string(warning.kind.rawValue), "message": .string(warning.message)]
    }
    var members: [Member] = [
      ("model", arguments), ("family", .string(results.family.distribution.rawValue)),
      ("link", .string(results.family.link.rawValue)), ("method", .string(results.method)),
      ("converged", .boolean(results.converged)), ("nobs", .integer(results.nobs)),
      ("n_groups", .integer(results.model.nGroups)),
      ("df_resid", Int(exactly: results.dfResid).map { .integer($0) } ?? .number(results.dfResid)),
      ("scale", .number(results.scale)), ("dispersion", .number(results.dispersion)),
      ("llf", .number(results.llf)), ("deviance", .number(results.deviance)), ("aic", .number(results.aic)),
      ("bic", .number(results.bic)),
    ]
    members += fixedEffects() + covariances()
    members += [
      ("terms", .array(termList())), ("warnings", .array(warnings)), ("timing", timing),
    ]
    return .object(members + (includesEffects ? effectLists() : []))
  }

  private func fixedEffects() -> [Member] {
    let effects = results.feParams
    let dropped = effects.values.map(\.isNaN)
    func named(_ values: [Double]) -> JSONValue {
      .object(
        effects.index.indices.map { i in
          (key: effects.index[i], value: dropped[i] ? .null : .number(values[i]))
        })
    }
    let interval = results.confInt()
    let limits = effects.index.indices.map { i in
      (key: effects.index[i], value: dropped[i] ? .null : JSONValue.numbers(interval.values.row(i)))
    }
    return [
      ("fe_params", named(effects.values)), ("bse_fe", named(results.bseFe.values)),
      ("tvalues", named(results.tvalues.values)), ("pvalues", named(results.pvalues.values)),
      ("conf_int", .object(limits)),
    ]
  }

  private func covariances() -> [Member] {
    var errors: OrderedDictionary<String, [Double]> = [:]
    for (name, value) in results.bseRe { errors[name, default: []].append(value) }
    let standardErrors = errors.map {
      (key: $0, value: $1.count == 1 ? .number($1[0]) : JSONValue.numbers($1))
    }
    return [
      ("param_names", .array(results.params.index.map { .string($0) })),
      ("exog_re_names", .array(results.covRe.index.map { .string($0) })),
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
      if includesEffects, results.hasSeveralFactors {
        let effects = results.effects(ofTerm: position)
        members.append(
          ("random_effects", .object(effects.map { ($0.label.description, .object($0.effects)) })))
      }
      return .object(members)
    }
  }

  private func effectLists() -> [Member] {
    let effects = results.randomEffects.map { (key: $0.description, value: JSONValue.object($1)) }
    return [
      ("random_effects", .object(effects)), ("fittedvalues", .numbers(results.fittedvalues.values)),
      ("resid", .numbers(results.residResponse.values)),
    ]
  }

  private var timing: JSONValue {
    [
      "read_s": .number(fitted.readSeconds), "design_s": .number(results.model.designSeconds),
      "fit_s": .number(results.fitSeconds), "inference_s": .number(0),
      "evaluations": .integer(results.evaluations.values),
      "gradients": .integer(results.evaluations.gradients), "threads": .integer(results.threads),
    ]
  }

  /// The times of all steps in one line.
  var timingLine: String {
    let steps = [
      ("read", fitted.readSeconds), ("design", results.model.designSeconds), ("fit", results.fitSeconds),
    ]
    return "time: " + steps.map { "\($0.0) \(PythonFormat.fixed($0.1, 4)) s" }.joined(separator: ", ")
  }
}
