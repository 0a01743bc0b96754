/// Effects of one variance, any two with the same correlation ρ ≥ −1/(k−1).
///
/// These are an effect that all share, of variance σ²ρ, beside independent ones where ρ is positive: S = σ² ((1−ρ) I + ρ J).
struct CompoundSymmetry: ExchangeableForm {
  let key = "compoundSymmetry"
  let spelling: String? = "cs"
  let isHomogeneous = true

  func contains(_ other: any CovarianceForm) -> Bool { other is CompoundSymmetry || other is Identity }
  func absorbs(_ other: any CovarianceForm) -> Bool { contains(other) }
}

/// A form whose correlations are all the same.
protocol ExchangeableForm: CorrelationForm {}

extension ExchangeableForm {
  var demand: ColumnDemand { .several }

  func bounds(width: Int) -> ClosedRange<Double> { -1 / Double(max(width - 1, 1))...1 }

  func correlation(_ rho: Double, distance: Int, derivative: Int) -> Double {
    switch derivative {
    case 0: rho
    case 1: 1
    default: 0
    }
  }

  func definingDistances(width: Int) -> ClosedRange<Int> { 1...max(width - 1, 1) }
}
