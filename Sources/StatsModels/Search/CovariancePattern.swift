import LinearAlgebra
import MixedModels

/// What is free in a block's covariance matrix S as numbers without bounds, for searches that hold some of it.
protocol CovariancePattern: Sendable {
  /// How many numbers are free.
  var count: Int { get }
  /// S from these numbers; nil where no covariance matrix has the held values beside them.
  func covariance(_ parameters: ArraySlice<Double>) -> Matrix?
  /// Derivatives by these numbers from the derivatives F by S.
  func gradient(_ derivatives: Matrix, _ parameters: ArraySlice<Double>) -> [Double]
  /// The numbers at a covariance matrix that has the held values.
  func parameters(_ covariance: Matrix) -> [Double]
  /// A covariance matrix near a given one that has the held values; nil when these admit none.
  func feasible(near covariance: Matrix) -> Matrix?
}

/// The pattern of a form whose parameters are no entries of S: some of its own θ, each of which stands for one reported
/// variance or correlation.
struct FormPattern: CovariancePattern {
  private let form: any CovarianceForm
  private let width: Int
  /// Positions of the parameters that are free.
  private let free: [Int]
  /// θ of the values that are held.
  private let held: [Double]

  init(form: any CovarianceForm, width: Int, free: Set<Int>, values: Matrix) {
    self.form = form
    self.width = width
    self.free = free.sorted()
    held = form.theta(roots: [values.semidefiniteFactor])
  }

  var count: Int { free.count }

  private func theta(_ parameters: ArraySlice<Double>) -> [Double] {
    var result = held
    for (position, value) in zip(free, parameters) { result[position] = value }
    return result
  }

  func covariance(_ parameters: ArraySlice<Double>) -> Matrix? {
    let root = form.root(theta(parameters)[...], width: width)
    return root * root.transposed
  }

  func gradient(_ derivatives: Matrix, _ parameters: ArraySlice<Double>) -> [Double] {
    let theta = theta(parameters)
    let all = form.gradient(derivatives, theta[...], root: form.root(theta[...], width: width))
    return free.map { all[$0] }
  }

  func parameters(_ covariance: Matrix) -> [Double] {
    let theta = form.theta(roots: [covariance.semidefiniteFactor])
    return free.map { theta[$0] }
  }

  func feasible(near covariance: Matrix) -> Matrix? { self.covariance(parameters(covariance)[...]) }
}
