import LinearAlgebra

/// What a table of likelihood ratios takes of a fit.
protocol ComparedFit {
  /// How a line names the model.
  var comparedName: String { get }
  /// Number of parameters, those of the residuals included.
  var comparedCount: Int { get }
  var llf: Double { get }
  /// Akaike's and Schwarz's criterion of the likelihood that is compared.
  var comparedCriteria: (aic: Double, bic: Double) { get }
  var converged: Bool { get }
  var specification: ModelSpecification { get }

  /// Why this model is no special case of another one; nil where it is.
  func obstacle(in larger: Self, added: Int) -> String?
  /// The distribution of the likelihood ratio of this model and one that contains it.
  func reference(in larger: Self, added: Int) -> ReferenceDistribution
}

/// A model without random effects, by its maximum.
struct NullFit {
  let name: String
  /// Number of parameters, the dispersion included.
  let parameters: Int
  let llf: Double
  let criteria: (aic: Double, bic: Double)
  /// Whether the fixed effects of the smallest mixed model contain this model.
  let isNested: Bool
}

/// Fits by number of parameters, each tested against the one before.
struct ComparedModels<Fit: ComparedFit> {
  /// A likelihood ratio below zero by more than this is no rounding: optima are known to far less.
  private static var shortfall: Double { -1e-4 }

  let fits: [Fit]
  private(set) var rows: [ModelComparison.Row] = []
  private(set) var notes: [String] = []

  /// - Parameter null: a model without random effects that comes first.
  init(_ models: [Fit], after null: NullFit? = nil) {
    let order = models.indices.sorted { (models[$0].comparedCount, $0) < (models[$1].comparedCount, $1) }
    fits = order.map { models[$0] }
    if let null {
      rows.append(
        .init(
          name: null.name, parameters: null.parameters, logLikelihood: null.llf, criteria: null.criteria,
          test: LikelihoodRatio()))
    }
    for (position, fit) in fits.enumerated() {
      let test =
        position > 0
        ? self.test(fit, against: fits[position - 1]) : null.map { self.test(fit, against: $0) }
      rows.append(
        .init(
          name: fit.comparedName, parameters: fit.comparedCount, logLikelihood: fit.llf,
          criteria: fit.comparedCriteria, test: test ?? LikelihoodRatio()))
    }
    if fits.contains(where: { !$0.converged }) { notes.append("A fit has not converged.") }
  }

  private mutating func test(_ fit: Fit, against smaller: Fit) -> LikelihoodRatio {
    let added = fit.comparedCount - smaller.comparedCount
    return test(
      obstacle: smaller.obstacle(in: fit, added: added), ratio: 2 * (fit.llf - smaller.llf), added: added,
      reference: smaller.reference(in: fit, added: added))
  }

  private mutating func test(_ fit: Fit, against null: NullFit) -> LikelihoodRatio {
    let added = fit.comparedCount - null.parameters
    let obstacle =
      null.isNested
      ? added > 0 ? nil : "they have the same number of parameters"
      : "the model without random effects has columns that the mixed model lacks"
    return test(
      obstacle: obstacle, ratio: 2 * (fit.llf - null.llf), added: added,
      reference: ReferenceDistribution(randomEffects: fit.specification.blocks, added: added))
  }

  /// The test of the line that comes next, and its notes.
  private mutating func test(
    obstacle: String?, ratio: Double, added: Int, reference: ReferenceDistribution
  ) -> LikelihoodRatio {
    let (own, above) = ("m\(rows.count + 1)", "m\(rows.count)")
    if let obstacle {
      notes.append("No test of \(own) against \(above): \(obstacle). AIC and BIC compare them all the same.")
      return LikelihoodRatio()
    }
    if reference.isUpperLimit {
      notes.append("Several variances of \(own) are zero in \(above): its p-value is an upper limit.")
    }
    if ratio < Self.shortfall {
      notes.append(
        "\(own) has a smaller likelihood than \(above), which is nested in it: its fit stopped short.")
    }
    return LikelihoodRatio(
      statistic: ratio, degreesOfFreedom: added, pValue: reference.tail(ratio), reference: reference.name)
  }
}

/// A test of a model against a smaller one; nan without one.
private struct LikelihoodRatio {
  var statistic = Double.nan
  var degreesOfFreedom = 0
  var pValue = Double.nan
  var reference = ""
}

extension ModelComparison.Row {
  fileprivate init(
    name: String, parameters: Int, logLikelihood: Double, criteria: (aic: Double, bic: Double),
    test: LikelihoodRatio
  ) {
    self.init(
      name: name, parameters: parameters, aic: criteria.aic, bic: criteria.bic, logLikelihood: logLikelihood,
      chiSquared: test.statistic, degreesOfFreedom: test.degreesOfFreedom, pValue: test.pValue,
      reference: test.reference)
  }
}

/// Whether columns are combinations of others.
func spans(_ large: Matrix, _ small: Matrix) -> Bool {
  let names = (try? large.matrixRank(), try? large.appending(columnsOf: small).matrixRank())
  return names.0 != nil && names.0 == names.1
}
