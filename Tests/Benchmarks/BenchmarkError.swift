/// What keeps a benchmark from running.
enum BenchmarkError: Error, CustomStringConvertible {
  case notNumeric(String)
  case unknownWorkload(String)
  case childFailed(String, Int32)
  case unreadable(String)

  var description: String {
    switch self {
    case .notNumeric(let column): "the column \(column) is not numeric"
    case .unknownWorkload(let name):
      "there is no workload \(name); there are: "
        + (Workload.all.map(\.name) + Workload.seriesNames).joined(separator: " ")
    case .childFailed(let name, let status): "the measurement of \(name) ended with status \(status)"
    case .unreadable(let path): "\(path) cannot be read"
    }
  }
}
