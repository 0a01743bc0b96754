import DataFrames

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

  /// The optimiser of a name that statsmodels, scipy or lme4 uses, in any case: `lbfgs`, `L-BFGS-B`, `Nelder-Mead`;
  /// "default" is the engine's own.
  ///
  /// - Throws: ``StatsModelsError`` for another name, with the nearest one or the one that does its work.
  public init(_ name: String) throws {
    let plain = String(name.lowercased().filter { $0.isLetter || $0.isNumber })
    if plain == "default" {
      names = []
    } else if let known = Name(rawValue: plain) ?? Self.synonyms[plain] {
      names = [known]
    } else if let instead = Self.replacements[plain] {
      throw StatsModelsError(
        .invalidArgument,
        "method \(name) not available for MixedLM: leave it out, or use \(instead)", values: [name])
    } else {
      let known = Name.allCases.map(\.rawValue)
      let nearest = NearestNames.of(plain, among: known + Self.synonyms.keys.sorted())
      throw StatsModelsError(
        .invalidArgument,
        "no method '\(name)'; " + (nearest.first.map { "did you mean '\($0)'? " } ?? "")
          + "method must be one of: \(known.map { "'\($0)'" }.joined(separator: ", ")), or 'default'",
        values: [name])
    }
  }

  /// Other spellings, reduced to letters and digits: scipy's `minimize(method=)` and R's `optim`.
  private static let synonyms: [String: Name] = [
    "lbfgsb": .lbfgs, "neldermead": .nm, "simplex": .nm, "conjugategradient": .cg, "basinhop": .basinhopping,
  ]

  /// Optimisers of scipy, statsmodels and lme4 that are not here, and what takes their place.
  private static let replacements: [String: String] = [
    "newton": "bfgs or lbfgs, which need no Hessian", "ncg": "bfgs, lbfgs or cg",
    "newtoncg": "bfgs, lbfgs or cg", "tnc": "lbfgs", "slsqp": "lbfgs", "trustconstr": "lbfgs",
    "trustncg": "bfgs", "trustkrylov": "bfgs", "trustexact": "bfgs", "dogleg": "bfgs", "cobyla": "powell",
    "cobyqa": "powell", "bobyqa": "powell", "nloptwrap": "powell", "nlminb": "lbfgs", "nlminbwrap": "lbfgs",
    "differentialevolution": "basinhopping", "dualannealing": "basinhopping", "shgo": "basinhopping",
  ]

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
