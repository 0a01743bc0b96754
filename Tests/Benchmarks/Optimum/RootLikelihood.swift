import Foundation
import LinearAlgebra
import MixedModels

/// The profiled log-likelihood by successive inverse square roots of I + w w'; shares nothing with the engine.
///
/// Rows that no random effect connects form blocks of their own, each reduced by an orthogonal transformation to as
/// many rows as it has columns. No cross-product is formed, so that digits are lost neither to large effects nor to
/// columns far from their origin.
final class RootLikelihood {
  /// What the likelihood is at a point.
  struct Value {
    var logLikelihood: Double
    /// Residual variance, in the response's units.
    var scale: Double
  }

  /// Effects of one level of a term within a block.
  private struct Slot {
    var term: Int
    var offset: Int
  }

  /// Connected rows: random, fixed and response columns, one after another.
  private struct Block {
    var rows: Int
    var effects: Int
    var slots: [Slot]
    var values: [Double]
  }

  /// Number of columns of each term.
  let widths: [Int]
  private let blocks: [Block]
  private let fixedCount: Int
  private let degrees: Double
  private let reml: Bool
  /// log |X'X|, and the response's unit.
  private let shift: Double
  private let unit: Double
  private var work: [Double]
  private var reduced: [Double]

  init(response: [Double], fixed: Matrix, terms: [RandomTerm], reml: Bool) {
    let n = response.count
    let basis = QR(fixed)
    let p = fixed.columns
    // The likelihood does not change with X b added to y; the residual keeps the digits.
    var y = response
    for _ in 0..<2 {
      let fitted = basis.q * (basis.q.transposed * y)
      y = zip(y, fitted).map { $0 - $1 }
    }
    let unit = max((y.reduce(0) { $0 + $1 * $1 } / Double(n)).squareRoot(), .leastNormalMagnitude)
    y = y.map { $0 / unit }
    self.unit = unit
    self.reml = reml
    fixedCount = p
    degrees = Double(reml ? n - p : n)
    shift = 2 * (0..<p).reduce(0.0) { $0 + log(abs(basis.r[$1, $1])) }
    widths = terms.map(\.width)
    let q = basis.q
    blocks = Self.connected(terms: terms, rows: n).map { rows in
      var slots: [Slot] = []
      var columns: [[Double]] = []
      for (t, term) in terms.enumerated() {
        for level in Set(rows.map { term.codes[$0] }).sorted() where level >= 0 {
          slots.append(Slot(term: t, offset: columns.count))
          for column in term.columns {
            columns.append(rows.map { term.codes[$0] == level ? column?[$0] ?? 1 : 0 })
          }
        }
      }
      let effects = columns.count
      for j in 0..<p { columns.append(rows.map { q[$0, j] }) }
      columns.append(rows.map { y[$0] })
      let full = Matrix(rows: rows.count, columns: columns.count, columnMajor: columns.flatMap { $0 })
      let small = rows.count > columns.count ? QR(full).r : full
      return Block(rows: small.rows, effects: effects, slots: slots, values: small.storage)
    }
    work = [Double](repeating: 0, count: blocks.map(\.values.count).max() ?? 0)
    reduced = [Double](repeating: 0, count: blocks.reduce(0) { $0 + $1.rows } * (p + 1))
  }

  /// Mean square of what the fixed effects leave of the response.
  var spread: Double { unit * unit }

  /// The likelihood where each level's effects of term t have the relative covariance T T'.
  ///
  /// - Parameter roots: T, column by column, a square matrix of each term's width.
  func value(_ roots: [[Double]]) -> Value {
    let total = reduced.count / (fixedCount + 1)
    var logDeterminant = 0.0
    var row = 0
    work.withUnsafeMutableBufferPointer { w in
      reduced.withUnsafeMutableBufferPointer { out in
        for block in blocks {
          logDeterminant += whiten(block, roots: roots, into: w)
          for j in 0...fixedCount {
            for i in 0..<block.rows { out[j * total + row + i] = w[(block.effects + j) * block.rows + i] }
          }
          row += block.rows
        }
      }
    }
    let (logFixed, squares) = triangle(rows: total)
    let variance = squares / degrees
    let deviance =
      logDeterminant + (reml ? logFixed + shift : 0)
      + degrees * (1 + log(2 * .pi * variance) + 2 * log(unit))
    return Value(logLikelihood: -0.5 * deviance, scale: variance * unit * unit)
  }

