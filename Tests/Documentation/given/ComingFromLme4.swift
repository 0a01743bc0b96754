func wave(_ i: Int, _ length: Double) -> Double { sin(Double(i) * length) }
let columns: KeyValuePairs<String, any ColumnConvertible> = [
  "test": (0..<360).map { $0 % 7 }, "school": (0..<360).map { $0 / 60 },
  "student": (0..<360).map { $0 / 6 % 10 },
  "group": (0..<360).map { $0 / 6 % 2 == 0 ? "a" : "b" }, "age": (0..<360).map { 12 + wave($0, 2.1) },
  "score": (0..<360).map {
    3 * wave($0 / 60, 2.3) + 2 * wave($0 / 6, 5.1) + wave($0 % 7, 1.9) + 3 * wave($0, 7.7)
  },
]
let data = try DataFrame(columns)
