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

extension DesignInfo {
  /// What `center` and `standardize` of one column remember: arguments, the inner ones first, their means and standard
  /// deviations.
  package var rememberedMoments: [(argument: Expression, mean: Double, deviation: Double)] {
    (factorInfos ?? [:]).values.flatMap(\.state.remembered)
  }
}

extension FactorState {
  fileprivate var remembered: [(argument: Expression, mean: Double, deviation: Double)] {
    passes.joined().compactMap { call in
      let memory: Moments?
      switch transforms[call.site] {
      case let transform as CenterTransform: memory = transform.moments
      case let transform as StandardizeTransform: memory = transform.moments
      default: memory = nil
      }
      guard let argument = call.positional.first, let memory, memory.means.count == 1 else { return nil }
      return (argument, memory.means[0], (memory.squares[0] / Double(memory.count)).squareRoot())
    }
  }

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
