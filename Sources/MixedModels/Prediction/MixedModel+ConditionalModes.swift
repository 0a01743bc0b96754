package import LinearAlgebra

extension MixedModel {
  /// Conditional modes (BLUPs) of every term: levelCount × k, in the caller's units.
  package func conditionalModes(_ estimate: Estimate) throws(EngineError) -> [Matrix] {
    let modes = try leasing { () throws(EngineError) in
      let (point, elimination) = try factored(estimate)
      elimination.solve()
      return elimination.modes(coefficients: point.coefficients)
    }
    return callersEffects(modes).map { $0.mapElements { fixed.unit * $0 } }
  }

  /// Effects of every term, levelCount × k, on the caller's regressors from those of the factors on standardised ones.
  private func callersEffects(_ modes: [Buffer]) -> [Matrix] {
    terms.enumerated().map { t, term in
      let k = term.width
      var result = Matrix(rows: term.levelCount, columns: k)
      guard let place = layout.places[t], let back = inverseMap(t) else { return result }
      let order = layout.widths[place.factor]
      let source = modes[place.factor].pointer
      let levelMap = levelMap(t, factor: place.factor)
      for level in 0..<term.levelCount {
        let inner = levelMap.map { Int($0[level]) } ?? level
        if inner < 0 { continue }
        let row = source + inner * order + place.offset
        for a in 0..<k {
          var value = 0.0
          for b in 0..<k { value += back[a, b] * row[b] }
          result[level, a] = value
        }
      }
      return result
    }
  }

  /// Conditional covariances of a term's effects given the data, b and the variances known: σ² times the
  /// diagonal blocks of S − S Z'V⁻¹Z S, k × k per level; the prior covariance for levels without rows.
  ///
  /// - Parameter levels: the levels wanted; nil for all. A model without an exact factor solves for every one.
  package func conditionalVariances(
    _ estimate: Estimate, term t: Int, levels: [Int]? = nil
  ) throws(EngineError) -> [Double] {
    let term = terms[t]
    let k = term.width
    let wanted = levels ?? Array(0..<term.levelCount)
    var result = [Double](repeating: 0, count: wanted.count * k * k)
    guard let place = layout.places[t], let back = inverseMap(t) else { return result }
    let order = layout.widths[place.factor]
    let levelMap = levelMap(t, factor: place.factor)
    let inner = wanted.map { level in levelMap.map { Int($0[level]) } ?? level }
    // Blocks of the factor's levels at `inner`, or of these alone.
    let blocks: Buffer
    let selected: Bool
    if plan.isIterative, levels != nil || !holdsExactFactor {
      selected = true
      let known = inner.filter { $0 >= 0 }
      let elimination = try iterativeElimination(estimate)
      blocks = Buffer(try elimination.conditionalVariances(factor: place.factor, levels: known))
    } else {
      selected = false
      var exact = self
      if plan.isIterative { exact.options.exact = true }
      blocks = try leasing { () throws(EngineError) in
        try exact.factored(estimate).elimination.conditionalCovariances(factor: place.factor)
      }
    }
    var next = 0
    for (position, level) in inner.enumerated() {
      defer { if level >= 0 { next += 1 } }
      for a in 0..<k {
        for b in 0..<k {
          var value = 0.0
          if level < 0 {
            value = estimate.relativeCovariances[t][a, b]
          } else {
            let block = blocks.pointer + (selected ? next : level) * order * order
            for c in 0..<k {
              for d in 0..<k {
                value += back[a, c] * block[place.offset + c + (place.offset + d) * order] * back[b, d]
              }
            }
          }
          result[position * k * k + a + b * k] = value * estimate.scale
        }
      }
    }
    return result
  }

  /// Whether conditional variances of all levels of a term take no more than a factorisation, or a few solves.
  package func holdsVariances(term t: Int) -> Bool {
    !plan.isIterative || holdsExactFactor || terms[t].levelCount <= 256
  }

  /// X b + Σ Z u, one value per row.
  package func fittedValues(_ estimate: Estimate) throws(EngineError) -> [Double] {
    fittedValues(estimate, modes: try conditionalModes(estimate))
  }

  /// X b + Σ Z u from conditional modes at hand.
  package func fittedValues(_ estimate: Estimate, modes: [Matrix]) -> [Double] {
    let n = rows.count
    var result = [Double](repeating: 0, count: n)
    for (j, b) in estimate.fixedEffects.enumerated() where b.isFinite {
      let start = j * n
      for i in 0..<n { result[i] += b * fixedColumns.storage[start + i] }
    }
    addEffects(modes, to: &result)
    return result
  }

