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

  /// Whether one fit takes so little that its latency within a process is measured.
  var isSmall: Bool { ["sleepstudy", "dietox"].contains(name) }

  /// The workload of that name, one of `all` or a member of a series such as `levels_1000`.
  static func named(_ name: String) -> Workload? {
    all.first { $0.name == name } ?? (name == large.name ? large : series(name))
  }

  /// Ten million rows: beyond exact factors on most machines, and measured only when asked for.
  static let large = Workload(
    name: "W8", file: "W8", formula: "y ~ x + (1 | user) + (1 | item)", response: "y", fixed: [nil, "x"],
    bars: [.init(regressors: [nil], factors: ["user"]), .init(regressors: [nil], factors: ["item"])])

  /// The fixed workloads, ordered by shape: one factor, nested, crossed.
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
        name: "W11", file: "W2",
        formula: "score ~ group + (1 | test) + (1 | test:school) + (1 | school:student)", response: "score",
        fixed: [nil, "group"],
        bars: [
          .init(regressors: [nil], factors: ["test"]), .init(regressors: [nil], factors: ["test", "school"]),
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
