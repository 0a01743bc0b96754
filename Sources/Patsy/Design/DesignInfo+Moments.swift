extension DesignInfo {
  /// The same design whose `center` and `standardize` remember other means and standard deviations.
  ///
  /// - Parameter moments: mean and standard deviation of an argument; nil for one that stays as it is.
  package func remembering(
    _ moments: (Expression) throws -> (mean: Double, deviation: Double)?
  ) throws -> DesignInfo {
    guard let factorInfos, let termCodings else { return self }
    let changed = try factorInfos.mapValues { info in
      var state = info.state
      try state.remember(moments)
      return FactorInfo(
        factor: info.factor, type: info.type, numColumns: info.numColumns, categories: info.categories,
        state: state)
    }
    return try DesignInfo(factorInfos: changed, termCodings: termCodings)
  }
}

extension FactorState {
  /// Gives transforms the moments of their arguments.
  fileprivate mutating func remember(
    _ moments: (Expression) throws -> (mean: Double, deviation: Double)?
  ) throws {
    for call in passes.joined() {
      guard let argument = call.positional.first, let known = try moments(argument) else { continue }
      let memory = Moments(mean: known.mean, deviation: known.deviation)
      switch transforms[call.site] {
      case is CenterTransform: replace(call.site, by: CenterTransform(moments: memory))
      case is StandardizeTransform: replace(call.site, by: StandardizeTransform(moments: memory))
      default: continue
      }
    }
  }
}
