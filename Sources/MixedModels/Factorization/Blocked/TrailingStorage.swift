import Foundation
internal import LinearAlgebra

/// The lower triangle of the trailing Schur complement, its Cholesky factor and parts of its inverse.
protocol TrailingStorage: AnyObject {
  /// Order m of the block.
  var count: Int { get }
  /// Writes rows j… of column j from a buffer indexed by row.
  func store(column j: Int, from buffer: UnsafePointer<Double>)
  /// The rows of column j that may differ from zero, from j on, ascending.
  func rowList(column j: Int) -> RowList
  /// Reads the row list of column j into a buffer indexed by row.
  func load(column j: Int, into buffer: UnsafeMutablePointer<Double>)
  /// Replaces the stored matrix S by its Cholesky factor L.
  ///
  /// - Returns: log |S|.
  func factorize() throws(EngineError) -> Double
  /// B := B L⁻ᵀ for an r × m matrix stored by columns.
  func forward(_ b: UnsafeMutablePointer<Double>, rows r: Int)
  /// B := B L⁻¹.
  func backward(_ b: UnsafeMutablePointer<Double>, rows r: Int)
  /// Computes the entries of S⁻¹ that ``loadInverse(column:into:whole:)`` reads.
  ///
  /// - Parameter rough: single precision will do (1e-7 of the largest entries), if that is faster.
  func invert(rough: Bool) throws(EngineError)
  /// Reads column j of S⁻¹: rows j…, or every row when `whole` (dense storage only).
  func loadInverse(column j: Int, into buffer: UnsafeMutablePointer<Double>, whole: Bool)
  /// Entry (j, j) of S⁻¹.
  func inverseDiagonal(_ j: Int) -> Double
}

/// Row numbers of one column: listed, or consecutive from `start`.
struct RowList {
  let indices: UnsafeMutablePointer<Int32>?
  let start: Int
  let count: Int

  @inline(__always)
  subscript(position: Int) -> Int {
    if let indices { return Int(indices[position]) }
    return start + position
  }
}

/// A dense m × m block, factored by LAPACK.
final class DenseTrailingStorage: TrailingStorage {
  let count: Int
  let matrix: Buffer
  private var inverse: Buffer?
  private var roughInverse: Storage<Float>?
  private var held = Held.nothing

  /// What was computed of the inverse last.
  private enum Held {
    case nothing, inverse, roughInverse
    /// L⁻¹, of which S⁻¹ = L⁻ᵀL⁻¹.
    case factorInverse
  }

  /// Whether both triangles of the inverse are needed.
  private let mirrored: Bool

  init(count: Int, mirrored: Bool) {
    self.count = count
    self.mirrored = mirrored
    matrix = Buffer(count * count)
  }

  func rowList(column j: Int) -> RowList { RowList(indices: nil, start: j, count: count - j) }

  func store(column j: Int, from buffer: UnsafePointer<Double>) {
    (matrix.pointer + j * count + j).update(from: buffer + j, count: count - j)
  }

  func load(column j: Int, into buffer: UnsafeMutablePointer<Double>) {
    (buffer + j).update(from: matrix.pointer + j * count + j, count: count - j)
  }

  func factorize() throws(EngineError) -> Double {
    guard BLAS.potrf(count, matrix.pointer, count) == 0 else { throw .unresolved }
    var logs = 0.0
    var product = 1.0
    for j in 0..<count {
      product *= matrix.pointer[j * (count + 1)]
      if product > 1e150 || product < 1e-150 {
        logs += log(product)
        product = 1
      }
    }
    return 2 * (logs + log(product))
  }

  func forward(_ b: UnsafeMutablePointer<Double>, rows r: Int) {
    BLAS.trsm(side: .right, transposed: true, r, count, 1, matrix.pointer, count, b, r)
  }

  func backward(_ b: UnsafeMutablePointer<Double>, rows r: Int) {
    BLAS.trsm(side: .right, r, count, 1, matrix.pointer, count, b, r)
  }

  func invert(rough: Bool) throws(EngineError) {
    if rough, count >= Tuning.roughOrder {
      let inverse = roughCopy()
      guard BLAS.potri(count, inverse.pointer, count) == 0 else { throw .unresolved }
      if mirrored { BLAS.mirrorLower(count, inverse.pointer, count) }
      held = .roughInverse
      return
    }
    let inverse = self.inverse ?? Buffer(count * count)
    self.inverse = inverse
    inverse.copy(from: matrix)
    guard BLAS.potri(count, inverse.pointer, count) == 0 else { throw .unresolved }
    if mirrored { BLAS.mirrorLower(count, inverse.pointer, count) }
    held = .inverse
  }

  /// L⁻¹ in single precision, lower triangle: half the work of ``invert(rough:)``, and all that traces need.
  func invertFactor() throws(EngineError) -> Storage<Float> {
    let inverse = roughCopy()
    guard BLAS.trtri(count, inverse.pointer, count) == 0 else { throw .unresolved }
    held = .factorInverse
    return inverse
  }

  /// Hands over S⁻¹ of single precision, lower triangle; nil where it was not computed.
  func takeRoughInverse() -> Storage<Float>? {
    guard held == .roughInverse else { return nil }
    defer { (roughInverse, held) = (nil, .nothing) }
    return roughInverse
  }

  /// L in single precision.
  private func roughCopy() -> Storage<Float> {
    let copy = roughInverse ?? Storage<Float>(count * count)
    roughInverse = copy
    for j in 0..<count {
      let source = matrix.pointer + j * count
      let target = copy.pointer + j * count
      for i in j..<count { target[i] = Float(source[i]) }
    }
    return copy
  }

  func loadInverse(column j: Int, into buffer: UnsafeMutablePointer<Double>, whole: Bool) {
    let first = whole ? 0 : j
    if held == .roughInverse, let roughInverse {
      let source = roughInverse.pointer + j * count
      for i in first..<count { buffer[i] = Double(source[i]) }
    } else if held == .inverse, let inverse {
      (buffer + first).update(from: inverse.pointer + j * count + first, count: count - first)
    }
  }

  func inverseDiagonal(_ j: Int) -> Double {
    switch held {
    case .nothing: return 0
    case .inverse: return inverse?.pointer[j * (count + 1)] ?? 0
    case .roughInverse: return roughInverse.map { Double($0.pointer[j * (count + 1)]) } ?? 0
    case .factorInverse:
      guard let column = roughInverse.map({ $0.pointer + j * count }) else { return 0 }
      return (j..<count).reduce(0) { $0 + Double(column[$1]) * Double(column[$1]) }
    }
  }
}
