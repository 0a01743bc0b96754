import Foundation
import LinearAlgebra
import MixedModels

/// A small reproducible generator (SplitMix64) with normal deviates.
struct TestGenerator: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 0x1234_5678 }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }
  mutating func normal() -> Double {
    (-2 * log(1 - uniform())).squareRoot() * cos(2 * .pi * uniform())
  }
  mutating func below(_ n: Int) -> Int { Int(next() % UInt64(n)) }
}

/// A simulated model of a given kind.
struct RandomModel: Sendable, CustomStringConvertible {
  enum Kind: CaseIterable, Sendable {
    case scalar, slopes, three, nested, nestedSlopes, crossed, crossedSlopes, chainBesideCrossed, separable
    case diagonal, tiedPair, tinyGroups, partialLevels, sameFactor, perfectCorrelation
    case compoundSymmetry, heterogeneousCompoundSymmetry, autoregressive, heterogeneousAutoregressive
    case formsNested, formsCrossed

    /// Forms with a correlation of their own.
    static let correlated: [Kind] = [
      .compoundSymmetry, .heterogeneousCompoundSymmetry, .autoregressive, .heterogeneousAutoregressive,
      .formsNested, .formsCrossed,
    ]
  }

  let kind: Kind
  let seed: UInt64
  var response: [Double]
  var fixed: Matrix
  var terms: [RandomTerm]
  /// Prior weights; nil for ones.
  var weights: [Double]?

  var description: String { "\(kind) \(seed)\(weights == nil ? "" : " weighted")" }

  /// The same model with weights at random.
  func weighted(_ weight: (inout TestGenerator) -> Double = { exp($0.normal()) }) -> RandomModel {
    var g = TestGenerator(seed: seed &+ 5)
    var result = self
    result.weights = response.map { _ in weight(&g) }
    return result
  }

  func model(options: EngineOptions = .init()) throws -> MixedModel {
    try MixedModel(response: response, fixed: fixed, terms: terms, weights: weights, options: options)
  }

