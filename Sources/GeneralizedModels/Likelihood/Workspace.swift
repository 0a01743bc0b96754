import Foundation
internal import LinearAlgebra
internal import MixedModels

/// The state of one evaluation: a mode ũ with the factored H and the rows' derivatives there.
final class Workspace {
  let model: GeneralizedModel
  let system: LevelSystem
  let weighted: WeightedSystem
  private var inverseBlocks: InverseBlocks?
  /// Whether these are of the present factor.
  private var hasInverse = false
  /// Whether a factor was made, at whatever weights and T.
  private var hasFactor = false
  /// X̃β̃ + offset, and η at the mode.
  let fixedPart: Buffer
  let eta: Buffer
  /// s, w, t of the rows.
  let score: Buffer
  let weight: Buffer
  let slope: Buffer
  /// ũ.
  let effects: Buffer
  /// Z's.
  let force: Buffer
  /// Room for vectors over rows and effects.
  let rowWork: Buffer
  let rowWork2: Buffer
  let rowWork3: Buffer
  let rowWork4: Buffer
  let effectWork: Buffer
  let effectWork2: Buffer
  private let trial: Buffer
  private(set) var kernel: any RowKernel
  private(set) var roots: [[Double]] = []
  /// Newton steps taken so far.
  private(set) var steps = 0
  /// Passes over the rows so far.
  private(set) var passes = 0

  /// - Parameter workers: threads that rows and levels are spread over.
  init(_ model: GeneralizedModel, workers: Workers) {
    self.model = model
    system = model.system
    weighted = WeightedSystem(model.system, workers: workers)
    let n = model.rowCount
    let m = model.system.effectCount
    (fixedPart, eta, score, weight, slope) = (Buffer(n), Buffer(n), Buffer(n), Buffer(n), Buffer(n))
    (rowWork, rowWork2, rowWork3, rowWork4) = (Buffer(n), Buffer(n), Buffer(n), Buffer(n))
    (effects, force, effectWork, effectWork2, trial) = (Buffer(m), Buffer(m), Buffer(m), Buffer(m), Buffer(m))
    kernel = model.response.kernel(precision: 0)
  }

  var rowCount: Int { model.rowCount }
  var effectCount: Int { system.effectCount }
  var data: RowPointers {
    RowPointers(
      y: model.y.pointer, m: model.multiplier.pointer, omega: model.omega.pointer,
      countsOnce: model.countsOnce)
  }

  /// H⁻¹'s blocks at the last mode.
  ///
  /// - Parameter isToChange: whether the caller overwrites them.
  func blocks(isToChange: Bool = false) -> InverseBlocks {
    let result = inverseBlocks ?? InverseBlocks(system)
    inverseBlocks = result
    if !hasInverse { result.compute(weighted) }
    hasInverse = !isToChange
    return result
  }

  /// out = X̃ b + c.
  func fixedValues(_ b: [Double], plus c: UnsafePointer<Double>?, into out: UnsafeMutablePointer<Double>) {
    let n = rowCount
    weighted.forEachPart { part, _ in
      let (first, size) = (part.rows.lowerBound, part.rows.count)
      if let c {
        (out + first).update(from: c + first, count: size)
      } else {
        (out + first).update(repeating: 0, count: size)
      }
      guard !b.isEmpty, size > 0 else { return }
      b.withUnsafeBufferPointer { b in
        guard let b0 = b.baseAddress else { return }
        BLAS.gemv(size, b.count, 1, model.basis.pointer + first, n, b0, 1, out + first)
      }
    }
  }

  /// Sums over rows, part by part, on several threads.
  ///
  /// - Parameters:
  ///   - count: number of sums.
  ///   - out: trailing columns of a vector that is added to.
  func sums(
    _ count: Int, addingTo out: UnsafeMutablePointer<Double>? = nil,
    _ body: (LevelSystem.Chunk, WeightedSystem.Rooms, UnsafeMutablePointer<Double>) -> Void
  ) -> [Double] {
    // a line of the cache or more for each part
    let stride = (count + 15) / 8 * 8
    let rooms = Buffer(system.parts.count * stride)
    weighted.forEachPart(addingTo: out) { part, room in
      for chunk in system.chunks[part.chunks] {
        body(chunk, room, rooms.pointer + part.index * stride)
      }
    }
    return (0..<count).map { c in
      system.parts.indices.reduce(0.0) { $0 + rooms.pointer[$1 * stride + c] }
    }
  }

