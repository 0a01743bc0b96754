import LinearAlgebra
import MixedModels
import Testing

/// Score, Hessian, modes and variances against a dense V and differences of its likelihood.
@Suite struct InferenceTests {
  static let cases: [RandomModel] = RandomModel.Kind.allCases.flatMap { kind in
    (11...13).map { RandomModel(kind, seed: $0) }
  }

  /// The caller's covariance parameters: the terms that each acts on, and its position among theirs.
  static func parameters(_ model: RandomModel) -> [(terms: [Int], position: Int)] {
    var result: [(terms: [Int], position: Int)] = []
    var ties: [Int: Int] = [:]
    for (t, term) in model.terms.enumerated() {
      if let tie = term.tie, let known = ties[tie] {
        result[known].terms.append(t)
        continue
      }
      if let tie = term.tie { ties[tie] = result.count }
      result += term.covariance.form.reported(width: term.width).indices.map { ([t], $0) }
    }
    return result
  }

  /// The covariances with some parameters changed.
  static func moved(
    _ s: [Matrix], _ model: RandomModel, by steps: [Double]
  ) -> [Matrix] {
    var values = zip(model.terms, s).map { $0.covariance.form.values(of: $1) }
    for (parameter, step) in zip(parameters(model), steps) {
      for t in parameter.terms { values[t][parameter.position] += step }
    }
    return zip(model.terms, values).map { $0.covariance.form.covariance(values: $1, width: $0.width) }
  }

  /// The caller's covariance parameters, as changes of every S.
  static func directions(_ model: RandomModel, at s: [Matrix]) -> [[Matrix]] {
    parameters(model).map { parameter in
      model.terms.enumerated().map { t, term in
        parameter.terms.contains(t)
          ? term.covariance.form.slope(parameter.position, at: s[t])
          : Matrix(rows: term.width, columns: term.width)
      }
    }
  }

  /// Step for a parameter: small beside the covariances it changes.
  static func size(_ s: [Matrix], _ d: [Matrix]) -> Double {
    var size = Double.infinity
    for (s, d) in zip(s, d) {
      for a in 0..<s.rows {
        for b in 0..<s.columns where d[a, b] != 0 { size = min(size, (s[a, a] * s[b, b]).squareRoot()) }
      }
    }
    return size
  }

