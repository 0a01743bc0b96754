/// The frame that a JSON document holds.
struct JSONFrame {
  private let path: String?

  init(path: String?) { self.path = path }

  /// The frame of a document; nil finds the shape out.
  func frame(_ document: JSONValue, orient: JSONOrient?) throws(DataFrameError) -> DataFrame {
    var found = orient
    if found == nil { found = try shape(of: document) }
    switch found ?? .columns {
    case .records: return try records(rows(of: document))
    case .values: return try values(rows(of: document))
    case .split: return try split(document)
    case .columns: return try columns(members(of: document, "an object of columns"))
    case .index: return try index(members(of: document, "an object of rows"))
    }
  }

  /// The frame of rows, one object each.
  func records(_ rows: [JSONValue]) throws(DataFrameError) -> DataFrame {
    var builder = RecordBuilder()
    for (position, row) in rows.enumerated() {
      guard let members = row.members else { throw failure("row \(position) is no object") }
      for (name, value) in members { try builder.set(name, level(value)) }
      builder.endRow()
    }
    return builder.frame
  }

  private func shape(of document: JSONValue) throws(DataFrameError) -> JSONOrient {
    switch document {
    case .array(let rows):
      return rows.allSatisfy { $0.elements != nil } && !rows.isEmpty ? .values : .records
    case .object(let members):
      let isSplit =
        Set(members.map(\.key)) == ["columns", "index", "data"]
        && members.allSatisfy { $0.value.elements != nil }
      return isSplit ? .split : .columns
    default: throw failure("the document is neither a list nor an object")
    }
  }

  private func failure(_ reason: String) -> DataFrameError {
    DataFrameError(.invalidText, "the JSON document holds no frame: \(reason)", path: path)
  }

  private func rows(of document: JSONValue) throws(DataFrameError) -> [JSONValue] {
    guard let rows = document.elements else { throw failure("it is no list of rows") }
    return rows
  }

  private func members(
    of value: JSONValue, _ what: String
  ) throws(DataFrameError) -> [(key: String, value: JSONValue)] {
    guard let members = value.members else {
      throw failure("it is no \(what.drop { $0 != " " }.dropFirst())")
    }
    return members
  }

  /// The value of a cell; lists and objects as their JSON text.
  private func level(_ value: JSONValue) -> ColumnValue? {
    switch value {
    case .null: nil
    case .boolean(let truth): .boolean(truth)
    case .integer(let whole): .integer(whole)
    case .number(let number): number.isNaN ? nil : .double(number)
    case .string(let text): .string(text)
    case .array, .numbers, .object: .string(JSONText.compact(value))
    }
  }

  private func label(_ value: JSONValue) -> String { level(value)?.description ?? "nan" }

  /// Columns of values by row label; rows in order of the labels' appearance.
  private func columns(_ columns: [(key: String, value: JSONValue)]) throws(DataFrameError) -> DataFrame {
    if columns.contains(where: { $0.value.members == nil }) {
      // `{"x": [1, 2]}`: columns as lists.
      var lists: [Column] = []
      for (name, value) in columns {
        guard let elements = value.elements else {
          throw failure("column \(PythonText.quoted(name)) is neither an object nor a list")
        }
        lists.append(Column(name: name, elements.map(level)))
      }
      return try DataFrame(columns: lists)
    }
    var places: [String: Int] = [:]
    var labels: [String] = []
    for (_, value) in columns {
      for (label, _) in value.members ?? []
      where places.updateValue(places[label] ?? labels.count, forKey: label) == nil {
        labels.append(label)
      }
    }
    let found = columns.map { name, value in
      var values = [ColumnValue?](repeating: nil, count: labels.count)
      for (label, cell) in value.members ?? [] {
        if let place = places[label] { values[place] = level(cell) }
      }
      return Column(name: name, values)
    }
    return try DataFrame(columns: found, rowLabels: RowLabels(texts: labels))
  }

  private func index(_ rows: [(key: String, value: JSONValue)]) throws(DataFrameError) -> DataFrame {
    try records(rows.map(\.value)).labeled(RowLabels(texts: rows.map(\.key)))
  }

  private func split(_ document: JSONValue) throws(DataFrameError) -> DataFrame {
    guard let names = document["columns"]?.elements, let data = document["data"]?.elements else {
      throw failure("'columns' and 'data' must be lists")
    }
    let frame = try table(data, names: names.map(label))
    guard let labels = document["index"]?.elements else { return frame }
    return try frame.labeled(RowLabels(texts: labels.map(label)))
  }

  private func values(_ rows: [JSONValue]) throws(DataFrameError) -> DataFrame {
    let width = rows.map { $0.elements?.count ?? 0 }.max() ?? 0
    return try table(rows, names: (0..<width).map(String.init))
  }

  /// Rows of cells; a short one is missing at its end.
  private func table(_ rows: [JSONValue], names: [String]) throws(DataFrameError) -> DataFrame {
    var columns = [[ColumnValue?]](repeating: [], count: names.count)
    for (position, row) in rows.enumerated() {
      guard let cells = row.elements, cells.count <= names.count else {
        throw failure("row \(position) is no list of at most \(names.count) values")
      }
      for place in names.indices { columns[place].append(place < cells.count ? level(cells[place]) : nil) }
    }
    return try DataFrame(
      columns: zip(names, columns).map { Column(name: $0, $1) }, rowLabels: RowLabels(count: rows.count))
  }
}

extension RowLabels {
  /// Labels that count rows, whole numbers, or texts.
  init(texts: [String]) {
    let numbers = texts.compactMap { text in Int(text).flatMap { String($0) == text ? $0 : nil } }
    if numbers.count < texts.count {
      self.init(texts)
    } else if numbers == Array(0..<texts.count) {
      self.init(count: texts.count)
    } else {
      self.init(numbers)
    }
  }
}