  /// Adds Z u.
  private func addEffects(_ effects: [Matrix], to result: inout [Double]) {
    let n = rows.count
    for (term, mode) in zip(terms, effects) {
      for (a, column) in term.columns.enumerated() {
        let effects = mode.column(a)
        if let column {
          for i in 0..<n where term.codes[i] >= 0 { result[i] += column[i] * effects[Int(term.codes[i])] }
        } else {
          for i in 0..<n where term.codes[i] >= 0 { result[i] += effects[Int(term.codes[i])] }
        }
      }
    }
  }

  /// X̃, V⁻¹X̃ and V⁻¹(y − X b) row by row, V in units of σ² and y in those of the standardised response, with
  /// Q = (X̃'V⁻¹X̃)⁻¹.
  ///
  /// V⁻¹ = W (I − Z S Z'V⁻¹): conditional modes of each column of X̃ in place of the response.
  func solvedRows(
    _ estimate: Estimate
  ) throws(EngineError) -> (fixed: Matrix, solved: Matrix, residual: [Double], inverse: Matrix) {
    let n = rows.count
    let p = fixed.rank
    // columns of X̃ have the length 1, the response √n
    let length = Double(n).squareRoot()
    let (columns, inverse) = try leasing { () throws(EngineError) in
      let (point, elimination) = try factored(estimate)
      elimination.solve()
      let none = elimination.modes(coefficients: [Double](repeating: 0, count: p))
      let columns = (0..<p).map { j -> [Matrix] in
        var moved = [Double](repeating: 0, count: p)
        moved[j] = -length
        let modes = elimination.modes(coefficients: moved)
        for (mode, other) in zip(modes, none) {
          for i in 0..<mode.count {
            mode.pointer[i] = (mode.pointer[i] - other.pointer[i]) / length
          }
        }
        return callersEffects(modes)
      }
      return (columns, point.profile.fixedInverse)
    }
    let x = orthonormalRows(fixedColumns)
    var solved = x
    for (j, effects) in columns.enumerated() {
      var fitted = [Double](repeating: 0, count: n)
      addEffects(effects, to: &fitted)
      for i in 0..<n { solved[i, j] = (rows.weights?[i] ?? 1) * (x[i, j] - fitted[i]) }
    }
    let conditional = try fittedValues(estimate)
    let residual = (0..<n).map { i in
      (rows.weights?[i] ?? 1) * (rows.response[i] - conditional[i]) / fixed.unit
    }
    return (x, solved, residual, inverse)
  }

  /// The elimination of every level at an estimate.
  private func factored(
    _ estimate: Estimate
  ) throws(EngineError) -> (point: ParameterPoint, elimination: any LevelElimination) {
    let objective = plan.isIterative ? try matrixFreeObjective(reml: estimate.reml, solvesOnly: true) : nil
    let point = try ParameterPoint(
      model: self, covariances: estimate.relativeCovariances, reml: estimate.reml, fixedEffects: nil,
      objective: objective, keepsLevels: true)
    guard let elimination = point.objective.elimination.levels else {
      preconditionFailure("an elimination that was asked to keep every level does not")
    }
    return (point, elimination)
  }

  /// The equations at an estimate, for solves with right-hand sides to come.
  private func iterativeElimination(_ estimate: Estimate) throws(EngineError) -> MatrixFreeElimination {
    guard let found = matrixFreeObjective(reml: estimate.reml, batches: 0) else {
      throw .insufficientMemory(memoryEstimate)
    }
    try found.elimination.move(to: layout.lower(covariances: estimate.relativeCovariances))
    return found.elimination
  }

  /// The same with b and (X'V⁻¹X)⁻¹.
  func iterativePoint(
    _ estimate: Estimate
  ) throws(EngineError) -> (point: ParameterPoint, elimination: MatrixFreeElimination) {
    guard let (objective, elimination) = matrixFreeObjective(reml: estimate.reml, batches: 0) else {
      throw .insufficientMemory(memoryEstimate)
    }
    let point = try ParameterPoint(
      model: self, covariances: estimate.relativeCovariances, reml: estimate.reml, fixedEffects: nil,
      objective: objective)
    return (point, elimination)
  }

  /// G⁻¹ of a term: from standardised to the caller's regressors.
  func inverseMap(_ t: Int) -> Matrix? {
    guard let map = layout.maps[t] else { return nil }
    return try? LinearAlgebra.solve(map, Matrix.identity(map.rows))
  }

  func levelMap(_ t: Int, factor f: Int) -> [Int32]? {
    let factor = products.structure.factors[f]
    guard let position = factor.terms.firstIndex(of: t) else { return nil }
    return factor.levelMaps[position]
  }
}
