func wave(_ i: Int, _ length: Double) -> Double { sin(Double(i) * length) }
let columns: KeyValuePairs<String, any ColumnConvertible> = [
  "g": (0..<120).map { ["a", "b", "c", "d"][$0 % 4] }, "x": (0..<120).map { wave($0, 2.3) },
  "y": (0..<120).map { wave($0, 7.1) }, "user": (0..<120).map { $0 / 6 },
  "movie": (0..<120).map { $0 * 7 % 20 }, "w": (0..<120).map { Double(1 + $0 % 3) },
  "o": (0..<120).map { wave($0, 0.4) },
  "rating": (0..<120).map { 2 * wave($0 / 6, 3.1) + wave($0 * 7 % 20, 1.7) + wave($0, 9.1) },
]
let data = try DataFrame(columns)
let model = try mixedlm(
  "Reaction ~ Days", DataFrame(csv: "sleepstudy.csv"), groups: "Subject", reFormula: "~Days")
let other = try mixedlm("rating ~ x + (1 | user)", data)
