import StatsModels
import TestSupport

/// The data of one of statsmodels' own tests, saved from numpy's generator.
struct RandomData: Sendable {
  private struct File: Decodable {
    struct Entry: Decodable {
      var name: String
      var values: [Double]
    }
    var columns: [Entry]
  }

  private let names: [String]
  private let values: [String: [Double]]

  init(_ test: String) throws {
    let file = try Fixtures.load(File.self, "statsmodels/\(test).json")
    names = file.columns.map(\.name)
    values = Dictionary(uniqueKeysWithValues: file.columns.map { ($0.name, $0.values) })
  }

  /// One column; a name that the file lacks gives an empty one, which no model accepts.
  subscript(name: String) -> [Double] { values[name] ?? [] }

  /// Columns side by side.
  func matrix(_ names: String...) -> Matrix {
    let columns = names.map { self[$0] }
    var result = Matrix(rows: columns.first?.count ?? 0, columns: columns.count)
    for (j, column) in columns.enumerated() {
      for (i, value) in column.enumerated() { result[i, j] = value }
    }
    return result
  }

  /// Group labels: whole numbers.
  func labels(_ name: String = "groups") -> [Int] { self[name].map { Int(exactly: $0) ?? -1 } }

  /// The columns as a data frame, whole numbers as integers where they are labels.
  func frame(_ names: [String]? = nil, labels: [String] = []) throws -> DataFrame {
    let chosen = names ?? self.names
    return try DataFrame(
      columns: chosen.map { name in
        labels.contains(name) ? Column(name: name, self.labels(name)) : Column(name: name, self[name])
      })
  }

  /// Rows of each group of a matrix, by label: the dictionary form of a variance component.
  func byGroup(_ names: String...) -> [GroupLabel: Matrix] {
    let columns = names.map { self[$0] }
    var rows: [Int: [Int]] = [:]
    for (row, label) in labels().enumerated() { rows[label, default: []].append(row) }
    return Dictionary(
      uniqueKeysWithValues: rows.map { label, positions in
        var block = Matrix(rows: positions.count, columns: columns.count)
        for (j, column) in columns.enumerated() {
          for (i, position) in positions.enumerated() { block[i, j] = column[position] }
        }
        return (GroupLabel(label), block)
      })
  }
}
