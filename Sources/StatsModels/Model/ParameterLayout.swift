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
    var names = UniqueNames()
    for (position, block) in blocks.enumerated() {
      let places = Self.places(block, grouped: grouped)
      // statsmodels' names may repeat; two terms on one factor are told apart by a number behind the factor's name.
      let group =
        grouped
        ? block.group
        : names.numbered(block.group) { group in
          places.map { Self.name(block, $0.row, $0.column, group: group, grouped: false) }
        }
      for place in places {
        entries.append(
          Entry(
            block: position, row: place.row, column: place.column,
            name: Self.name(block, place.row, place.column, group: group, grouped: grouped),
            engineIndex: place.isFree ? engineIndex : nil))
        if place.isFree { engineIndex += 1 }
      }
    }
    self.entries = entries
  }

  /// Entries of a block's covariance matrix that are listed, and whether they are estimated.
  private static func places(_ block: RandomBlock, grouped: Bool) -> [(row: Int, column: Int, isFree: Bool)] {
    if block.covariance == .tied { return [(0, 0, !block.parts.isEmpty)] }
    let isFull = block.covariance == .unstructured
    return (0..<block.width).flatMap { i in
      (0...i).filter { grouped || isFull || i == $0 }.map { (i, $0, isFull || i == $0) }
    }
  }

  /// The name of an entry.
  private static func name(
    _ block: RandomBlock, _ row: Int, _ column: Int, group: String, grouped: Bool
  ) -> String {
    let isOwn = block.covariance == .tied && block.isComponent
    let own = isOwn && !grouped ? group : block.names[column]
    let prefix = grouped || isOwn ? "" : "\(group): "
    return row == column ? "\(prefix)\(own) Var" : "\(prefix)\(own) x \(block.names[row]) Cov"
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
