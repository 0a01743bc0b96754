import DataFrames
import LinearAlgebra
import MixedModels

/// A workload's data in the engine's form.
struct EngineInput {
  var response: [Double]
  var fixed: Matrix
  var terms: [RandomTerm]

  init(_ workload: Workload, data: DataFrame) throws {
    let n = data.rowCount
    func numeric(_ name: String) throws -> [Double] {
      try name.split(separator: ":").map { try data.column(String($0)).doubles() }
        .reduce([Double](repeating: 1, count: n)) { zip($0, $1).map(*) }
    }
    response = try numeric(workload.response)
    var columns: [[Double]] = []
    for name in workload.fixed {
      guard let name else {
        columns.append([Double](repeating: 1, count: n))
        continue
      }
      let isText = name.contains(":") ? false : try data.column(name).isText
      let isFactor = name == "service" || isText
      guard isFactor else {
        columns.append(try numeric(name))
        continue
      }
      let (codes, levels) = try data.column(name).factorized()
      for level in 1..<max(levels.count, 1) { columns.append(codes.map { Int($0) == level ? 1 : 0 }) }
    }
    fixed = Matrix(rows: n, columns: columns.count, columnMajor: columns.flatMap { $0 })
    terms = try workload.bars.map { bar in
      var codes = [Int32](repeating: 0, count: n)
      var count = 1
      for factor in bar.factors {
        let (own, levels) = try data.column(factor).factorized()
        var seen: [Int: Int32] = [:]
        for i in 0..<n {
          let key = Int(codes[i]) * levels.count + Int(own[i])
          if let known = seen[key] {
            codes[i] = known
          } else {
            codes[i] = Int32(seen.count)
            seen[key] = codes[i]
          }
        }
        count = seen.count
      }
      return RandomTerm(
        codes: codes, levelCount: count, columns: try bar.regressors.map { try $0.map(numeric) },
        covariance: bar.covariance)
    }
  }
}

extension Column {
  fileprivate var isText: Bool {
    switch storage {
    case .string, .categorical: true
    default: false
    }
  }

  fileprivate func doubles() throws -> [Double] {
    switch storage {
    case .double(let values): values
    case .integer(let values, _): values.map(Double.init)
    case .boolean(let values, _): values.map { $0 ? 1 : 0 }
    default: throw BenchmarkError.notNumeric(name)
    }
  }
}
