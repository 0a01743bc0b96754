import LinearAlgebra
import MixedModels

/// The order and names of a model's parameters: fixed effects, then what each block's covariance form reports.
struct ParameterLayout: Sendable {
  /// A covariance parameter: an entry of a block's covariance matrix, or a correlation that its effects share.
  struct Entry: Sendable {
    let block: Int
    let row: Int
    let column: Int
    let name: String
    /// Position among the engine's covariance parameters; nil for an entry that is zero by construction.
    let engineIndex: Int?
    let kind: ReportedParameter.Kind
    /// Position among the parameters of the block's form; nil for an entry that is zero by construction.
    let position: Int?
    var isVariance: Bool { kind == .variance }
    /// Whether it is a variance or covariance, which has the square of the response's unit.
    var hasUnit: Bool { kind != .correlation }
  }

  let fixedNames: [String]
  let entries: [Entry]
  /// The form of each block's covariance matrix.
  private let forms: [any CovarianceForm]

  /// - Parameter grouped: statsmodels' names (`Pig Var`, `Pig x Time Cov`), where off-diagonal entries of a
  ///   diagonal block are listed as zeros; otherwise `factor: name Var`.
  init(fixedNames: [String], blocks: [RandomBlock], grouped: Bool) {
    self.fixedNames = fixedNames
    forms = blocks.map(\.covariance.form)
    var entries: [Entry] = []
    var engineIndex = 0
    var names = UniqueNames()
    for (index, block) in blocks.enumerated() {
      let places = Self.places(block, grouped: grouped)
      // statsmodels' names may repeat; two terms on one factor are told apart by a number behind the factor's name.
      let group =
        grouped
        ? block.group
        : names.numbered(block.group) { group in
          places.map { Self.name(block, $0.reported, group: group, grouped: false) }
        }
      for (reported, position) in places {
        let isFree = position != nil && !block.parts.isEmpty
        entries.append(
          Entry(
            block: index, row: reported.row, column: reported.column,
            name: Self.name(block, reported, group: group, grouped: grouped),
            engineIndex: isFree ? engineIndex : nil, kind: reported.kind, position: position))
        if isFree { engineIndex += 1 }
      }
    }
    self.entries = entries
  }

  /// The parameters of a block that are listed, and their positions among those of its form.
  private static func places(
    _ block: RandomBlock, grouped: Bool
  ) -> [(reported: ReportedParameter, position: Int?)] {
    let reported = block.covariance.form.reported(width: block.width)
    if !grouped || block.isComponent { return reported.enumerated().map { ($1, $0) } }
    return (0..<block.width).flatMap { i in
      (0...i).map { j in
        let position = reported.firstIndex { $0.row == i && $0.column == j }
        let zero = ReportedParameter(kind: i == j ? .variance : .covariance, row: i, column: j)
        return (position.map { reported[$0] } ?? zero, position)
      }
    }
  }

  /// The name of a parameter.
  private static func name(
    _ block: RandomBlock, _ reported: ReportedParameter, group: String, grouped: Bool
  ) -> String {
    let isOwn = block.isComponent
    let prefix = grouped || isOwn ? "" : "\(group): "
    if reported.isShared, let form = block.covariance.form.spelling {
      return "\(prefix)\(form) \(reported.kind == .correlation ? "Corr" : "Var")"
    }
    let own = isOwn && !grouped ? group : block.names[reported.column]
    return reported.kind == .variance
      ? "\(prefix)\(own) Var" : "\(prefix)\(own) x \(block.names[reported.row]) Cov"
  }

  /// Names of all parameters, fixed effects first.
  var names: [String] { fixedNames + entries.map(\.name) }
  /// Number of all parameters.
  var count: Int { fixedNames.count + entries.count }

  /// The parameters' values at a list of covariance matrices, one per block.
  func values(in covariances: [Matrix]) -> [Double] {
    let known = zip(forms, covariances).map { $0.values(of: $1) }
    return entries.map { entry in
      entry.position.map { known[entry.block][$0] } ?? covariances[entry.block][entry.row, entry.column]
    }
  }

  /// The same values in the response's units, of covariances divided by `scale`.
  func values(in covariances: [Matrix], scale: Double) -> [Double] {
    zip(entries, values(in: covariances)).map { $0.hasUnit ? $1 * scale : $1 }
  }

  /// Covariance matrices with the given values of the parameters.
  func covariances(_ values: [Double], blocks: [RandomBlock]) -> [Matrix] {
    var result: [Matrix] = []
    for (index, block) in blocks.enumerated() {
      let own = zip(entries, values).filter { $0.0.block == index }
      var matrix = block.covariance.form.covariance(
        values: own.filter { $0.0.position != nil }.map(\.1), width: block.width)
      for (entry, value) in own where entry.position == nil {
        matrix[entry.row, entry.column] = value
        matrix[entry.column, entry.row] = value
      }
      result.append(matrix)
    }
    return result
  }

  /// Derivatives by the parameters of a function with derivatives F by each block's covariance matrix; zero for entries
  /// that are zero by construction.
  func derivatives(_ derivatives: [Matrix], at covariances: [Matrix]) -> [Double] {
    entries.map { entry in
      guard entry.engineIndex != nil, let position = entry.position else { return 0 }
      return forms[entry.block].derivative(
        derivatives[entry.block], by: position, at: covariances[entry.block])
    }
  }
}
