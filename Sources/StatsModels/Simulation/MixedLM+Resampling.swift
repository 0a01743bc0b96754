import DataFrames
import LinearAlgebra
import MixedModels

extension MixedLM {
  /// The model of chosen groups; a group that is chosen twice counts as two.
  func resampled(groups: [Int]) throws -> MixedLM {
    guard specification.layout == .grouped else {
      throw StatsModelsError(
        .notAvailable, "groups can be resampled in a model with one grouping factor only: use .parametric")
    }
    if specification.isRestored { _ = try engine() }
    try specification.requireRows("a resampling of groups")
    let byGroup = groupRows
    let rows = groups.flatMap { byGroup[$0].map(Int.init) }
    let copies = groups.enumerated().flatMap { copy, group in
      [Int32](repeating: Int32(truncatingIfNeeded: copy), count: byGroup[group].count)
    }
    let factor = GroupingFactor(
      name: specification.groupName, partNames: [specification.groupName], codes: copies,
      combinations: groups.indices.map { [.integer($0)] })
    var changed = specification
    changed.endog = rows.map { specification.endog[$0] }
    changed.weights = specification.weights?.selecting(rows)
    changed.residuals = specification.residuals?.selecting(rows, copies: copies)
    changed.offset = specification.offset?.selecting(rows)
    changed.exog = specification.exog.selecting(rows: rows)
    changed.rowLabels = RowLabels(count: rows.count)
    changed.grouping = factor
    changed.blocks = specification.blocks.map { block in
      var block = block
      if block.factor != nil { block.factor = factor }
      block.parts = block.parts.map { part in
        let columns = part.columns.map { column in column.map { values in rows.map { values[$0] } } }
        if block.factor != nil {
          return RandomBlock.Part(codes: copies, levelCount: groups.count, columns: columns)
        }
        let levels = rows.map { part.codes[$0] }
        let combined = CombinedCodes([(copies, groups.count), (levels, part.levelCount)])
        return RandomBlock.Part(codes: combined.codes, levelCount: combined.levelCount, columns: columns)
      }
      if block.component != nil { block.component = .listed(groups.map { _ in [] }) }
      return block
    }
    return MixedLM(specification: changed, useSqrt: useSqrt)
  }
}
