import ArgumentParser
import StatsModels

/// `mixedlm design`: prints the design matrix of a formula.
struct DesignCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "design",
    abstract: "Print the design matrix of a formula's right-hand side.",
    discussion: """
      A left-hand side is evaluated too: rows in which it is missing are dropped.

      Examples:
        mixedlm design dietox.csv --formula "Weight ~ bs(Time, df=4) + Evit"
        mixedlm design old.csv --formula "-1 + center(x)" --new new.csv --format json
      """)

  @Argument(help: ArgumentHelp("CSV file with a header line.", valueName: "DATA.csv"))
  var data: String

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Formula in patsy's language. Example: --formula \"y ~ a * b\"", valueName: "F"))
  var formula: String

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Second file, coded as the first was (levels, means, knots); the CSV form then holds its rows. Example: --new new.csv",
      valueName: "NEW.csv"))
  var new: String?

  @Option(help: ArgumentHelp("Form of the result. Example: --format json", valueName: "csv|json"))
  var format = TableFormat.csv

  @OptionGroup var output: OutputOptions

  func run() throws {
    try Terminal.reporting {
      try output.check()
      let frame = try DataFrame(csv: data)
      let newFrame = try new.map { try DataFrame(csv: $0) }
      let infos = try formula.designInfos(environment: Environment(), NAAction: .drop) {
        CollectionOfOne(frame)
      }
      let matrix = try buildDesignMatrices([infos.lhs, infos.rhs], frame)[1].matrix
      let newMatrix = try newFrame.map { try buildDesignMatrices([infos.rhs], $0)[0].matrix }
      switch format {
      case .csv:
        try output.write(DataFrame(names: infos.rhs.columnNames, newMatrix ?? matrix).csvText(index: false))
      case .json:
        var members: [(key: String, value: JSONValue)] = [
          ("columns", .array(infos.rhs.columnNames.map { .string($0) })),
          ("terms", .array(infos.rhs.termNames.map { .string($0) })), ("matrix", .rows(matrix)),
        ]
        if let newMatrix { members.append(("new", .rows(newMatrix))) }
        try output.write(JSONValue.object(members).encoded())
      }
    }
  }
}

extension DataFrame {
  /// A frame whose columns are those of a matrix.
  fileprivate init(names: [String], _ matrix: Matrix) throws {
    try self.init(columns: names.indices.map { Column(name: names[$0], matrix.column($0)) })
  }
}
