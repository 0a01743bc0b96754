/// What becomes of missing values when a function is mapped over a column.
/// Python: the argument na_action of Series.map
public enum MissingAction: String, Sendable, CaseIterable {
  /// They stay missing, and the function is not called.
  case ignore
}

extension Column {
  /// The column of a function's values over the numbers; texts and categories stop with a message.
  ///
  /// ```swift
  /// data["dose"].map(naAction: nil) { $0 > 2 ? 1 : 0 }
  /// ```
  /// - Parameters:
  ///   - naAction: what becomes of missing values; nil calls the function with nan, as pandas does unless told otherwise.
  ///   - transform: the function.
  ///
  /// Python: Series.map
  public func map(naAction: MissingAction? = .ignore, _ transform: (Double) -> Double) -> Column {
    let isCalled = naAction == nil
    return Column(
      name: name, storage: .double(mappedNumbers.map { isCalled || !$0.isNaN ? transform($0) : .nan }))
  }

  /// The column of the texts, whole numbers or truth values that a function makes of the numbers; texts and categories
  /// stop with a message.
  ///
  /// ```swift
  /// data["x"].map { $0 > 3 ? "high" : "low" }
  /// ```
  /// - Parameters:
  ///   - naAction: what becomes of missing values; nil calls the function with nan.
  ///   - transform: the function.
  ///
  /// Python: Series.map
  @_disfavoredOverload
  public func map<Value: ColumnElement>(
    naAction: MissingAction? = .ignore, _ transform: (Double) -> Value
  ) -> Column {
    let isCalled = naAction == nil
    return Column(name: name, mappedNumbers.map { isCalled || !$0.isNaN ? transform($0) : nil })
  }

  /// The numbers, nan where missing; texts and categories stop.
  private var mappedNumbers: [Double] {
    if let error = typeError("map()") { stop(error.message) }
    return Aggregation.numbers(self)
  }

  /// The column of a function's values over the texts (Python's `str` of other values); missing values stay
  /// missing.
  /// Python: Series.map
  public func mapTexts(_ transform: (String) -> String) -> Column {
    guard case .string(let texts) = astype(.string).storage else { return self }
    return Column(name: name, storage: .string(texts.mapPool { transform($0) }))
  }

  /// The column with values looked up in a dictionary; a value that is not in it becomes missing.
  /// Python: Series.map
  public func map(_ values: [ColumnValue: ColumnValue]) -> Column {
    let (codes, levels) = factorized()
    let targets = levels.map { values[$0] }
    let mapped = Column(
      name: name, storage: ColumnValue.columnStorage(codes.map { $0 < 0 ? nil : targets[Int($0)] }))
    // Whole numbers with gaps are numbers, as in pandas.
    return mapped.type == .integer && mapped.hasMissing ? mapped.astype(.double) : mapped
  }
}
