import DataFrames
import LinearAlgebra
import Patsy

/// What can be a design matrix of the array interface: a matrix, one column, a data frame, a labelled matrix.
public protocol DesignConvertible {
  /// The matrix, and the columns' names if they have any.
  func designMatrix() throws -> (matrix: Matrix, names: [String]?)
}

extension Matrix: DesignConvertible {
  /// The matrix itself, without names.
  public func designMatrix() -> (matrix: Matrix, names: [String]?) { (self, nil) }
}

extension LabeledMatrix: DesignConvertible {
  /// The values and the column labels.
  public func designMatrix() -> (matrix: Matrix, names: [String]?) { (values, columns) }
}

extension Array: DesignConvertible where Element == Double {
  /// One column.
  public func designMatrix() -> (matrix: Matrix, names: [String]?) {
    (Matrix(rows: count, columns: 1, columnMajor: self), nil)
  }
}

extension Column: DesignConvertible {
  /// One column with its name.
  public func designMatrix() throws -> (matrix: Matrix, names: [String]?) {
    guard let values = doubles else {
      throw StatsModelsError(
        .invalidArgument, "column '\(name)' is not numeric: use a formula to code it", values: [name])
    }
    return (Matrix(rows: count, columns: 1, columnMajor: values), name.isEmpty ? nil : [name])
  }
}

extension DataFrame: DesignConvertible {
  /// The columns, which must be numeric, and their names.
  public func designMatrix() throws -> (matrix: Matrix, names: [String]?) {
    let columns = try self.columns.map { try $0.designMatrix().matrix.storage }
    return (Matrix(columns: columns, rows: rowCount), columnNames)
  }
}

extension DesignMatrix: DesignConvertible {
  /// The matrix and its column names.
  public func designMatrix() -> (matrix: Matrix, names: [String]?) { (matrix, columnNames) }
}

/// Variance components of the array interface: a specification, or matrices by component and group.
public protocol VarianceComponentsConvertible {
  /// The components for groups of given labels and sizes, in sorted order.
  func vcSpec(groups: [(label: GroupLabel, rows: Int)]) throws -> VCSpec
}

extension VCSpec: VarianceComponentsConvertible {
  /// The specification itself.
  public func vcSpec(groups: [(label: GroupLabel, rows: Int)]) -> VCSpec { self }
}

/// Matrices of one variance component by the labels of the groups.
public protocol MatricesByGroup {
  /// A matrix for each label.
  var matricesByGroup: [GroupLabel: Matrix] { get }
}

extension Dictionary: MatricesByGroup where Key: GroupLabelConvertible, Value == Matrix {
  /// The matrices by label.
  public var matricesByGroup: [GroupLabel: Matrix] {
    [GroupLabel: Matrix](map { ($0.key.groupLabel, $0.value) }, uniquingKeysWith: { first, _ in first })
  }
}

extension Dictionary: VarianceComponentsConvertible where Key == String, Value: MatricesByGroup {
  /// Components sorted by name, columns named "0", "1", ….
  ///
  /// - Throws: ``StatsModelsError`` when a label belongs to no group.
  public func vcSpec(groups: [(label: GroupLabel, rows: Int)]) throws -> VCSpec {
    let known = Set(groups.map(\.label))
    let matrices = mapValues(\.matricesByGroup)
    for (name, byGroup) in matrices {
      if let stray = byGroup.keys.filter({ !known.contains($0) }).min() {
        throw StatsModelsError(
          .unknownLevel,
          "exogVc: component '\(name)' has a matrix for \(stray.debugDescription), which is no group",
          values: [stray.description])
      }
    }
    return VCSpec(matrices, rowsOfGroups: groups)
  }
}
