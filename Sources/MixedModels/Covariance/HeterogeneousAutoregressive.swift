/// Effects with a variance each whose correlation falls with their distance in order: ρ^|i−j|.
struct HeterogeneousAutoregressive: AutoregressiveForm {
  let key = "heterogeneousAutoregressive"
  let spelling: String? = "hetar1"
  let isHomogeneous = false

  func contains(_ other: any CovarianceForm) -> Bool {
    other is any AutoregressiveForm || other is Diagonal || other is Identity
  }
}
