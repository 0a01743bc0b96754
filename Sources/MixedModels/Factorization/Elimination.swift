import Foundation
package import LinearAlgebra

/// A factorisation of V at given relative covariance factors, whatever structure made it.
///
/// S_f = T_f T_f' for every factor; R stands for [X̃ ẽ], r columns. All quantities are for σ² = 1.
///
/// The folder: the protocol, and a folder for each structure that has a factorisation of its own; ``Plan`` chooses.
package protocol Elimination: AnyObject {
  /// Factors at the given k × k lower factors, one per factor, column-major.
  ///
  /// - Returns: log |V| and R'V⁻¹R.
  func factorize(_ lower: [[Double]]) throws(EngineError) -> (logDeterminant: Double, panel: Matrix)

  /// Z'V⁻¹R of every level: prepares ``traces(residual:fixedInverse:)`` and the quadratic forms.
  func solve()

  /// Per factor Σ_l [Z'PZ]_ll and Σ_l r_l r_l' with r = Z'V⁻¹(ẽ − X̃ b).
  ///
  /// - Parameters:
  ///   - coefficients: b, rank entries.
  ///   - fixedInverse: (X̃'V⁻¹X̃)⁻¹ for the restricted likelihood; nil leaves P = V⁻¹.
  ///   - toleratesRounding: whether the rounding of single precision is small enough: for the steps of an optimiser.
  func traces(
    coefficients: [Double], fixedInverse: Matrix?, toleratesRounding: Bool
  ) throws(EngineError) -> [FactorTraces]

  /// Quadratic forms of v_i = E_i r along symmetric directions E_i.
  func quadraticForms(_ directions: [Direction], coefficients: [Double]) -> QuadraticForms

  /// g'E_i g of each direction, rank × rank, with g = Z'V⁻¹X̃ of every level: minus the derivative of X̃'V⁻¹X̃.
  func fixedSlopes(_ directions: [Direction]) -> [Matrix]

  // MARK: What only some can do

  /// Rounding of the arithmetic, in parts of a number.
  var precision: Double { get }
  /// Share of the sums of squares below which the residual variance is rounding.
  var leastScale: Double { get }
  /// Share of its column's square below which a pivot of R'V⁻¹R is rounding: the point counts as not resolved.
  var leastPivotShare: Double { get }
  /// Whether log |V| and the traces are estimates from random probes.
  var isStochastic: Bool { get }
  /// Newton steps on memory of its own; nil where they gain nothing.
  func rapidDescent(of objective: ProfiledObjective, scales: [Double]) -> (any RapidDescent)?
  /// Modes and variances of single levels; nil where levels are pooled.
  var levels: (any LevelElimination)? { get }
  /// The Monte-Carlo error of the point factored last; nil of exact eliminations.
  func monteCarloReport(in model: MixedModel) -> MonteCarloReport?
  /// ½ tr(E_i ZPZ E_j ZPZ) of directions on trailing factors, from their block of Z'PZ; nil where none is formed.
  func trailingTraces(_ directions: [Direction], fixedInverse: Matrix?) throws(EngineError) -> Matrix?
  /// (E_i g)'Z'V⁻¹Z(E_j g) of all pairs of directions, in blocks of rank × rank; nil where no factor exists.
  func fixedProducts(_ directions: [Direction]) -> Matrix?
  /// ‖Z_f'PZ_g‖² of crossed random intercepts, by factors; nil where no closed form holds.
  func projectionSquares(fixedInverse: Matrix?) throws(EngineError) -> Matrix?
}

extension Elimination {
  package var precision: Double { .ulpOfOne }
  package var leastScale: Double { 1e-9 }
  package var leastPivotShare: Double { 0 }
  package var isStochastic: Bool { false }
  package func rapidDescent(of objective: ProfiledObjective, scales: [Double]) -> (any RapidDescent)? { nil }
  package var levels: (any LevelElimination)? { nil }
  package func monteCarloReport(in model: MixedModel) -> MonteCarloReport? { nil }
  package func trailingTraces(_ directions: [Direction], fixedInverse: Matrix?) throws(EngineError) -> Matrix?
  { nil }
  package func fixedProducts(_ directions: [Direction]) -> Matrix? { nil }
  package func projectionSquares(fixedInverse: Matrix?) throws(EngineError) -> Matrix? { nil }

  package func traces(coefficients: [Double], fixedInverse: Matrix?) throws(EngineError) -> [FactorTraces] {
    try traces(coefficients: coefficients, fixedInverse: fixedInverse, toleratesRounding: false)
  }
}

extension LevelElimination {
  package var levels: (any LevelElimination)? { self }
}

/// An elimination that keeps every level apart.
package protocol LevelElimination: Elimination {
  /// Conditional modes of every factor's levels: levels × k, level by level.
  func modes(coefficients: [Double]) -> [Buffer]

  /// Diagonal blocks of S − S Z'V⁻¹Z S per factor, k × k per level.
  func conditionalCovariances(factor: Int) throws(EngineError) -> Buffer
}

/// First-derivative sums of one factor, k × k.
package struct FactorTraces {
  /// M = Σ_l [Z'PZ]_ll.
  package var projection: Matrix
  /// R = Σ_l r_l r_l'.
  package var residual: Matrix
}

/// A direction dS: a symmetric k × k matrix on each of a few factors.
package struct Direction {
  package var parts: [(factor: Int, matrix: Matrix)]

  package init(parts: [(factor: Int, matrix: Matrix)]) { self.parts = parts }
}

/// What directions v_i = E_i r yield.
package struct QuadraticForms {
  /// v_i' Z'V⁻¹Z v_j.
  package var products: Matrix
  /// X̃'V⁻¹Z v_i by columns, rank × directions.
  package var fixed: Matrix
  /// v_i'r.
  package var residual: [Double]
}

/// Number of regressors per level, known to the compiler for the common small blocks.
protocol BlockWidth {
  /// The width, or nil when it is known at run time only.
  static var fixed: Int? { get }
}
enum Width1: BlockWidth { static var fixed: Int? { 1 } }
enum Width2: BlockWidth { static var fixed: Int? { 2 } }
enum Width3: BlockWidth { static var fixed: Int? { 3 } }
enum AnyWidth: BlockWidth { static var fixed: Int? { nil } }

/// Sums logarithms of numbers ≥ 1 by multiplying them while the product stays in range.
struct LogSum {
  private var product = 1.0
  private var sum = 0.0

  @inline(__always)
  mutating func add(_ value: Double) {
    product *= value
    if product > 1e200 { flush() }
  }

  private mutating func flush() {
    sum += Foundation.log(product)
    product = 1
  }

  var value: Double { sum + Foundation.log(product) }
}
