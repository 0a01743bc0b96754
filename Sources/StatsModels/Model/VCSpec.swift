import LinearAlgebra

/// Variance components given as matrices: for each component and each group (in sorted order) a design matrix
/// whose columns have independent effects of one common variance.
/// Python: VCSpec
public struct VCSpec: Sendable {
  /// Name of each component. Python: VCSpec.names
  public var names: [String]
  /// `colnames[k][i]`: column names of component k in group i. Python: VCSpec.colnames
  public var colnames: [[[String]]]
  /// `mats[k][i]`: design matrix of component k in group i, with the group's rows. Python: VCSpec.mats
  public var mats: [[Matrix]]

  /// Components from their names, column names and matrices. Python: VCSpec
  public init(names: [String], colnames: [[[String]]], mats: [[Matrix]]) {
    self.names = names
    self.colnames = colnames
    self.mats = mats
  }

  /// Components from a matrix per component and group; columns are named "0", "1", …, components are sorted.
  ///
  /// Groups that a component lacks get a matrix without columns. Python: the deprecated dictionary of dictionaries
  public init(_ matrices: [String: [GroupLabel: Matrix]], rowsOfGroups: [(label: GroupLabel, rows: Int)]) {
    names = matrices.keys.sorted { $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars) }
    colnames = []
    mats = []
    for name in names {
      let byGroup = matrices[name] ?? [:]
      let ordered = rowsOfGroups.map { byGroup[$0.label] ?? Matrix(rows: $0.rows, columns: 0) }
      mats.append(ordered)
      colnames.append(ordered.map { matrix in (0..<matrix.columns).map(String.init) })
    }
  }

  /// The components without the rows that `keeps` refuses; groups without a row left are gone.
  ///
  /// - Parameters:
  ///   - rows: the rows of each group, in the order of its matrices' rows.
  ///   - keeps: whether a row stays.
  func selecting(_ rows: GroupRows, where keeps: (Int) -> Bool) -> VCSpec {
    let places = (0..<rows.count).map { group in
      rows[group].enumerated().filter { keeps(Int($0.element)) }.map(\.offset)
    }
    let groups = places.indices.filter { !places[$0].isEmpty }
    return VCSpec(
      names: names,
      colnames: colnames.map { byGroup in groups.filter(byGroup.indices.contains).map { byGroup[$0] } },
      mats: mats.map { byGroup in groups.map { byGroup[$0].selecting(rows: places[$0]) } })
  }

  /// Rows in which some matrix has a missing value.
  func missingRows(_ rows: GroupRows) -> Set<Int> {
    var result: Set<Int> = []
    for byGroup in mats {
      for (group, matrix) in byGroup.enumerated() {
        for (position, row) in rows[group].enumerated()
        where (0..<matrix.columns).contains(where: { matrix[position, $0].isNaN }) {
          result.insert(Int(row))
        }
      }
    }
    return result
  }

  /// Checks the shapes against the number of rows of each group.
  func validate(groupSizes: [Int]) throws {
    for (component, name) in names.enumerated() {
      guard component < mats.count, mats[component].count == groupSizes.count else {
        throw StatsModelsError(
          .lengthMismatch,
          "component '\(name)' needs one matrix per group: there are \(groupSizes.count) groups")
      }
      for (group, rows) in groupSizes.enumerated() where mats[component][group].rows != rows {
        throw StatsModelsError(
          .lengthMismatch,
          "component '\(name)': the matrix of group \(group) has \(mats[component][group].rows) rows, "
            + "the group has \(rows)")
      }
      for group in groupSizes.indices
      where component < colnames.count && group < colnames[component].count
        && colnames[component][group].count != mats[component][group].columns
      {
        throw StatsModelsError(
          .lengthMismatch,
          "component '\(name)': group \(group) has \(colnames[component][group].count) column names for "
            + "\(mats[component][group].columns) columns")
      }
    }
  }
}
