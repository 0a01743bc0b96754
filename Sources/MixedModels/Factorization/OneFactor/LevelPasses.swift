internal import LinearAlgebra

/// The passes over levels with records of their own, four side by side.
final class LevelPasses: FactorPasses {
  let levels: LevelVectors
  let sums: FactorSums
  /// Has T.
  let system: FourLevelSystem
  private let lanes: FourLevelBuffer

  init(_ levels: LevelVectors) {
    self.levels = levels
    sums = FactorSums(width: levels.width, columns: levels.columns)
    system = FourLevelSystem(width: levels.width, columns: levels.columns)
    lanes = FourLevelBuffer(
      max(
        sums.count + levels.width + levels.columns - 1, sums.takenCount + levels.width * levels.columns))
  }

  var root: UnsafeMutablePointer<Double> { system.root.pointer }

  func copy() -> any FactorPasses { LevelPasses(levels) }

  func factorize() -> Double? {
    switch levels.width {
    case 1: factorize(Width1.self)
    case 2: factorize(Width2.self)
    case 3: factorize(Width3.self)
    default: factorize(AnyWidth.self)
    }
  }

  private func factorize<W: BlockWidth>(_: W.Type) -> Double? {
    let (k, r) = (W.fixed ?? levels.width, levels.columns)
    let taken = lanes.pointer
    let halves = taken + sums.takenCount
    taken.update(repeating: .zero, count: sums.takenCount)
    var logs = FourLogSums()
    let (system, records, size) = (system, levels.pointer, levels.size)
    for group in 0..<levels.count {
      let m = records + group * size
      let a = m + levels.triangle
      let pivots = system.factor(W.self, m)
      guard all(pivots .> 0), all(pivots .< .infinity) else { return nil }
      logs.add(pivots)
      for c in 0..<r {
        let half = halves + c * k
        system.half(W.self, a + c, stride: r, to: half)
        let target = taken + LevelVectors.triangle(c)
        for d in 0...c {
          var value = target[d]
          for i in 0..<k { value += half[i] * halves[d * k + i] }
          target[d] = value
        }
      }
    }
    for e in 0..<sums.takenCount { sums.taken[e] = taken[e].sum() }
    return logs.value
  }

  func sum(coefficients: UnsafePointer<Double>, fixedInverse: UnsafePointer<Double>?) {
    switch levels.width {
    case 1: sum(Width1.self, coefficients, fixedInverse)
    case 2: sum(Width2.self, coefficients, fixedInverse)
    case 3: sum(Width3.self, coefficients, fixedInverse)
    default: sum(AnyWidth.self, coefficients, fixedInverse)
    }
  }

  private func sum<W: BlockWidth>(_: W.Type, _ b: UnsafePointer<Double>, _ q: UnsafePointer<Double>?) {
    let (k, r) = (W.fixed ?? levels.width, levels.columns)
    let (p, t, isWide) = (r - 1, LevelVectors.triangle(k), k > Tuning.widestSideBySide)
    let projection = lanes.pointer
    let residual = projection + t
    let fixed = residual + t
    let cross = fixed + t
    let forms = cross + k * k * p
    let rest = projection + sums.count
    let image = rest + k
    lanes.pointer.update(repeating: .zero, count: sums.count)
    let (system, g, own, records, size) = (system, system.g, system.own, levels.pointer, levels.size)
    for group in 0..<levels.count {
      system.solve(W.self, records + group * size)
      for a in 0..<k {
        var value = g[a * r + p]
        for c in 0..<p { value -= b[c] * g[a * r + c] }
        rest[a] = value
      }
      for e in 0..<t { projection[e] += own[e] }
      for a in 0..<k {
        for b in 0...a {
          let e = LevelVectors.entry(a, b)
          let square = rest[a] * rest[b]
          residual[e] += square
          if isWide { continue }
          let row = forms + e * t
          for f in 0..<t { row[f] += square * own[f] }
        }
      }
      for c in 0..<p {
        for b in 0..<k {
          for a in 0..<k { cross[(c * k + b) * k + a] += g[a * r + c] * rest[b] }
        }
      }
      guard let q else { continue }
      for a in 0..<k {
        for c in 0..<p {
          var value = FourLevels.zero
          for d in 0..<p { value += q[d + c * p] * g[a * r + d] }
          image[c] = value
        }
        for b in 0...a {
          var value = FourLevels.zero
          for c in 0..<p { value += image[c] * g[b * r + c] }
          fixed[LevelVectors.entry(a, b)] += value
        }
      }
    }
    for e in 0..<sums.count { sums.projection[e] = lanes.pointer[e].sum() }
  }

