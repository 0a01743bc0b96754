import DataFrames
import LinearAlgebra

/// What a Python expression in a formula evaluates to.
public enum FormulaValue: Sendable {
  /// Python's `None`.
  case none
  /// A truth value.
  case boolean(Bool)
  /// A whole number.
  case integer(Int)
  /// A floating-point number.
  case double(Double)
  /// A text.
  case string(String)
  /// A list.
  case list([FormulaValue])
  /// A tuple.
  case tuple([FormulaValue])
  /// A dictionary.
  case dictionary([(key: FormulaValue, value: FormulaValue)])
  /// A column of data, or a one-dimensional array.
  case vector(FormulaVector)
  /// Several numeric columns.
  case matrix(Matrix)
  /// Data marked as categorical by `C()`.
  indirect case categorical(CategoricalBox)
  /// A coding for a categorical factor.
  case contrast(any Contrast)
  /// A function.
  case function(FormulaFunction)
  /// A stateful transform; the closure makes a fresh one.
  case transform(@Sendable () -> any StatefulTransform)
  /// A module, such as `np`, by its Python name.
  case module(String)
  /// An accessor of a column, `column.str` or `column.cat`.
  case accessor(FormulaVector, String)
  /// Another object on the way to a column, such as `column.groupby(key)`.
  case object(FormulaObject)
  /// A slice in a subscript, `start:stop:step`.
  indirect case slice(FormulaValue, FormulaValue, FormulaValue)
}

/// A one-dimensional array, or a pandas Series: some functions treat missing values of the two differently.
public struct FormulaVector: Sendable {
  /// The elements by type.
  package var storage: Column.Storage
  /// Whether this is a column of a data frame, pandas' Series, rather than a numpy array.
  public var isSeries: Bool
  /// Whether the elements are Python's own objects for pandas: what comes of truth values with missing ones.
  var holdsObjects = false
  /// Row labels of a Series whose rows were picked or reordered: positions in the data; nil: all, in their order.
  var labels: [Int]?

  /// An array, or a Series, over the given elements.
  package init(_ storage: Column.Storage, isSeries: Bool = false) {
    self.storage = storage
    self.isSeries = isSeries
  }

  /// An array, or a Series, of a column's elements.
  public init(_ column: Column, isSeries: Bool = false) { self.init(column.storage, isSeries: isSeries) }

  /// An array, or a Series, of numbers.
  public init(_ values: [Double], isSeries: Bool = false) {
    self.init(.double(values), isSeries: isSeries)
  }

  /// The elements.
  public var column: Column { Column(storage: storage) }

  /// Number of elements.
  public var count: Int { column.count }
}

/// Data with a coding and levels of its own, the result of `C()`.
public struct CategoricalBox: Sendable {
  /// The data: a column, a list or a single value.
  public let data: FormulaValue
  /// The coding asked for: a contrast, a matrix, or something to call for one.
  public let contrast: FormulaValue?
  /// The levels asked for, in order.
  public let levels: FormulaValue?

  /// Data marked as categorical.
  public init(data: FormulaValue, contrast: FormulaValue? = nil, levels: FormulaValue? = nil) {
    self.data = data
    self.contrast = contrast
    self.levels = levels
  }
}
