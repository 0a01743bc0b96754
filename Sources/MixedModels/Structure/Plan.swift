import Foundation
internal import LinearAlgebra

/// Which way a model is computed, and why: the one place that chooses.
///
/// A plan follows from the structure, the sizes and the options alone; no choice depends on how a fit goes.
package struct Plan: Sendable, Equatable {
  /// What gives log |V| and [X̃ ẽ]'V⁻¹[X̃ ẽ] at a point.
  package enum Factorization: Sendable, Equatable {
    /// The levels of one random intercept, pooled by their size.
    case pooled
    /// The levels of one factor of few effects each, four side by side.
    case levels
    /// The levels of one factor, or of nested ones, in closed form.
    case chain
    /// The levels of the chain in closed form, all others in a dense matrix of this order.
    case dense(order: Int)
    /// The same with a sparse matrix.
    case sparse(order: Int)
    /// No factor: conjugate gradients, and random probes for log |V| and the traces.
    case iterative
  }

  /// What comes before exact Newton steps.
  package enum Start: Sendable, Equatable {
    /// The variances by moments, or the caller's.
    case moments
    /// One step without a factor.
    case roughStep
    /// Steps without a factor, all but one of whose gradients are corrected from an exact one.
    case anchoredSteps
  }

  /// How widely other optima are looked for.
  package enum Searches: Sendable, Equatable {
    case none
    /// The whole line of a lone parameter.
    case line
    /// Starts over the scales of the levels' own information.
    case everywhere
  }

  /// What decided.
  package enum Reason: Sendable, Equatable {
    case levelsOfFewSizes, oneFactor, factorsNest, smallOrder, fullFactor, sparseIsCheaper, memoryIsShort,
      asked
  }

  package let factorization: Factorization
  /// What decided on the factorisation.
  package let reason: Reason
  package let start: Start
  package let searches: Searches
  /// Whether an evaluation takes next to no time, so that gradients are looked at once more.
  package let evaluationsAreCheap: Bool
  /// The predicted decrease of -2 log L at which a fit stops.
  package let tolerance: Double
  /// Threads for BLAS.
  package let threads: Int
  /// Whether evaluations may be repeated in extended precision.
  package let admitsExtendedPrecision: Bool

  /// Whether all results come without an exact factorisation, with Monte-Carlo error.
  package var isIterative: Bool { factorization == .iterative }

  /// - Parameters:
  ///   - products: the cross-products, in which pooled levels and a sparse factor were chosen already, by
  ///     ``poolsLevels(sizes:levels:)`` and ``prefersSparse(entries:order:)``.
  ///   - rows: number of rows.
  ///   - parameters: number of covariance parameters.
  ///   - memory: what an exact factor takes.
  init(
    products: CrossProducts, rows: Int, parameters: Int, options: EngineOptions, memory: MemoryEstimate
  ) {
    let order = products.trailing?.count ?? 0
    let isSparse = products.sparse != nil
    let canIterate = ScalarSystem.describes(products)
    if canIterate, options.exact.map({ !$0 }) ?? !memory.fitsInHalf {
      factorization = .iterative
      reason = options.exact == false ? .asked : .memoryIsShort
    } else if products.pooled != nil {
      factorization = .pooled
      reason = .levelsOfFewSizes
    } else if order == 0, products.chain.count == 1 {
      factorization = .levels
      reason = .oneFactor
    } else if order == 0 {
      factorization = .chain
      reason = .factorsNest
    } else {
      factorization = isSparse ? .sparse(order: order) : .dense(order: order)
      reason =
        options.trailing != nil
        ? .asked
        : isSparse ? .sparseIsCheaper : order <= Tuning.smallestSparseOrder ? .smallOrder : .fullFactor
    }
    start = canIterate ? Self.start(products, order: order) : .moments
    evaluationsAreCheap = rows <= Tuning.cheapRows && !isSparse && order < Tuning.threadedOrder
    let isSmall = rows <= Tuning.searchedRows && !isSparse && order < Tuning.searchedOrder
    searches =
      parameters == 1
      ? (products.trailing == nil || isSmall ? .line : .none)
      : isSmall && parameters <= Tuning.searchedParameters ? .everywhere : .none
    tolerance = Self.tolerance(order: order, rows: rows, isSparse: isSparse && start == .moments)
    threads =
      isSparse || order < Tuning.threadedOrder ? 1 : options.threads ?? ProcessorCount.available
    admitsExtendedPrecision =
      factorization != .iterative && !isSparse
      && ExtendedProducts.work(structure: products.structure) <= Tuning.largestExtendedWork
  }

  /// By the multiply-adds of a factor and its inverse: m³ for a dense matrix.
  private static func start(_ products: CrossProducts, order: Int) -> Start {
    let work = products.sparse.map { 3 * $0.analysis.flops } ?? pow(Double(order), 3)
    let rough = pow(Double(Tuning.roughStepOrder), 3)
    guard work >= rough, work > Tuning.operationsPerEntry * Double(ScalarSystem.entryCount(of: products))
    else { return .moments }
    return work < pow(Double(Tuning.anchoredOrder), 3) ? .roughStep : .anchoredSteps
  }

  /// More digits are taken where they cost less.
  private static func tolerance(order: Int, rows: Int, isSparse: Bool) -> Double {
    if isSparse { return Tuning.sparseTolerance }
    if order < Tuning.searchedOrder, rows <= Tuning.cheapRows { return Tuning.cheapTolerance }
    return order < Tuning.threadedOrder ? Tuning.denseTolerance : Tuning.largeTolerance
  }

  // MARK: While cross-products are made

  /// Whether levels are pooled by size: as many levels as sizes would gain nothing.
  static func poolsLevels(sizes: Int, levels: Int) -> Bool { sizes * Tuning.levelsPerSize <= levels }

  /// Whether a table of sizes up to the largest level is no larger than the levels themselves.
  static func poolsLevels(largest: Double, levels: Int) -> Bool {
    largest <= 0.5 * Double(levels) + 4096
  }

  /// Whether a sparse trailing factor is worth a look.
  static func considersSparse(order: Int, options: EngineOptions) -> Bool {
    options.trailing == .sparse || options.trailing == nil && order > Tuning.smallestSparseOrder
  }

  /// Whether the leading factor's cliques leave the trailing block of a shorter chain sparse at all.
  static func mayBeSparse(squaredRowCounts: Double, order: Int) -> Bool {
    squaredRowCounts < Double(order * order)
  }
}

extension MemoryEstimate {
  /// Whether it leaves half of the memory free.
  var fitsInHalf: Bool { bytes <= available / 2 }
}