  func pairTraces(fixedRoot: Matrix?) -> Matrix {
    let (k, r, t) = (levels.width, levels.columns, levels.triangle)
    let p = fixedRoot == nil ? 0 : r - 1
    var units = Matrix(rows: t, columns: t)
    // R'A_E R of each unit direction by columns
    var shared = Matrix(rows: p * p, columns: p > 0 ? t : 0)
    let memory = FourLevelBuffer(k * p + 2 * t)
    let (sides, taken, own) = (memory.pointer, memory.pointer + k * p, memory.pointer + k * p + t)
    let root = Buffer(fixedRoot?.storage ?? [])
    for group in 0..<levels.count {
      system.solve(levels.pointer + group * levels.size)
      let g = system.g
      for a in 0..<k {
        for j in 0..<p {
          var value = FourLevels.zero
          for m in j..<p { value += g[a * r + m] * root.pointer[m + j * p] }
          sides[a * p + j] = value
        }
      }
      for a in 0..<k {
        for b in 0...a {
          let e = LevelVectors.entry(a, b)
          var value = FourLevels.zero
          for j in 0..<p { value += sides[a * p + j] * sides[b * p + j] }
          taken[e] = value
          own[e] = system.own[e] - value
          for j in 0..<p {
            for i in 0..<p {
              let pair = sides[a * p + i] * sides[b * p + j] + sides[b * p + i] * sides[a * p + j]
              shared.storage[i + j * p + e * p * p] += 0.5 * pair.sum()
            }
          }
        }
      }
      Self.add(own, taken: p > 0 ? taken : nil, width: k, to: &units)
    }
    for f in 0..<t { for e in f + 1..<max(t, f + 1) { units[f, e] = units[e, f] } }
    return p > 0 ? units + shared.transposed * shared : units
  }

  /// Adds tr(E U F U) − tr(E H F H) of pairs of unit directions of four levels, the lower triangle of ½ (U_ac U_bd + U_ad U_bc).
  private static func add(
    _ u: UnsafePointer<FourLevels>, taken h: UnsafePointer<FourLevels>?, width k: Int, to units: inout Matrix
  ) {
    let t = units.rows
    func pair(_ u: UnsafePointer<FourLevels>, _ a: Int, _ b: Int, _ c: Int, _ d: Int) -> FourLevels {
      u[LevelVectors.entry(a, c)] * u[LevelVectors.entry(b, d)]
        + u[LevelVectors.entry(a, d)] * u[LevelVectors.entry(b, c)]
    }
    for c in 0..<k {
      for d in 0...c {
        let f = LevelVectors.entry(c, d)
        for a in c..<k {
          for b in 0...a {
            let e = LevelVectors.entry(a, b)
            if e < f { continue }
            var value = pair(u, a, b, c, d)
            if let h { value -= pair(h, a, b, c, d) }
            units.storage[e + f * t] += 0.5 * value.sum()
          }
        }
      }
    }
  }

  func fixedSlopes(_ directions: [Direction]) -> [Matrix] {
    let (k, p) = (levels.width, levels.columns - 1)
    return visiting(directions) { n in
      var slopes = [Matrix](repeating: Matrix(rows: p, columns: p), count: n)
      return (
        add: { vectors, g, _ in
          for i in 0..<n {
            for c in 0..<p {
              for d in 0..<p {
                var value = FourLevels.zero
                for a in 0..<k { value += g[a * (p + 1) + c] * vectors[(i * p + d) * k + a] }
                slopes[i][c, d] += value.sum()
              }
            }
          }
        }, result: { slopes }
      )
    }
  }

  func fixedProducts(_ directions: [Direction]) -> Matrix? {
    let (k, p) = (levels.width, levels.columns - 1)
    return visiting(directions) { n in
      var products = Matrix(rows: n * p, columns: n * p)
      let image = FourLevelBuffer(k)
      return (
        add: { vectors, _, own in
          for j in 0..<n * p {
            for a in 0..<k {
              var value = FourLevels.zero
              for b in 0..<k { value += own[LevelVectors.entry(a, b)] * vectors[j * k + b] }
              image.pointer[a] = value
            }
            for i in 0...j {
              var value = FourLevels.zero
              for a in 0..<k { value += vectors[i * k + a] * image.pointer[a] }
              products[i, j] += value.sum()
            }
          }
        },
        result: {
          for j in 0..<n * p { for i in 0..<j { products[j, i] = products[i, j] } }
          return products
        }
      )
    }
  }

  /// Visits the levels with E_i g_X of all directions, k numbers for each of their columns, with g and with N.
  private func visiting<Result>(
    _ directions: [Direction],
    _ visitor: (_ count: Int) -> (
      add: (
        _ vectors: UnsafePointer<FourLevels>, _ g: UnsafePointer<FourLevels>,
        _ own: UnsafePointer<FourLevels>
      ) -> Void, result: () -> Result
    )
  ) -> Result {
    let (k, r, n) = (levels.width, levels.columns, directions.count)
    let p = r - 1
    let matrices = directions.map { $0.matrix ?? Matrix(rows: k, columns: k) }
    let vectors = FourLevelBuffer(n * p * k)
    let visit = visitor(n)
    for group in 0..<levels.count {
      system.solve(levels.pointer + group * levels.size)
      for (i, matrix) in matrices.enumerated() {
        for c in 0..<p {
          for a in 0..<k {
            var value = FourLevels.zero
            for b in 0..<k { value += matrix[a, b] * system.g[b * r + c] }
            vectors.pointer[(i * p + c) * k + a] = value
          }
        }
      }
      visit.add(vectors.pointer, system.g, system.own)
    }
    return visit.result()
  }
}

extension Direction {
  /// The change of the only factor; nil where there is none.
  fileprivate var matrix: Matrix? { parts.first?.matrix }
}