  @Test(arguments: cases)
  func scoreAndHessianMatchDifferences(_ random: RandomModel) throws {
    let model = try MixedModel(response: random.response, fixed: random.fixed, terms: random.terms)
    let dense = DenseReference(model: random)
    var g = TestGenerator(seed: random.seed)
    let s = random.covariances(&g)
    let directions = Self.directions(random, at: s)
    for reml in [true, false] {
      let estimate = try model.estimate(at: s, reml: reml)
      let score = try model.score(at: s, reml: reml)
      let hessian = try model.jointHessian(at: s, reml: reml)
      let p = random.fixed.columns
      let b = estimate.fixedEffects
      let bSizes = (0..<p).map { estimate.fixedCovariance[$0, $0].squareRoot() }
      func value(_ step: [Double]) throws -> Double {
        let moved = Self.moved(s, random, by: Array(step.dropFirst(p)))
        return try dense.logLikelihood(
          moved, reml: reml, fixedEffects: zip(b, step).map { $0 + $1 })
      }
      let n = p + directions.count
      let sizes = bSizes.map { 1e-2 * $0 } + directions.map { 2e-4 * Self.size(s, $0) }
      for j in 0..<directions.count {
        var step = [Double](repeating: 0, count: n)
        let h = 2e-3 * Self.size(s, directions[j])
        func at(_ k: Double) throws -> Double {
          step[p + j] = k * h
          return try value(step)
        }
        let difference = try (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * h)
        let exact = zip(score.covariances, directions[j]).reduce(0) {
          $0 + zip($1.0.storage, $1.1.storage).reduce(0) { $0 + $1.0 * $1.1 }
        }
        #expect(
          abs(exact - difference) * Self.size(s, directions[j]) < 1e-6 * max(1, abs(exact * h * 500)),
          "\(exact) \(difference)")
      }
      for i in 0..<n {
        for j in 0...i {
          func corner(_ a: Double, _ c: Double) throws -> Double {
            var step = [Double](repeating: 0, count: n)
            step[i] += a * sizes[i] * 10
            step[j] += c * sizes[j] * 10
            return try value(step)
          }
          let difference =
            try (corner(1, 1) - corner(1, -1) - corner(-1, 1) + corner(-1, -1)) / (400 * sizes[i] * sizes[j])
          let scale = abs(hessian[i, i] * hessian[j, j]).squareRoot() + 1e-3 / (sizes[i] * sizes[j]) * 1e-3
          #expect(abs(hessian[i, j] - difference) < 2e-3 * scale, "\(i) \(j): \(hessian[i, j]) \(difference)")
        }
      }
    }
  }

  @Test(arguments: cases)
  func modesMatchDenseVariance(_ random: RandomModel) throws {
    let model = try MixedModel(response: random.response, fixed: random.fixed, terms: random.terms)
    let fit = try model.fit(reml: true)
    let v = try Cholesky(DenseReference(model: random).variance(fit.relativeCovariances))
    let residual = zip(random.response, random.fixed * fit.fixedEffects).map { $0 - $1 }
    let weighted = v.solve(residual)
    let modes = try model.conditionalModes(fit)
    let scale = random.response.map { abs($0) }.max() ?? 1
    for (t, term) in random.terms.enumerated() {
      let variances = try model.conditionalVariances(fit, term: t)
      let k = term.width
      for level in 0..<term.levelCount {
        // Z_l of this level.
        var z = Matrix(rows: random.response.count, columns: k)
        for i in 0..<z.rows where term.codes[i] == level {
          for a in 0..<k { z[i, a] = term.columns[a]?[i] ?? 1 }
        }
        let s = fit.relativeCovariances[t]
        let expected = s * (z.transposed * weighted)
        let covariance = s * (z.transposed * (v.solve(z) * s))
        for a in 0..<k {
          let size = max(s[a, a].squareRoot() * fit.scale.squareRoot(), 1e-6 * scale)
          #expect(abs(modes[t][level, a] - expected[a]) < 1e-6 * (size + abs(expected[a])))
          for b in 0..<k {
            let exact = fit.scale * (s[a, b] - covariance[a, b])
            let found = variances[level * k * k + a + b * k]
            let bound = fit.scale * (s[a, a] * s[b, b]).squareRoot()
            #expect(abs(found - exact) <= 1e-7 * bound + 1e-12, "\(found) \(exact)")
          }
        }
      }
    }
    let fitted = try model.fittedValues(fit)
    // Residuals are σ² V⁻¹ (y − Xb) in units of σ².
    for i in fitted.indices {
      #expect(abs(random.response[i] - fitted[i] - weighted[i]) < 1e-6 * scale)
    }
  }

  /// Beyond the order up to which the unscaled block is kept, the exact traces of a dense block and the
  /// differences of a sparse one must give one Hessian.
  @Test func largeDenseAndSparseHessiansAgree() throws {
    var g = TestGenerator(seed: 9)
    let n = 3000
    let x = (0..<n).map { _ in g.normal() }
    let terms = [
      RandomTerm(codes: (0..<n).map { _ in Int32(g.below(700)) }, levelCount: 700),
      RandomTerm(codes: (0..<n).map { _ in Int32(g.below(290)) }, levelCount: 290, columns: [nil, x]),
    ]
    let effects = terms.map { term in (0..<term.levelCount).map { _ in g.normal() } }
    let response = (0..<n).map { i in
      x[i] + effects[0][Int(terms[0].codes[i])] + effects[1][Int(terms[1].codes[i])] * (1 + 0.5 * x[i])
        + g.normal()
    }
    var fixed = Matrix(rows: n, columns: 2, repeating: 1)
    for i in 0..<n { fixed[i, 1] = x[i] }
    let s = [Matrix([[0.8]]), Matrix([[1.2, 0.4], [0.4, 0.5]])]
    for reml in [true, false] {
      let hessians = try [EngineOptions.Trailing.dense, .sparse].map {
        try MixedModel(response: response, fixed: fixed, terms: terms, options: EngineOptions(trailing: $0))
          .jointHessian(at: s, reml: reml)
      }
      for i in 0..<hessians[0].rows {
        for j in 0..<hessians[0].rows {
          let size = abs(hessians[0][i, i] * hessians[0][j, j]).squareRoot()
          #expect(abs(hessians[0][i, j] - hessians[1][i, j]) < 1e-4 * size)
        }
      }
    }
  }

  static let largeDesigns = [
    MatrixFreeTests.Design(description: "two factors", rows: 5000, levels: [800, 540], effects: [0.6, 0.4]),
    MatrixFreeTests.Design(
      description: "three factors", rows: 5000, levels: [800, 530, 12], effects: [0.6, 0.4, 0.3]),
    MatrixFreeTests.Design(
      description: "nested and crossed", rows: 5000, levels: [900, 560, 60], nested: true,
      effects: [0.5, 0.7, 0.4]),
  ]

  /// The closed form for large crossed models against differences of the sparse engine's first-order traces.
  @Test(arguments: largeDesigns)
  func hessianOfLargeCrossedModels(_ design: MatrixFreeTests.Design) throws {
    let (dense, _) = try design.model(exact: true, trailing: .dense)
    let (sparse, _) = try design.model(exact: true, trailing: .sparse)
    let s = design.effects.map { Matrix([[$0 * $0]]) }
    for reml in [true, false] {
      let closed = try dense.jointHessian(at: s, reml: reml)
      let differences = try sparse.jointHessian(at: s, reml: reml)
      for i in 0..<closed.rows {
        for j in 0..<closed.columns {
          let size = abs(closed[i, i] * closed[j, j]).squareRoot()
          #expect(abs(closed[i, j] - differences[i, j]) < 1e-5 * size)
        }
      }
    }
  }
}
