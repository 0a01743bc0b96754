func wave(_ i: Int, _ length: Double) -> Double { sin(Double(i) * length) }
let places: KeyValuePairs<String, any ColumnConvertible> = [
  "group1": (0..<300).map { $0 / 30 }, "group2": (0..<300).map { $0 / 10 },
  "y": (0..<300).map { 3 * wave($0 / 30, 2.3) + 2 * wave($0 / 10, 5.1) + wave($0, 7.7) },
]
let nested = try DataFrame(places)
let crosses: KeyValuePairs<String, any ColumnConvertible> = [
  "group1": (0..<300).map { $0 / 30 }, "group2": (0..<300).map { $0 % 10 },
  "y": (0..<300).map { 3 * wave($0 / 30, 2.3) + 2 * wave($0 % 10, 5.1) + wave($0, 7.7) },
]
let crossed = try DataFrame(crosses)
