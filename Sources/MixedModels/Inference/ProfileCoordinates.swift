import Foundation
package import LinearAlgebra

/// Coordinates of the covariances, and of σ where there is one, among which the parameter that is profiled is one.
///
/// A block's covariance matrix is Ψ = B Ψ̃ B', Ψ̃ that of effects of standardised regressors: neither the unit nor the origin of a
/// predictor is in the coordinates, but where a correlation is held, which depends on the origin itself.
package struct ProfileCoordinates: Sendable {
  /// One covariance matrix, or the variance of tied terms.
  private struct Block: Sendable {
    enum Form: Sendable { case full, diagonal, tied }
    var terms: [Int]
    var form: Form
    /// B.
    var toUser: Matrix
    /// B⁻¹.
    var fromUser: Matrix

    var width: Int { toUser.rows }
    /// Number of coordinates.
    var count: Int {
      switch form {
      case .full: width * (width + 1) / 2
      case .diagonal: width
      case .tied: 1
      }
    }
  }

  private let blocks: [Block]
  private let parameter: ProfiledParameter
  /// First coordinate of each block among all; the last is log σ but for fixed effects.
  private let starts: [Int]
  /// The held coordinate; nil for a fixed effect.
  package let held: Int?
  /// The held coordinate where the parameter is 1: it is linear in it, but log σ in σ.
  package let heldScale: Double
  private let termCount: Int
  private let widths: [Int]
  /// The estimate of the parameter; nil for the correlation of an effect without variance.
  package let estimate: Double?
  /// The other coordinates at the estimate.
  package let start: [Double]
  /// Sizes of the free coordinates.
  package let steps: [Double]
  /// Free coordinates that are covariances, each with that of the rest of its effect's deviation.
  package let covariances: [(covariance: Int, rest: Int)]
  /// Size of the parameter: its estimate, or what tells of it where that is about 0.
  package let unit: Double

  /// Where the parameter may lie.
  package var range: ClosedRange<Double> {
    switch parameter {
    case .deviation, .residual: 0...Double.infinity
    case .correlation: -1...1
    case .coefficient: -Double.infinity...Double.infinity
    }
  }

  private var isCoefficient: Bool {
    if case .coefficient = parameter { return true }
    return false
  }

  init(_ model: MixedModel, estimate: Estimate, parameter: ProfiledParameter) {
    let isCoefficient = if case .coefficient = parameter { true } else { false }
    let scale = isCoefficient ? 1 : estimate.scale
    self.init(
      terms: model.terms, maps: model.layout.maps, held: Set(estimate.held.map(\.term)),
      covariances: estimate.relativeCovariances.map { $0.mapElements { $0 * scale } }, parameter: parameter,
      fixedEffects: estimate.fixedEffects, scale: scale, hasScale: !isCoefficient)
  }

  /// - Parameters:
  ///   - maps: G of every term, Z = Z̃ G with standardised regressors Z̃; nil of terms whose covariances are no parameters.
  ///   - heldTerms: terms whose covariances are no parameters.
  ///   - covariances: Ψ of every term at the estimate.
  ///   - parameter: what is profiled.
  ///   - fixedEffects: the fixed effects at the estimate.
  ///   - scale: σ², for the size of covariances.
  ///   - hasScale: whether log σ is the last coordinate.
  package init(
    terms: [RandomTerm], maps: [Matrix?], held heldTerms: Set<Int>, covariances: [Matrix],
    parameter: ProfiledParameter, fixedEffects: [Double], scale: Double, hasScale: Bool
  ) {
    self.parameter = parameter
    termCount = terms.count
    widths = terms.map(\.width)
    var blocks: [Block] = []
    var ties: [Int: Int] = [:]
    for (t, term) in terms.enumerated() where !heldTerms.contains(t) {
      let isTied = term.covariance == .tied
      if isTied, let tie = term.tie {
        if let known = ties[tie] {
          blocks[known].terms.append(t)
          continue
        }
        ties[tie] = blocks.count
      }
      let form: Block.Form =
        isTied ? .tied : term.covariance == .diagonal || term.width == 1 ? .diagonal : .full
      let map = maps[t] ?? .identity(term.width)
      let fromUser =
        form == .full ? Self.basis(of: parameter, inTerm: t, map: map) : Self.scaling(map)
      let toUser = try? LinearAlgebra.solve(fromUser, .identity(term.width))
      blocks.append(
        Block(
          terms: [t], form: form, toUser: toUser ?? .identity(term.width),
          fromUser: toUser == nil ? .identity(term.width) : fromUser))
    }
    // The effects of the parameter come first in a full block.
    var own: (block: Int, coordinate: Int, scale: Double)?
    for (b, block) in blocks.enumerated() {
      switch parameter {
      case .deviation(let term, let effect) where block.terms.contains(term):
        let place = block.form == .full ? 0 : effect
        own = (b, block.form == .tied ? 0 : place, block.fromUser[place, effect])
      case .correlation(let term, _, _) where block.terms == [term]: own = (b, 1, 1)
      default: break
      }
    }
    var starts: [Int] = []
    var total = 0
    for block in blocks {
      starts.append(total)
      total += block.count
    }
    self.blocks = blocks
    self.starts = starts

    var values = [Double](repeating: 0, count: total)
    var sizes = values
    for (b, block) in blocks.enumerated() {
      let psi = block.fromUser * covariances[block.terms[0]] * block.fromUser.transposed
      // effects that hardly vary still take steps of the size of the others
      let floor = 1e-3 * max(psi.trace / Double(max(block.width, 1)), 1e-6 * scale).squareRoot()
      let at = starts[b]
      switch block.form {
      case .diagonal:
        for a in 0..<block.width {
          values[at + a] = max(psi[a, a], 0).squareRoot()
          sizes[at + a] = max(values[at + a], floor)
        }
      case .tied:
        values[at] = max(psi[0, 0], 0).squareRoot()
        sizes[at] = max(values[at], floor)
      case .full:
        let root = CovarianceLayout.semidefiniteCholesky(psi)
        var next = at
        for i in 0..<block.width {
          let length = (0...i).reduce(0) { $0 + root[i, $1] * root[i, $1] }.squareRoot()
          for j in 0...i {
            values[next] = root[i, j]
            sizes[next] = max(length, floor)
            next += 1
          }
        }
      }
    }
    var estimateValue: Double?
    if case .correlation = parameter, let own {
      let at = starts[own.block]
      let size = (values[at + 1] * values[at + 1] + values[at + 2] * values[at + 2]).squareRoot()
      estimateValue = size > 0 && values[at] > 0 ? values[at + 1] / size : nil
      values[at + 2] = size
    }
    if hasScale {
      values.append(0.5 * log(scale))
      sizes.append(1)
    }
    let place: Int? =
      switch parameter {
      case .residual: hasScale ? values.count - 1 : nil
      case .coefficient: nil
      case .deviation, .correlation: own.map { starts[$0.block] + $0.coordinate }
      }
    let ownScale = own?.scale ?? 1
    (held, heldScale) = (place, ownScale)
    switch parameter {
    case .residual:
      estimateValue = scale.squareRoot()
      unit = scale.squareRoot()
    case .coefficient(let column):
      estimateValue = fixedEffects[column]
      unit = 1
    case .deviation:
      estimateValue = place.map { values[$0] / ownScale }
      unit = place.map { sizes[$0] / ownScale } ?? 1
    case .correlation:
      // near the end of its range it has little way to go
      unit = 1 - min((estimateValue ?? 0) * (estimateValue ?? 0), 0.99)
    }
    self.estimate = estimateValue
    start = values.enumerated().filter { $0.offset != place }.map(\.element)
    steps = sizes.enumerated().filter { $0.offset != place }.map(\.element)
    let removed = place ?? .max
    func free(_ position: Int) -> Int { position > removed ? position - 1 : position }
    var crossed: [(covariance: Int, rest: Int)] = []
    for (block, at) in zip(blocks, starts) where block.form == .full {
      for i in 1..<block.width {
        let row = at + i * (i + 1) / 2
        let rest = row + i
        for covariance in row..<rest where covariance != place && rest != place {
          crossed.append((free(covariance), free(rest)))
        }
      }
    }
    self.covariances = crossed
  }

  /// B⁻¹ for effects that are only scaled.
  private static func scaling(_ map: Matrix) -> Matrix {
    var result = Matrix(rows: map.rows, columns: map.rows)
    for a in 0..<map.rows { result[a, a] = norm(map.column(a)) }
    return result
  }

  /// B⁻¹ of a full block: that of orthonormal regressors, turned so that the first effect is the one whose deviation is held;
  /// where it is a correlation, the caller's effects in their order and scaled.
  private static func basis(of parameter: ProfiledParameter, inTerm t: Int, map: Matrix) -> Matrix {
    let k = map.rows
    switch parameter {
    case .deviation(term: t, let effect):
      // the row e'G⁻¹ is the effect among those of orthonormal regressors
      var unit = [Double](repeating: 0, count: k)
      unit[effect] = 1
      guard let direction = try? LinearAlgebra.solve(map.transposed, unit), norm(direction) > 0 else {
        return scaling(map)
      }
      let rest = Matrix.complement(of: direction).transposed * map
      var result = Matrix(rows: k, columns: k)
      result[0, effect] = 1 / norm(direction)
      for i in 1..<k { for j in 0..<k { result[i, j] = rest[i - 1, j] } }
      return result
    case .correlation(term: t, let effect, let other):
      let order = [effect, other] + (0..<k).filter { $0 != effect && $0 != other }
      return scaling(map).selecting(rows: order)
    default: return map
    }
  }

  /// -2 log L, its slope in the held parameter, and its gradient in the free coordinates; nil where there is none.
  func evaluate(
    held value: Double, free: [Double], model: MixedModel, estimate: Estimate
  ) -> (deviance: Double, slope: Double, gradient: [Double])? {
    if isCoefficient { return evaluate(coefficient: value, free: free, model: model, estimate: estimate) }
    guard let held else { return nil }
    var all = free
    all.insert(parameter == .residual ? log(value) : heldScale * value, at: held)
    guard all.allSatisfy(\.isFinite) else { return nil }
    let scale = exp(2 * all[all.count - 1])
    let psi = covariances(all)
    let relative = psi.map { $0.mapElements { $0 / scale } }
    guard let score = try? model.score(at: relative, reml: estimate.reml, scale: scale),
      score.logLikelihood.isFinite
    else { return nil }
    // S = Ψ / σ²
    let byPsi = score.covariances.map { $0.mapElements { -2 * $0 / scale } }
    var bySigma = -2 * score.scale * scale
    for (f, s) in zip(score.covariances, relative) { bySigma += 2 * dot(f.storage, s.storage) }
    var gradient = self.gradient(byPsi, at: all) + [2 * bySigma]
    let slope = gradient.remove(at: held)
    return (-2 * score.logLikelihood, parameter == .residual ? slope / value : heldScale * slope, gradient)
  }

  /// With a fixed effect held at v the others, b − Q_·j (b_j − v)/Q_jj, and σ² are profiled out.
  private func evaluate(
    coefficient value: Double, free: [Double], model: MixedModel, estimate: Estimate
  ) -> (deviance: Double, slope: Double, gradient: [Double])? {
    guard case .coefficient(let column) = parameter, free.allSatisfy(\.isFinite) else { return nil }
    let relative = covariances(free)
    guard let point = try? model.estimate(at: relative, reml: false) else { return nil }
    let kept = point.fixedEffects.indices.filter { !point.aliased.contains($0) }
    guard let position = kept.firstIndex(of: column) else { return nil }
    var fixed = point.fixedEffects
    let distance = value - fixed[column]
    let variance = point.fixedCovariance[position, position]
    for (i, j) in kept.enumerated() { fixed[j] += point.fixedCovariance[i, position] / variance * distance }
    fixed[column] = value
    guard let score = try? model.score(at: relative, reml: false, fixedEffects: fixed),
      score.logLikelihood.isFinite
    else { return nil }
    let gradient = gradient(score.covariances.map { $0.mapElements { -2 * $0 } }, at: free)
    return (-2 * score.logLikelihood, -2 * score.fixedEffects[column], gradient)
  }

  /// Whether a coordinate is a standard deviation in which every root of Ψ is linear.
  package func isDeviation(_ coordinate: Int) -> Bool {
    zip(blocks, starts).contains { block, start in
      block.form != .full && (start..<start + block.count).contains(coordinate)
    }
  }

  /// Ψ of every term.
  package func covariances(_ all: [Double]) -> [Matrix] {
    var result = widths.map { Matrix(rows: $0, columns: $0) }
    for (block, at) in zip(blocks, starts) {
      switch block.form {
      case .diagonal:
        for a in 0..<block.width {
          let value = block.toUser[a, a] * all[at + a]
          result[block.terms[0]][a, a] = value * value
        }
      case .tied:
        let value = block.toUser[0, 0] * all[at]
        for t in block.terms { for a in 0..<widths[t] { result[t][a, a] = value * value } }
      case .full:
        let root = block.toUser * root(all, block: block, at: at)
        result[block.terms[0]] = root * root.transposed
      }
    }
    return result
  }

  private func root(_ all: [Double], block: Block, at start: Int) -> Matrix {
    var root = Matrix(rows: block.width, columns: block.width)
    var next = start
    for i in 0..<block.width {
      for j in 0...i {
        root[i, j] = all[next]
        next += 1
      }
    }
    if isCorrelation(of: block) {
      let (rho, size) = (root[1, 0], root[1, 1])
      root[1, 0] = rho * size
      root[1, 1] = max(1 - rho * rho, 0).squareRoot() * size
    }
    return root
  }

  private func isCorrelation(of block: Block) -> Bool {
    guard case .correlation(let term, _, _) = parameter else { return false }
    return block.terms == [term]
  }

  /// d D / d coordinates from d D / dΨ_t.
  private func gradient(_ derivatives: [Matrix], at all: [Double]) -> [Double] {
    var result: [Double] = []
    for (block, start) in zip(blocks, starts) {
      switch block.form {
      case .diagonal:
        for a in 0..<block.width {
          let scale = block.toUser[a, a]
          result.append(2 * scale * scale * derivatives[block.terms[0]][a, a] * all[start + a])
        }
      case .tied:
        let scale = block.toUser[0, 0]
        result.append(2 * scale * scale * all[start] * block.terms.reduce(0) { $0 + derivatives[$1].trace })
      case .full:
        let root = root(all, block: block, at: start)
        let own = block.toUser.transposed * derivatives[block.terms[0]] * block.toUser
        var byRoot = 2 * (own * root)
        if isCorrelation(of: block) {
          let (rho, size) = (all[start + 1], all[start + 2])
          let rest = max(1 - rho * rho, 0).squareRoot()
          let (below, diagonal) = (byRoot[1, 0], byRoot[1, 1])
          byRoot[1, 0] = below * size - (rest > 0 ? diagonal * size * rho / rest : 0)
          byRoot[1, 1] = below * rho + diagonal * rest
        }
        for i in 0..<block.width { for j in 0...i { result.append(byRoot[i, j]) } }
      }
    }
    return result
  }
}

extension Matrix {
  /// Orthonormal columns that are orthogonal to a vector: those of Householder's reflection of it but the first.
  package static func complement(of vector: [Double]) -> Matrix {
    let n = vector.count
    let length = norm(vector)
    var mirror = vector
    mirror[0] += vector[0] < 0 ? -length : length
    let square = dot(mirror, mirror)
    var result = Matrix(rows: n, columns: n - 1)
    for j in 1..<max(n, 1) {
      for i in 0..<n {
        result[i, j - 1] = (i == j ? 1 : 0) - 2 * mirror[i] * mirror[j] / square
      }
    }
    return result
  }
}
