/// Units of the covariances that a fit is given in `startParams`, and with which `free` holds them. Not in statsmodels.
public enum CovarianceUnits: String, Sendable, CaseIterable {
  /// Divided by the error variance, as in `params` and `paramsObject`: a held variance keeps its ratio to `scale`.
  case profile
  /// The response's units, as in `covRe` and `vcomp`: a held variance keeps its value, whatever `scale` becomes.
  case user
}

/// What becomes of σ² in a search.
enum ErrorVariance: Sendable, Equatable {
  /// Its best value at each point.
  case profiled
  /// A parameter of the search, because variances are held in the response's units.
  case free
  /// A given value.
  case held(Double)

  var isHeld: Bool { if case .held = self { true } else { false } }
}