  /// X̃'v.
  func fixedSums(_ v: UnsafePointer<Double>) -> [Double] {
    let p = model.rank
    return sums(p) { chunk, _, out in addFixedSums(chunk.rows, v, columns: p, to: out) }
  }

  /// Adds v'X̃ of some rows in the first columns.
  func addFixedSums(
    _ rows: Range<Int>, _ v: UnsafePointer<Double>, columns: Int,
    to out: UnsafeMutablePointer<Double>
  ) {
    let x = model.basis.pointer + rows.lowerBound
    for c in 0..<columns { out[c] += BLAS.dot(rows.count, x + c * rowCount, v + rows.lowerBound) }
  }

  /// X̃'WX̃ and the columns of Z'WX̃ at the present weights.
  func fixedProducts(withEffects: Bool = true) -> (gram: Matrix, crossed: [Buffer]) {
    let (n, p) = (rowCount, model.rank)
    let crossed = (0..<(withEffects ? p : 0)).map { _ in Buffer(effectCount) }
    var gram = Matrix(rows: p, columns: p)
    let column = rowWork4.pointer
    // trailing columns have room for one vector
    let isOnePass = system.columnCount == 0 || !withEffects
    for columns in isOnePass ? [0..<p] : (0..<p).map({ $0..<$0 + 1 }) {
      let target = isOnePass ? nil : crossed[columns.lowerBound].pointer + system.leadCount
      let sums = sums(columns.count * p, addingTo: target) { chunk, rooms, out in
        for (place, c) in columns.enumerated() {
          let x = model.basis.pointer + c * n
          for i in chunk.rows { column[i] = weight.pointer[i] * x[i] }
          if withEffects {
            weighted.scatter(chunk, column, addingTo: crossed[c].pointer, trailing: rooms.vector)
          }
          addFixedSums(chunk.rows, column, columns: c + 1, to: out + place * p)
        }
      }
      for (place, c) in columns.enumerated() {
        for r in 0...c { (gram[r, c], gram[c, r]) = (sums[place * p + r], sums[place * p + r]) }
      }
    }
    return (gram, crossed)
  }

  /// Goes to λ and T; β̃ comes with ``fixedPart``.
  func prepare(_ point: GeneralizedPoint) {
    kernel = model.response.kernel(precision: point.precision)
    roots = model.design.lower(point.theta)
    fixedValues(point.beta, plus: model.offset.pointer, into: fixedPart.pointer)
  }

  /// η, s, w, t and Z's at effects u.
  ///
  /// - Parameter refilling: whether Z'WZ is wanted too.
  /// - Returns: ½|u|² − Σℓ.
  func evaluateRows(_ u: UnsafePointer<Double>, refilling: Bool) -> Double {
    let m = effectCount
    passes += 1
    effectWork.pointer.update(from: u, count: m)
    weighted.multiply(roots, effectWork.pointer)
    force.fill(0)
    if refilling { weighted.clear() }
    let out = RowOutputs(score: score.pointer, weight: weight.pointer, slope: slope.pointer)
    let logDensity = sums(1, addingTo: force.pointer + system.leadCount) { chunk, rooms, sum in
      weighted.gather(chunk, effectWork.pointer, plus: fixedPart.pointer, into: eta.pointer)
      sum[0] += kernel.evaluate(chunk.rows, eta.pointer, data, out)
      weighted.scatter(chunk, score.pointer, addingTo: force.pointer, trailing: rooms.vector)
      if refilling { weighted.add(chunk, weights: weight.pointer, trailing: rooms.products) }
    }
    let value = 0.5 * BLAS.dot(m, u, u) - logDensity[0]
    return value.isNaN ? .infinity : value
  }

  /// η at the present effects.
  func predict() {
    effectWork.copy(from: effects)
    weighted.multiply(roots, effectWork.pointer)
    weighted.forEachPart { part, _ in
      for chunk in system.chunks[part.chunks] {
        weighted.gather(chunk, effectWork.pointer, plus: fixedPart.pointer, into: eta.pointer)
      }
    }
  }

