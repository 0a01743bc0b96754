import DataFrames

/// A column or single value read as texts.
struct TextColumn {
  private let texts: [String?]

  init(_ value: FormulaValue) {
    if case .vector(let vector) = value {
      texts = Column(storage: vector.storage).strings
    } else if let items = value.elements {
      texts = items.map { $0.isNone ? nil : $0.pythonText }
    } else {
      texts = [value.isNone ? nil : value.pythonText]
    }
  }

  subscript(row: Int) -> String? { texts.count == 1 ? texts[0] : texts[row] }
}
