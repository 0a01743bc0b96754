/// Effects with a variance each, any two with the same correlation.
struct HeterogeneousCompoundSymmetry: ExchangeableForm {
  let key = "heterogeneousCompoundSymmetry"
  let spelling: String? = "hetcs"
  let isHomogeneous = false

  func contains(_ other: any CovarianceForm) -> Bool {
    other is any ExchangeableForm || other is Diagonal || other is Identity
  }
}
