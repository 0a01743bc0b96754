import DataFrames

// Row labels of Series. A Series whose rows were picked or reordered keeps the labels of its rows; pandas matches
// rows by label when two Series meet.

extension FormulaVector {
  /// The rows at `positions`, which keep their labels in a Series.
  func picking(_ positions: [Int]) -> FormulaVector {
    var result = FormulaVector(Column(storage: storage).rows(positions).storage, isSeries: isSeries)
    result.holdsObjects = holdsObjects
    if isSeries {
      let picked = labels.map { labels in positions.map { labels[$0] } } ?? positions
      result.labels = picked.elementsEqual(0..<count) ? nil : picked
    }
    return result
  }

  /// The rows of two Series matched by label, in the order of the labels when these differ; a row that one of the
  /// two lacks is missing there.
  ///
  /// - Throws: ``EvaluationError`` when a label occurs twice.
  static func aligned(_ a: FormulaVector, _ b: FormulaVector) throws -> (FormulaVector, FormulaVector) {
    let (x, y) = (a.labels ?? Array(0..<a.count), b.labels ?? Array(0..<b.count))
    if x == y { return (a, b) }
    let union = Set(x).union(y).sorted()
    return (try a.rearranged(x, union), try b.rearranged(y, union))
  }

  private func rearranged(_ own: [Int], _ wanted: [Int]) throws -> FormulaVector {
    guard Set(own).count == own.count else {
      throw EvaluationError.value("cannot reindex on an axis with duplicate labels")
    }
    let place = Dictionary(uniqueKeysWithValues: zip(own, own.indices))
    let column = Column(storage: storage)
    let rows = wanted.map { place[$0] }
    var result: FormulaVector
    if rows.contains(nil) {
      result = FormulaVector(
        ColumnValue.columnStorage(rows.map { $0.flatMap { column[$0] } }), isSeries: true)
      if column.isNumeric, let values = result.doubles { result.storage = .double(values) }
    } else {
      result = FormulaVector(column.rows(rows.compactMap { $0 }).storage, isSeries: true)
    }
    result.holdsObjects = holdsObjects
    result.labels = wanted.elementsEqual(0..<wanted.count) ? nil : wanted
    return result
  }
}

extension FormulaValue {
  /// Two operands, their rows matched by label if both are Series.
  static func aligned(_ left: FormulaValue, _ right: FormulaValue) throws -> (FormulaValue, FormulaValue) {
    guard case .vector(let a) = left, case .vector(let b) = right, a.isSeries, b.isSeries,
      a.labels != nil || b.labels != nil
    else { return (left, right) }
    let (x, y) = try FormulaVector.aligned(a, b)
    return (.vector(x), .vector(y))
  }

  /// The value, if it is a Series of as many rows as the first labelled Series among `sources`, with its labels.
  func labelled(like sources: [FormulaValue]) -> FormulaValue {
    for case .vector(let source) in sources where source.isSeries {
      guard let labels = source.labels, case .vector(var vector) = self, vector.isSeries,
        vector.labels == nil,
        vector.count == labels.count
      else { continue }
      vector.labels = labels
      return .vector(vector)
    }
    return self
  }

  /// The row labels of a Series, or of what `C()` marks; nil for the rows of the data in their order.
  var rowLabels: [Int]? {
    switch self {
    case .vector(let vector): vector.isSeries ? vector.labels : nil
    case .categorical(let box): box.data.rowLabels
    default: nil
    }
  }
}