  /// Multiplies a block by V^(-1/2); returns log |V|.
  private func whiten(_ block: Block, roots: [[Double]], into w: UnsafeMutableBufferPointer<Double>) -> Double
  {
    let m = block.rows
    let count = block.values.count / m
    block.values.withUnsafeBufferPointer { values in
      for slot in block.slots {
        let k = widths[slot.term]
        let root = roots[slot.term]
        for b in 0..<k {
          let target = (slot.offset + b) * m
          for i in 0..<m { w[target + i] = 0 }
          for a in 0..<k where root[a + b * k] != 0 {
            let source = (slot.offset + a) * m
            for i in 0..<m { w[target + i] += values[source + i] * root[a + b * k] }
          }
        }
      }
      for i in (block.effects * m)..<values.count { w[i] = values[i] }
    }
    var logDeterminant = 0.0
    for k in 0..<block.effects {
      let column = k * m
      let square = (0..<m).reduce(0.0) { $0 + w[column + $1] * w[column + $1] }
      guard square > 0 else { continue }
      logDeterminant += log1p(square)
      let norm = (1 + square).squareRoot()
      let factor = 1 / (norm * (1 + norm))
      for j in (k + 1)..<count {
        var dot = 0.0
        for i in 0..<m { dot += w[column + i] * w[j * m + i] }
        let step = factor * dot
        if step != 0 { for i in 0..<m { w[j * m + i] -= step * w[column + i] } }
      }
    }
    return logDeterminant
  }

  /// log |X'V⁻¹X| and the residual sum of squares, by Householder reflections of the whitened fixed columns.
  private func triangle(rows m: Int) -> (logDeterminant: Double, squares: Double) {
    let p = fixedCount
    var logDeterminant = 0.0
    return reduced.withUnsafeMutableBufferPointer { a in
      for k in 0..<p {
        var square = 0.0
        for i in k..<m { square += a[k * m + i] * a[k * m + i] }
        let norm = square.squareRoot()
        logDeterminant += 2 * log(norm)
        guard norm > 0 else { continue }
        let pivot = a[k * m + k]
        let signed = pivot < 0 ? -norm : norm
        a[k * m + k] += signed
        let factor = 1 / (square + abs(pivot) * norm)
        for j in (k + 1)...p {
          var dot = 0.0
          for i in k..<m { dot += a[k * m + i] * a[j * m + i] }
          let step = factor * dot
          for i in k..<m { a[j * m + i] -= step * a[k * m + i] }
        }
      }
      var squares = 0.0
      for i in p..<m { squares += a[p * m + i] * a[p * m + i] }
      return (logDeterminant, squares)
    }
  }

  /// Rows by connected component of the graph of levels.
  private static func connected(terms: [RandomTerm], rows n: Int) -> [[Int]] {
    var parent = Array(0..<n)
    func root(_ i: Int) -> Int {
      var i = i
      while parent[i] != i {
        parent[i] = parent[parent[i]]
        i = parent[i]
      }
      return i
    }
    for term in terms {
      var first = [Int](repeating: -1, count: term.levelCount)
      for i in 0..<n where term.codes[i] >= 0 {
        let level = Int(term.codes[i])
        if first[level] < 0 { first[level] = i } else { parent[root(i)] = root(first[level]) }
      }
    }
    let grouped = Dictionary(grouping: 0..<n, by: root)
    return grouped.keys.sorted().map { grouped[$0] ?? [] }
  }
}
