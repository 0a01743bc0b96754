import DataFrames
import LinearAlgebra
import MixedModels

/// A benchmark model: a data file, its bar formula, and the same model as engine terms.
struct Workload: Sendable {
  /// One bar: regressors (nil: the intercept) over the product of some columns.
  struct Bar: Sendable {
    var regressors: [String?]
    var factors: [String]
    var covariance: RandomTerm.Covariance = .unstructured
  }

  var name: String
  var file: String
  var formula: String
  var response: String
  var fixed: [String?]
  var bars: [Bar]

  static let all: [Workload] =
    [
      .init(
        name: "sleepstudy", file: "sleepstudy", formula: "Reaction ~ Days + (Days | Subject)",
        response: "Reaction", fixed: [nil, "Days"],
        bars: [.init(regressors: [nil, "Days"], factors: ["Subject"])]),
      .init(
        name: "dietox", file: "dietox", formula: "Weight ~ Time + (1 | Pig)", response: "Weight",
        fixed: [nil, "Time"], bars: [.init(regressors: [nil], factors: ["Pig"])]),
      .init(
        name: "W1", file: "W1", formula: "y ~ x + (1 + x | g)", response: "y", fixed: [nil, "x"],
        bars: [.init(regressors: [nil, "x"], factors: ["g"])]),
      .init(
        name: "W9", file: "W9", formula: "y ~ x1 + x2 + x3 + x4 + x5 + (1 + x1 | g)", response: "y",
        fixed: [nil, "x1", "x2", "x3", "x4", "x5"], bars: [.init(regressors: [nil, "x1"], factors: ["g"])]),
      .init(
        name: "W5", file: "W5", formula: "y ~ fa + fb + x + (1 | unit)", response: "y",
        fixed: [nil, "fa", "fb", "x"], bars: [.init(regressors: [nil], factors: ["unit"])]),
      .init(
        name: "W4", file: "W4", formula: "y ~ age + sex + (1 | school) + (1 | school:class)", response: "y",
        fixed: [nil, "sex", "age"],
        bars: [
          .init(regressors: [nil], factors: ["school"]),
          .init(regressors: [nil], factors: ["school", "class"]),
        ]),
      .init(
        name: "W7", file: "W7", formula: "y ~ S*P*L + (1 + S + P + L | subj) + (1 + S + P + L | item)",
        response: "y", fixed: [nil, "S", "P", "L", "S:P", "S:L", "P:L", "S:P:L"],
        bars: [
          .init(regressors: [nil, "S", "P", "L"], factors: ["subj"]),
          .init(regressors: [nil, "S", "P", "L"], factors: ["item"]),
        ]),
      .init(
        name: "W7_diag", file: "W7", formula: "y ~ S*P*L + (1 + S + P + L || subj) + (1 + S + P + L || item)",
        response: "y", fixed: [nil, "S", "P", "L", "S:P", "S:L", "P:L", "S:P:L"],
        bars: [
          .init(regressors: [nil, "S", "P", "L"], factors: ["subj"], covariance: .diagonal),
          .init(regressors: [nil, "S", "P", "L"], factors: ["item"], covariance: .diagonal),
        ]),
      .init(
        name: "W3", file: "W3", formula: "y ~ C(service) + (1 | s) + (1 | d) + (1 | dept)", response: "y",
        fixed: [nil, "service"],
        bars: [
          .init(regressors: [nil], factors: ["s"]), .init(regressors: [nil], factors: ["d"]),
          .init(regressors: [nil], factors: ["dept"]),
        ]),
      .init(
        name: "W2", file: "W2",
        formula: "score ~ group + (1 | test) + (1 | school) + (1 | school:student)", response: "score",
        fixed: [nil, "group"],
        bars: [
          .init(regressors: [nil], factors: ["test"]), .init(regressors: [nil], factors: ["school"]),
          .init(regressors: [nil], factors: ["school", "student"]),
        ]),
      .init(
        name: "W10", file: "W10", formula: "y ~ x + (1 | student) + (1 | teacher)", response: "y",
        fixed: [nil, "x"],
        bars: [
          .init(regressors: [nil], factors: ["student"]), .init(regressors: [nil], factors: ["teacher"]),
        ]),
    ]
    + ["W6_100k", "W6_300k", "W6"].map { name in
      .init(
        name: name, file: name, formula: "rating ~ 1 + x + (1 | user) + (1 | movie)", response: "rating",
        fixed: [nil, "x"],
        bars: [.init(regressors: [nil], factors: ["user"]), .init(regressors: [nil], factors: ["movie"])])
    }
}

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

enum BenchmarkError: Error { case notNumeric(String) }
