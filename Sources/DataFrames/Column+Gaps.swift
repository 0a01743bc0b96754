// Picking rows some of which do not exist.

extension Column {
  /// The values at given positions, missing where a position is -1; whole numbers become floating-point ones if
  /// there is such a gap and they had no missing value before.
  func rows(withGaps positions: [Int]) -> Column {
    guard positions.contains(-1) else { return rows(uncheckedPositions: positions) }
    let picked: Storage =
      switch storage {
      case .double(let values): .double(positions.map { $0 < 0 ? .nan : values[$0] })
      case .integer(let values, nil): .double(positions.map { $0 < 0 ? .nan : Double(values[$0]) })
      case .integer(let values, let missing?):
        .integer(positions.map { $0 < 0 ? 0 : values[$0] }, missing: positions.map { $0 < 0 || missing[$0] })
      case .boolean(let values, let missing):
        .boolean(
          positions.map { $0 < 0 ? false : values[$0] },
          missing: positions.map { $0 < 0 || missing?[$0] == true })
      case .string(let column):
        .string(StringColumn(pool: column.pool, codes: positions.map { $0 < 0 ? -1 : column.codes[$0] }))
      case .time(let times): .time(times.rows(withGaps: positions))
      case .categorical(let column):
        .categorical(
          Categorical(
            uncheckedLevels: column.levels, codes: positions.map { $0 < 0 ? -1 : column.codes[$0] },
            ordered: column.ordered))
      }
    return Column(name: name, storage: picked)
  }

  /// For each row whether its value is missing; nil when none is.
  var missingRows: [Bool]? { hasMissing ? isna().values : nil }
}
