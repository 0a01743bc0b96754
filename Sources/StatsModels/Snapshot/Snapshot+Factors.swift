import DataFrames
import LinearAlgebra
import MixedModels
import Patsy

extension SnapshotState.Factor {
  init(_ factor: GroupingFactor) {
    name = factor.name
    parts = factor.partNames
    levels = (0..<factor.levelCount).map { factor.levels(of: $0).map(SnapshotLabel.init) }
  }

  func restored(codes: [Int32] = []) throws -> GroupingFactor {
    guard levels.allSatisfy({ $0.count == parts.count }) else {
      throw StatsModelsError(.file, "the levels of '\(name)' are damaged")
    }
    return GroupingFactor(
      name: name, partNames: parts, codes: codes, combinations: levels.map { $0.map(\.level) })
  }
}

extension SnapshotState.Coding {
  init(_ coding: ComponentCoding) {
    effects = coding.effects
    factors = coding.factors.map {
      switch $0 {
      case .numeric(let name): .init(name: name)
      case .categorical(let name, let levels): .init(name: name, levels: levels.map(SnapshotLabel.init))
      }
    }
  }

  func restored(levelCount: Int) throws -> ComponentCoding {
    let width = 1 + factors.count { $0.levels != nil }
    guard effects.count == levelCount, effects.allSatisfy({ $0.count == width }) else {
      throw StatsModelsError(
        .file, "these results are damaged: the effects of a variance component do not fit")
    }
    return ComponentCoding(
      factors: factors.map { factor in
        guard let levels = factor.levels else { return .numeric(name: factor.name) }
        return .categorical(name: factor.name, levels: levels.map(\.level))
      }, effects: effects)
  }
}

extension Matrix {
  /// The rows as arrays.
  var rowList: [[Double]] { (0..<rows).map(row) }

  /// A matrix from rows that are known to be of equal length; empty rows give the number of columns.
  init(rowList: [[Double]], columns: Int) throws {
    self = rowList.isEmpty ? Matrix(rows: 0, columns: columns) : try Matrix(rowsOf: rowList)
  }
}
