import LinearAlgebra
import MixedModels

/// The order and names of a model's parameters: fixed effects, then each block's covariance entries.
struct ParameterLayout: Sendable {
  /// An entry of a block's covariance matrix.
  struct Entry: Sendable {
    let block: Int
    let row: Int
    let column: Int
    let name: String
    /// Position among the engine's covariance parameters; nil for an entry that is zero by construction.
    let engineIndex: Int?
    var isVariance: Bool { row == column }
  }

  let fixedNames: [String]
  let entries: [Entry]

  /// - Parameter grouped: statsmodels' names (`Pig Var`, `Pig x Time Cov`), where off-diagonal entries of a
  ///   diagonal block are listed as zeros; otherwise `factor: name Var`.
  init(fixedNames: [String], blocks: [RandomBlock], grouped: Bool) {
    self.fixedNames = fixedNames
    var entries: [Entry] = []
    var engineIndex = 0
    for (position, block) in blocks.enumerated() {
      let prefix = grouped ? "" : "\(block.group): "
      if block.covariance == .tied {
        let name = block.isComponent || grouped ? "\(block.names[0]) Var" : "\(prefix)\(block.names[0]) Var"
        entries.append(
          Entry(
            block: position, row: 0, column: 0, name: name,
            engineIndex: block.parts.isEmpty ? nil : engineIndex))
        if !block.parts.isEmpty { engineIndex += 1 }
        continue
      }
      for i in 0..<block.width {
        for j in 0...i where grouped || block.covariance == .unstructured || i == j {
          let name =
            i == j ? "\(prefix)\(block.names[i]) Var" : "\(prefix)\(block.names[j]) x \(block.names[i]) Cov"
          let isFree = i == j || block.covariance == .unstructured
          entries.append(
            Entry(block: position, row: i, column: j, name: name, engineIndex: isFree ? engineIndex : nil))
          if isFree { engineIndex += 1 }
        }
      }
    }
    self.entries = entries
  }

  /// Names of all parameters, fixed effects first.
  var names: [String] { fixedNames + entries.map(\.name) }
  /// Number of all parameters.
  var count: Int { fixedNames.count + entries.count }

  /// The entries' values in a list of covariance matrices, one per block.
  func values(in covariances: [Matrix]) -> [Double] {
    entries.map { covariances[$0.block][$0.row, $0.column] }
  }

  /// Covariance matrices with the given values of the entries.
  func covariances(_ values: [Double], blocks: [RandomBlock]) -> [Matrix] {
    var result = blocks.map { Matrix(rows: $0.width, columns: $0.width) }
    for (entry, value) in zip(entries, values) {
      result[entry.block][entry.row, entry.column] = value
      result[entry.block][entry.column, entry.row] = value
    }
    return result
  }
}
