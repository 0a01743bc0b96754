import Foundation

/// Effects of one variance whose correlation falls with their distance in order: ρ^|i−j|.
struct Autoregressive: AutoregressiveForm {
  let key = "autoregressive"
  let spelling: String? = "ar1"
  let isHomogeneous = true

  func contains(_ other: any CovarianceForm) -> Bool {
    other is Autoregressive || other is Identity
  }
}

/// A form whose correlations are ρ^|i−j|.
protocol AutoregressiveForm: CorrelationForm {}

extension AutoregressiveForm {
  var demand: ColumnDemand { .levels }

  func bounds(width: Int) -> ClosedRange<Double> { -1...1 }

  func correlation(_ rho: Double, distance: Int, derivative: Int) -> Double {
    guard derivative <= distance else { return 0 }
    let factor = (0..<derivative).reduce(1.0) { $0 * Double(distance - $1) }
    return factor * pow(rho, Double(distance - derivative))
  }

  func definingDistances(width: Int) -> ClosedRange<Int> { 1...1 }
}