  /// Factors H at the weights of Z'WZ.
  func factorize() -> Bool {
    hasInverse = false
    hasFactor = weighted.factorize(roots)
    return hasFactor
  }

  /// Factors H, or with larger weights where it is not positive definite.
  ///
  /// - Returns: whether H itself was factored; nil where nothing could be.
  private func factor() -> Bool? {
    if factorize() { return true }
    let n = rowCount
    var largest = 0.0
    for i in 0..<n { largest = max(largest, abs(weight.pointer[i])) }
    guard largest.isFinite else { return nil }
    for i in 0..<n { rowWork3.pointer[i] = max(weight.pointer[i], Self.leastWeight * largest) }
    weighted.refill(rowWork3.pointer)
    return factorize() ? false : nil
  }

  /// Weights of rows where H is not positive definite, in parts of the largest.
  private static let leastWeight = 1e-3
  /// Decrease of f that a Newton step promises which ends the search: f is off by its square afterwards.
  static let lastDecrease = 1e-9
  /// The same where −2 log L has just fallen by some amount, and will fall by less: its error stays far below.
  static func lastDecrease(afterGain gain: Double) -> Double {
    min(max(1e-7 * gain * gain, lastDecrease), 1e-2)
  }
  /// Steps with an old factor that gain less than this factor call for a new one.
  private static let leastGain = 10.0
  private static let mostSteps = 200
  private static let mostHalvings = 40
  /// Length of steps, in parts of Newton's, and how many of them in a row tell that no mode is within reach: effects run against
  /// means that the link does not have.
  private static let shortStep = 1.0 / 64
  private static let mostShortSteps = 20

  /// Finds the mode of the effects, from where they are.
  ///
  /// Where factors are dear, steps are taken with that of an earlier evaluation as long as it serves.
  /// - Parameter tolerance: decrease that a step promises at which it is the last one.
  /// - Returns: f(ũ) = ½|ũ|² − Σℓ; nil where there is none within reach.
  func findMode(tolerance: Double = lastDecrease) -> Double? {
    let m = effectCount
    var usesOld = hasFactor && system.factorsAreDear
    var value = evaluateRows(effects.pointer, refilling: !usesOld)
    if !value.isFinite {
      effects.fill(0)
      value = evaluateRows(effects.pointer, refilling: !usesOld)
      guard value.isFinite else { return nil }
    }
    var isExact = true
    var before = Double.infinity
    var shortSteps = 0
    for _ in 0..<Self.mostSteps {
      if !usesOld {
        guard let exact = factor() else { return nil }
        isExact = exact
      }
      // g = T'Z's − u, δ = H⁻¹g
      let (g, step) = (effectWork.pointer, effectWork2.pointer)
      g.update(from: force.pointer, count: m)
      weighted.multiply(roots, transposed: true, g)
      for e in 0..<m { g[e] -= effects.pointer[e] }
      step.update(from: g, count: m)
      weighted.solve(step)
      let decrease = BLAS.dot(m, g, step)
      guard decrease.isFinite else { return nil }
      if usesOld, decrease * Self.leastGain > before {
        weighted.refill(weight.pointer)
        usesOld = false
        continue
      }
      before = decrease
      steps += 1
      let isLast = isExact && decrease < tolerance
      let rounding = 1e-14 * (abs(value) + Double(rowCount))
      var found = false
      var share = 1.0
      for _ in 0..<(usesOld ? 1 : Self.mostHalvings) {
        for e in 0..<m { trial.pointer[e] = effects.pointer[e] + share * step[e] }
        // evaluating rows uses the gradient's room, not the step's
        let next = evaluateRows(trial.pointer, refilling: isLast || !usesOld)
        if next <= value + rounding {
          effects.copy(from: trial)
          value = next
          found = true
          break
        }
        share *= 0.5
      }
      if !found {
        value = evaluateRows(effects.pointer, refilling: true)
        if usesOld, !isLast {
          usesOld = false
          continue
        }
        guard decrease < 1e-6 else { return nil }
      }
      if isLast || !found { return factorize() ? value : nil }
      shortSteps = share < Self.shortStep ? shortSteps + 1 : 0
      if shortSteps > Self.mostShortSteps { return nil }
    }
    return nil
  }
}