  init(_ kind: Kind, seed: UInt64) {
    self.kind = kind
    self.seed = seed
    var g = TestGenerator(seed: seed &* 31 &+ UInt64(Kind.allCases.firstIndex(of: kind) ?? 0))
    let n = 40 + g.below(60)
    let scale = [1.0, 1.0, 1e-3, 1e3][g.below(4)]
    let x = (0..<n).map { _ in (g.normal() + Double(g.below(2)) * 3) * scale }
    let z = (0..<n).map { _ in g.normal() + 1 }
    func codes(_ levels: Int) -> [Int32] { (0..<n).map { _ in Int32(g.below(levels)) } }
    func nestedCodes(_ fine: [Int32], _ levels: Int, _ coarse: Int) -> [Int32] {
      let parent = (0..<levels).map { _ in Int32(g.below(coarse)) }
      return fine.map { parent[Int($0)] }
    }
    switch kind {
    case .scalar:
      terms = [RandomTerm(codes: codes(8), levelCount: 8)]
    case .slopes:
      terms = [RandomTerm(codes: codes(9), levelCount: 9, columns: [nil, x])]
    case .three:
      terms = [RandomTerm(codes: codes(12), levelCount: 12, columns: [nil, x, z])]
    case .nested:
      let fine = codes(15)
      let middle = nestedCodes(fine, 15, 6)
      terms = [
        RandomTerm(codes: nestedCodes(middle, 6, 3), levelCount: 3), RandomTerm(codes: middle, levelCount: 6),
        RandomTerm(codes: fine, levelCount: 15),
      ]
    case .nestedSlopes:
      let fine = codes(14)
      terms = [
        RandomTerm(codes: nestedCodes(fine, 14, 5), levelCount: 5, columns: [nil, x]),
        RandomTerm(codes: fine, levelCount: 14, columns: [nil, z]),
      ]
    case .crossed:
      terms = [
        RandomTerm(codes: codes(11), levelCount: 11), RandomTerm(codes: codes(7), levelCount: 7),
        RandomTerm(codes: codes(4), levelCount: 4),
      ]
    case .crossedSlopes:
      terms = [
        RandomTerm(codes: codes(10), levelCount: 10, columns: [nil, x]),
        RandomTerm(codes: codes(6), levelCount: 6, columns: [nil, x, z]),
      ]
    case .chainBesideCrossed:
      let fine = codes(13)
      let middle = nestedCodes(fine, 13, 6)
      terms = [
        RandomTerm(codes: fine, levelCount: 13, columns: [nil, z]),
        RandomTerm(codes: codes(5), levelCount: 5),
        RandomTerm(codes: middle, levelCount: 6, columns: [nil, x]),
        RandomTerm(codes: nestedCodes(middle, 6, 3), levelCount: 3),
        RandomTerm(codes: codes(4), levelCount: 4, columns: [x], covariance: .diagonal),
      ]
    case .separable:
      let group = codes(4)
      let a = zip(group, codes(4)).map { $0 * 4 + $1 }
      let b = zip(group, codes(3)).map { $0 * 3 + $1 }
      terms = [
        RandomTerm(codes: group, levelCount: 4), RandomTerm(codes: a, levelCount: 16, covariance: .tied),
        RandomTerm(codes: b, levelCount: 12, covariance: .tied),
      ]
    case .perfectCorrelation:
      terms = [
        RandomTerm(codes: codes(10), levelCount: 10, columns: [nil, x]),
        RandomTerm(codes: codes(6), levelCount: 6, columns: [z, nil]),
      ]
    case .diagonal:
      terms = [RandomTerm(codes: codes(9), levelCount: 9, columns: [nil, x, z], covariance: .diagonal)]
    case .tiedPair:
      let a = codes(6)
      terms = [
        RandomTerm(codes: a, levelCount: 6, columns: [nil, z], covariance: .tied, tie: 1),
        RandomTerm(codes: codes(5), levelCount: 5, columns: [nil], covariance: .tied, tie: 1),
      ]
    case .tinyGroups:
      terms = [RandomTerm(codes: codes(n * 2 / 3), levelCount: n * 2 / 3)]
    case .partialLevels:
      let a = codes(8).map { $0 == 3 ? -1 : $0 }
      terms = [
        RandomTerm(codes: codes(9), levelCount: 9), RandomTerm(codes: a, levelCount: 8, columns: [z]),
      ]
    case .sameFactor:
      let a = codes(8)
      terms = [
        RandomTerm(codes: a, levelCount: 8), RandomTerm(codes: a, levelCount: 8, columns: [x]),
        RandomTerm(codes: a.map { 7 - $0 }, levelCount: 8, columns: [z]),
      ]
    default: terms = []
    }
    func indicators(_ levels: Int) -> [[Double]?] {
      let own = codes(levels)
      return (0..<levels).map { level in own.map { $0 == level ? 1 : 0 } }
    }
    func term(_ codes: [Int32], _ levels: Int, _ effects: Int, _ form: RandomTerm.Covariance) -> RandomTerm {
      RandomTerm(codes: codes, levelCount: levels, columns: indicators(effects), covariance: form)
    }
    switch kind {
    case .compoundSymmetry: terms = [term(codes(9), 9, 4, .compoundSymmetry)]
    case .heterogeneousCompoundSymmetry: terms = [term(codes(9), 9, 3, .heterogeneousCompoundSymmetry)]
    case .autoregressive: terms = [term(codes(9), 9, 5, .autoregressive)]
    case .heterogeneousAutoregressive: terms = [term(codes(9), 9, 4, .heterogeneousAutoregressive)]
    case .formsNested:
      let fine = codes(12)
      terms = [
        term(fine, 12, 3, .autoregressive),
        term(nestedCodes(fine, 12, 5), 5, 2, .heterogeneousCompoundSymmetry),
      ]
    case .formsCrossed:
      terms = [
        term(codes(9), 9, 3, .compoundSymmetry),
        RandomTerm(codes: codes(6), levelCount: 6, columns: [nil, z]),
        term(codes(5), 5, 3, .heterogeneousAutoregressive),
      ]
    default: break
    }
    let strength = [0.0, 0.5, 1.5, 4][g.below(4)]
    response = (0..<n).map { 10 + 0.5 * x[$0] / scale + g.normal() }
    for term in terms {
      var effects = (0..<term.levelCount).map { _ in strength * g.normal() }
      for column in term.columns {
        if Kind.correlated.contains(kind) {
          // correlations of 0, 1 and between
          let share = [0.0, 0.6, 0.6, 1][Int(seed % 4)]
          let shared = effects
          effects = effects.indices.map {
            share * shared[$0] + (1 - share * share).squareRoot() * strength * g.normal()
          }
        } else if kind != .perfectCorrelation {
          effects = effects.map { _ in strength * g.normal() }
        }
        for i in 0..<n where term.codes[i] >= 0 {
          let weight = column.map { $0[i] / (abs($0[0]) + 1e-9 > 50 * scale ? 1 : scale) } ?? 1
          response[i] += effects[Int(term.codes[i])] * weight
        }
      }
    }
    fixed = Matrix(rows: n, columns: 2)
    for i in 0..<n {
      fixed[i, 0] = 1
      fixed[i, 1] = x[i]
    }
  }

  /// Positive definite relative covariances at random, in each term's form.
  func covariances(_ g: inout TestGenerator) -> [Matrix] {
    var ties: [Int: Double] = [:]
    return terms.map { term in
      let k = term.width
      let scales = term.columns.map { column in
        column.map { c in (c.reduce(0) { $0 + $1 * $1 } / Double(c.count)).squareRoot() } ?? 1
      }
      switch term.covariance {
      case _ where Kind.correlated.contains(kind) && term.covariance != .unstructured:
        let form = term.covariance.form
        return form.covariance(
          values: form.reported(width: k).map {
            $0.kind == .variance ? 0.1 + g.uniform() : -0.3 + 1.1 * g.uniform()
          }, width: k)
      case .unstructured:
        var root = Matrix(rows: k, columns: k)
        for a in 0..<k { for b in 0...a { root[a, b] = (g.normal() + (a == b ? 1 : 0)) / scales[a] } }
        return root * root.transposed
      case .diagonal:
        var m = Matrix(rows: k, columns: k)
        for a in 0..<k { m[a, a] = (0.1 + g.uniform()) / (scales[a] * scales[a]) }
        return m
      default:
        let value = term.tie.flatMap { ties[$0] } ?? 0.2 + g.uniform()
        if let tie = term.tie { ties[tie] = value }
        var m = Matrix(rows: k, columns: k)
        for a in 0..<k { m[a, a] = value }
        return m
      }
    }
  }
}
