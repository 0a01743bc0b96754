/// One or several optimisers, tried in order: `.powell`, `[.bfgs, .lbfgs]`.
///
/// Without one, the engine's own optimiser runs: Newton steps with average information and exact gradients.
/// Python: the `method` argument of MixedLM.fit
public struct OptimizationMethod: Sendable, Hashable, ExpressibleByArrayLiteral {
  /// scipy's names of the optimisers.
  public enum Name: String, Sendable, CaseIterable {
    /// Broyden–Fletcher–Goldfarb–Shanno.
    case bfgs
    /// Limited-memory BFGS.
    case lbfgs
    /// Conjugate gradients.
    case cg
    /// Powell's direction set.
    case powell
    /// Nelder–Mead simplex.
    case nm
    /// Basin hopping.
    case basinhopping
    /// scipy's `minimize`, whose default is BFGS.
    case minimize
  }

  /// The optimisers, in the order in which they are tried.
  public let names: [Name]

  /// Several optimisers, tried in order.
  public init(names: [Name]) { self.names = names }

  /// The optimisers of a list, one after the other.
  public init(arrayLiteral elements: OptimizationMethod...) { names = elements.flatMap(\.names) }

  /// The optimiser of a name in any case; nil and "default" are the engine's own.
  ///
  /// - Throws: ``StatsModelsError`` for another name.
  public init(_ name: String) throws {
    let lower = name.lowercased()
    if lower == "default" {
      names = []
    } else if let known = Name(rawValue: lower) {
      names = [known]
    } else if lower == "newton" || lower == "ncg" {
      throw StatsModelsError(
        .invalidArgument,
        "method \(lower) not available for MixedLM: leave it out, or use bfgs, lbfgs, cg or powell",
        values: [name])
    } else {
      throw StatsModelsError(
        .invalidArgument,
        "method must be one of: 'nm', 'bfgs', 'lbfgs', 'powell', 'cg', 'basinhopping', 'minimize'",
        values: [name])
    }
  }

  /// Broyden–Fletcher–Goldfarb–Shanno.
  public static let bfgs = OptimizationMethod(names: [.bfgs])
  /// Limited-memory BFGS.
  public static let lbfgs = OptimizationMethod(names: [.lbfgs])
  /// Conjugate gradients.
  public static let cg = OptimizationMethod(names: [.cg])
  /// Powell's direction set.
  public static let powell = OptimizationMethod(names: [.powell])
  /// Nelder–Mead simplex.
  public static let nm = OptimizationMethod(names: [.nm])
  /// Basin hopping.
  public static let basinhopping = OptimizationMethod(names: [.basinhopping])
  /// scipy's `minimize`.
  public static let minimize = OptimizationMethod(names: [.minimize])
}
