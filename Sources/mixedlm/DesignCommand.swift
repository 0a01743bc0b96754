import ArgumentParser
import StatsModels

/// `mixedlm design`: prints the design matrix of a formula.
struct DesignCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "design",
    abstract: "Print the design matrix of a formula's right-hand side.",
    discussion: """
      A left-hand side is evaluated too: rows in which it is missing are dropped. Bars, (1 | g), are random \
      effects and no part of the design.

      Examples:
        mixedlm design dietox.csv --formula "Weight ~ bs(Time, df=4) + Evit"
        mixedlm design old.csv --formula "-1 + center(x)" --new new.csv --format json
      """)

  @Argument(help: ArgumentHelp("CSV file with a header line; - is standard input.", valueName: "DATA.csv"))
  var data: String

  @OptionGroup var reader: ReaderOptions

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
    try Terminal.reporting(Self.self) {
      try output.check()
      let frame = try reader.frame(data)
      let newFrame = try new.map { try reader.frame($0, texts: frame.textColumns) }
      guard frame.rowCount > 0 else {
        throw StatsModelsError(.notEnoughData, "\(data) has no rows: there is nothing to make a design of")
      }
      // Everything that can fail comes before the first row is written.
      let bars = try BarFormula(formula)
      let (infos, design) = try FormulaRemedies(data: frame, subject: data).adding {
        let fixed = try ModelDesc.fromFormula(bars.fixed, shown: formula)
        let infos = try fixed.designInfos(environment: .empty, NAAction: .drop) { CollectionOfOne(frame) }
        return (infos, try buildDesignMatrices([infos.lhs, infos.rhs], frame)[1])
      }
      let newDesign = try newFrame.map { newFrame in
        try FormulaRemedies(data: newFrame, subject: new ?? "").adding {
          try buildDesignMatrices([infos.rhs], newFrame)[0]
        }
      }
      if !bars.operands.isEmpty {
        let written = bars.operands.map { "(\(bars.written($0.whole.dropFirst().dropLast())))" }
        Terminal.complain(
          "note: the design is that of the fixed effects; \(written.joined(separator: ", ")) are random effects"
        )
      }
      let names = infos.rhs.columnNames
      switch format {
      case .csv:
        _ = try DataFrame(names: names, Matrix(rows: 0, columns: names.count))
        var isFirst = true
        try output.write { sink in
          try (newDesign ?? design).forEachBlock { block in
            let text = try DataFrame(names: names, block).csvText(index: false, header: isFirst)
            try sink(Array(text.utf8))
            isFirst = false
          }
        }
      case .json:
        var members: [(key: String, value: JSONStreamMember)] = [
          ("columns", .value(.array(names.map { .string($0) }))),
          ("terms", .value(.array(infos.rhs.termNames.map { .string($0) }))),
          ("matrix", .rows { try design.forEachBlock($0) }),
        ]
        if let newDesign { members.append(("new", .rows { try newDesign.forEachBlock($0) })) }
        try output.write { sink in
          try JSONValue.write(members, to: sink)
          try sink([0x0A])
        }
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
