/// Newton steps at the cost of their sums, for models whose arrays would cost more.
///
/// Where they end ``NewtonOptimizer`` begins, with all its precautions: it finds an optimum with one gradient.
package protocol RapidDescent: AnyObject {
  /// Evaluations of the criterion and of its gradient so far.
  var evaluations: Int { get }
  var gradients: Int { get }

  /// The deviance at θ; nil where there is none.
  func deviance(at theta: [Double]) -> Double?
  /// The deviance and σ² at a lone parameter, and d deviance / dθ² there.
  func slopeByVariance(at theta: [Double]) -> (deviance: Double, slope: Double, scale: Double)?

  /// Moves θ to an optimum.
  ///
  /// - Parameter leastResolution: the resolution of the residual variance below which there is no end.
  /// - Returns: the deviance there; nil, with θ as it was, where the steps found none.
  func descend(_ theta: inout [Double], leastResolution: Double) -> Double?
  /// Gradient and curvature at the θ evaluated last.
  func differentiated() -> ProfiledObjective.Derivatives
}
