import Foundation

/// Multifrontal Cholesky factorisation P A P' = LL' of a sparse symmetric positive definite matrix.
///
/// One instance serves any number of numeric factorisations of the same pattern and allocates nothing after its
/// construction, save workspace for blocks of right-hand sides that grow. Not to be shared between threads.
package final class SparseCholesky {
  typealias Pointer = UnsafeMutablePointer<Double>

  /// The ordering and the factor's structure.
  package let analysis: SparseAnalysis
  /// log |A| of the last factorisation.
  package private(set) var logDeterminant = Double.nan

  /// The supernodes' blocks, one behind another.
  let factor: Pointer
  /// Update matrices while factoring, fronts of the inverse later, and the supernodes they belong to.
  let stack: Pointer
  let stackNodes: UnsafeMutablePointer<Int>
  let stackStarts: UnsafeMutablePointer<Int>
  /// Room for one supernode's part below its columns.
  let scratch: Pointer
  /// Right-hand sides in the order of the pivots, then rows of them gathered for one supernode.
  var solution: Pointer
  var solutionCount: Int
  private(set) var isFactored = false

  /// Analyses `pattern` and allocates the factor.
  package convenience init(
    pattern: SymmetricPattern, ordering: SparseAnalysis.Ordering = .approximateMinimumDegree
  ) {
    self.init(SparseAnalysis(pattern, ordering: ordering))
  }

  /// Allocates the factor for an analysed pattern.
  package init(_ analysis: SparseAnalysis) {
    self.analysis = analysis
    factor = .allocate(capacity: max(1, analysis.storageCount))
    stack = .allocate(capacity: max(1, analysis.workspaceCount))
    stackNodes = .allocate(capacity: max(1, analysis.structure.count))
    stackStarts = .allocate(capacity: max(1, analysis.structure.count))
    scratch = .allocate(capacity: max(1, analysis.largestPanel))
    solutionCount = max(1, analysis.count + analysis.largestBelow)
    solution = .allocate(capacity: solutionCount)
  }

  deinit {
    factor.deallocate()
    stack.deallocate()
    stackNodes.deallocate()
    stackStarts.deallocate()
    scratch.deallocate()
    solution.deallocate()
  }

  /// Order of the matrix.
  package var count: Int { analysis.count }

  /// Factors the matrix whose values are aligned with the analysed pattern.
  ///
  /// - Throws: `notPositiveDefinite` with the original position of the first pivot that is not positive (NaN
  ///   included) or not finite; the next factorisation starts afresh.
  package func factorize(values: UnsafePointer<Double>) throws(LinearAlgebraError) {
    isFactored = false
    logDeterminant = .nan
    let failed = eliminate(analysis.structure, values)
    guard failed < 0 else {
      throw .notPositiveDefinite(pivot: Int(analysis.permutation[failed]))
    }
    let (sum, overflown) = sumOfLogarithms()
    guard overflown < 0 else {
      throw .notPositiveDefinite(pivot: Int(analysis.permutation[overflown]))
    }
    logDeterminant = sum
    isFactored = true
  }

  /// Factors the matrix whose values are aligned with the analysed pattern.
  package func factorize(_ values: [Double]) throws(LinearAlgebraError) {
    precondition(
      values.count == analysis.structure.entryCount, "SparseCholesky: values do not fit the pattern")
    // Typed errors do not pass through the standard library's closures.
    let result = values.withUnsafeBufferPointer { buffer -> Result<Void, LinearAlgebraError> in
      guard let base = buffer.baseAddress else { return .success(()) }
      do throws(LinearAlgebraError) {
        return .success(try factorize(values: base))
      } catch {
        return .failure(error)
      }
    }
    try result.get()
    if values.isEmpty {
      logDeterminant = 0
      isFactored = true
    }
  }

  /// - Returns: -1, or the failing pivot's position in the new order.
  private func eliminate(_ s: SparseStructure, _ values: UnsafePointer<Double>) -> Int {
    let (factor, stack) = (factor, stack)
    factor.update(repeating: 0, count: analysis.storageCount)
    for e in 0..<s.entryCount { factor[s.targets[e]] += values[s.sources[e]] }
    // The children's update matrices lie on top of the stack, and the node's own is formed above them.
    var top = 0
    var waiting = 0
    for node in 0..<s.count {
      let (c, r) = s.size(node)
      let f = c + r
      let panel = factor + s.blockStart[node]
      let update = stack + top
      let hasChildren = Int(s.firstChild[node]) != node
      var bottom = top
      if hasChildren {
        update.update(repeating: 0, count: r * r)
        while waiting > 0, Int(s.parent[stackNodes[waiting - 1]]) == node {
          waiting -= 1
          let child = stackNodes[waiting]
          let rows = s.size(child).below
          bottom -= rows * rows
          SparseCholesky.assemble(
            stack + bottom, rows, s.relative + s.belowStart[child], panel, c, f, update)
        }
      }
      let failed = FrontKernels.factor(rows: f, columns: c, panel)
      if failed >= 0 { return s.firstColumn[node] + failed }
      top = bottom
      guard r > 0 else { continue }
      FrontKernels.update(rows: f, columns: c, panel, into: update, accumulate: hasChildren)
      if stack + bottom != update {
        memmove(stack + bottom, update, r * r * MemoryLayout<Double>.stride)
      }
      top += r * r
      stackNodes[waiting] = node
      waiting += 1
    }
    return -1
  }

  /// Adds a child's update matrix (lower triangle) to its parent's panel and update matrix.
  @inline(__always)
  private static func assemble(
    _ u: Pointer, _ rows: Int, _ relative: UnsafePointer<Int32>, _ panel: Pointer, _ c: Int, _ f: Int,
    _ update: Pointer
  ) {
    var split = 0
    while split < rows, Int(relative[split]) < c { split += 1 }
    for j in 0..<split {
      let target = panel + Int(relative[j]) * f
      let source = u + j * rows
      for i in j..<rows { target[Int(relative[i])] += source[i] }
    }
    let r = f - c
    for j in split..<rows {
      // Rows count from the front's first column, the update matrix from its first row below.
      let target = update + ((Int(relative[j]) - c) * r - c)
      let source = u + j * rows
      for i in j..<rows { target[Int(relative[i])] += source[i] }
    }
  }

  /// - Returns: log of the determinant, and -1 or the position in the new order of the first infinite pivot, which has
  ///   no exponent.
  private func sumOfLogarithms() -> (sum: Double, overflown: Int) {
    let s = analysis.structure
    // Exponents and significands apart: one logarithm for 512 pivots.
    var exponents = 0
    var product = 1.0
    var sum = 0.0
    var waiting = 0
    for node in 0..<s.count {
      let (c, r) = s.size(node)
      let panel = factor + s.blockStart[node]
      for j in 0..<c {
        let pivot = panel[j * (c + r + 1)]
        guard pivot.isFinite else { return (.infinity, s.firstColumn[node] + j) }
        exponents += Int(pivot.exponent)
        product *= pivot.significand
        waiting += 1
        if waiting == 512 {
          sum += log(product)
          product = 1
          waiting = 0
        }
      }
    }
    return (2 * (sum + log(product) + Double(exponents) * 0.693_147_180_559_945_309_42), -1)
  }
}
