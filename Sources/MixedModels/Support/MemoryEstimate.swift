import Foundation

/// Why a model cannot be held in memory: what it takes, what there is, and what would do.
package struct MemoryEstimate: Sendable, Equatable {
  /// What takes the memory.
  package enum Part: Sendable, Equatable {
    /// The sums of products of regressors, by levels and pairs of levels.
    case crossProducts
    /// The factor of the block of all crossed levels but the largest factor's, and its inverse.
    case factor
  }
  package var part: Part
  /// Bytes that it takes.
  package var bytes: Int
  /// Bytes that this process may use.
  package var available: Int
  /// Terms whose levels take part.
  package var terms: [Int]
  /// Number of columns: levels times regressors.
  package var columns: Int
  /// Number of columns whose factor would fit in half of the memory.
  package var largestColumns: Int
  /// Terms that rule out a fit without a factor: those with several regressors on one factor.
  package var wideTerms: [Int]
}

extension MixedModel {
  /// Whether an exact factor leaves half of the memory free.
  var holdsExactFactor: Bool { memoryEstimate.fitsInHalf }

  /// Refuses a factor that does not fit, before any of it is allocated.
  func requireMemory() throws(EngineError) { try Self.require(memoryEstimate) }

  /// Nobody gets all of a machine's memory.
  private static func require(_ estimate: MemoryEstimate) throws(EngineError) {
    if estimate.bytes > estimate.available / 10 * 9 { throw .insufficientMemory(estimate) }
  }

  /// What the trailing factor takes.
  var memoryEstimate: MemoryEstimate { MemoryEstimate(products: products, options: options) }

  /// Refuses cross-products that do not fit: records of every level, blocks of every pair of levels that a row
  /// can join.
  static func requireMemory(
    structure: ModelStructure, table: RegressorTable, options: EngineOptions
  ) throws(EngineError) {
    var bytes = 0.0
    for (f, factor) in structure.factors.enumerated() {
      // Raw sums and standardised ones exist side by side.
      bytes += 16 * Double(factor.levelCount * factor.width) * Double(table.width)
      for other in structure.factors[(f + 1)...] {
        let pairs = min(Double(table.rowCount), Double(factor.levelCount) * Double(other.levelCount))
        bytes += pairs * Double(16 * factor.width * other.width + 12)
      }
    }
    let available = options.memory ?? MemoryBudget.available
    let largest = structure.factors.max { $0.levelCount * $0.width < $1.levelCount * $1.width }
    try require(
      MemoryEstimate(
        part: .crossProducts, bytes: Int(min(bytes, 1e18)), available: available, terms: largest?.terms ?? [],
        columns: largest.map { $0.levelCount * $0.width } ?? 0,
        largestColumns: MemoryEstimate.largestColumns(available: available),
        wideTerms: structure.factors.filter { $0.width > 1 }.flatMap(\.terms)))
  }
}

extension MemoryEstimate {
  /// What the trailing factor takes: S and its inverse, dense or as the symbolic factorisation found.
  init(products: CrossProducts, options: EngineOptions) {
    let order = products.trailing?.count ?? 0
    let available = options.memory ?? MemoryBudget.available
    var bytes = order > 1 << 29 ? Int.max : 16 * order * order
    if let sparse = products.sparse {
      let analysis = sparse.analysis
      bytes = 16 * (sparse.pattern.entryCount + analysis.storageCount) + 8 * analysis.workspaceCount
    }
    let structure = products.structure
    self.init(
      part: .factor, bytes: bytes, available: available,
      terms: structure.trailing.flatMap { structure.factors[$0].terms }, columns: order,
      largestColumns: Self.largestColumns(available: available),
      wideTerms: structure.factors.filter { $0.width > 1 }.flatMap(\.terms))
  }

  static func largestColumns(available: Int) -> Int { Int((Double(available / 2) / 16).squareRoot()) }
}
