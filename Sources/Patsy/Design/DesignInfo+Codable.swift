import DataFrames
import LinearAlgebra

/// A design saved with what its transforms have learned: it codes new data without the old.
///
/// Functions of an ``EvalEnvironment`` cannot be saved: put the environment under ``DesignInfo/environmentKey`` into
/// the decoder's `userInfo` when the formula uses any. Numbers that are not finite need the encoder's and
/// decoder's strategies for them.
extension DesignInfo: Codable {
  /// Where a decoder's `userInfo` holds the ``EvalEnvironment`` that the formula uses.
  public static let environmentKey = CodingUserInfoKey(rawValue: "Patsy.EvalEnvironment")

  private enum Key: String, CodingKey { case columnNames, factors, terms }

  /// Writes names, factors with their memory, and the coding of each term.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(columnNames, forKey: .columnNames)
    guard let factorInfos, let termCodings else { return }
    try container.encode(factors.compactMap { factorInfos[$0] }.map(SavedFactor.init), forKey: .factors)
    try container.encode(termCodings.map { SavedTerm($0.term, $0.subterms) }, forKey: .terms)
  }

  /// Reads a design.
  ///
  /// - Throws: a decoding error, or ``PatsyError`` when factors cannot be evaluated here.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    guard let saved = try container.decodeIfPresent([SavedFactor].self, forKey: .factors) else {
      self.init(try container.decode([String].self, forKey: .columnNames))
      return
    }
    let infos = saved.map(\.info)
    let table = Dictionary(infos.map { ($0.factor, $0) }, uniquingKeysWith: { $1 })
    let terms = try container.decode([SavedTerm].self, forKey: .terms)
    let codings = try terms.map { try $0.coding(table) }
    try self.init(factorInfos: table, termCodings: codings)
  }
}

/// A factor with its kind and memory.
private struct SavedFactor: Codable {
  let info: FactorInfo

  private enum Key: String, CodingKey { case code, formula, span, columns, levels, memory }

  init(_ info: FactorInfo) { self.info = info }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(info.factor.code, forKey: .code)
    if let origin = info.factor.origin {
      try container.encode(origin.code, forKey: .formula)
      try container.encode([origin.start, origin.end], forKey: .span)
    }
    try container.encodeIfPresent(info.numColumns, forKey: .columns)
    try container.encodeIfPresent(info.categories?.map(SavedLevel.init), forKey: .levels)
    var memory = container.nestedUnkeyedContainer(forKey: .memory)
    for (_, transform) in info.state.transforms.sorted(by: { $0.key < $1.key }) {
      try encode(transform, to: memory.superEncoder())
    }
  }

  private func encode(_ transform: some StatefulTransform, to encoder: any Encoder) throws {
    try transform.encode(to: encoder)
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    var origin: Origin?
    if let formula = try container.decodeIfPresent(String.self, forKey: .formula) {
      let span = try container.decode([Int].self, forKey: .span)
      guard span.count == 2 else {
        throw DecodingError.dataCorruptedError(forKey: .span, in: container, debugDescription: "not a span")
      }
      origin = Origin(code: formula, start: span[0], end: span[1])
    }
    let factor = EvalFactor(normalized: try container.decode(String.self, forKey: .code), origin: origin)
    let environment =
      DesignInfo.environmentKey.flatMap { decoder.userInfo[$0] as? EvalEnvironment } ?? EvalEnvironment()
    var state = try FactorState(factor, environment: environment)
    var memory = try container.nestedUnkeyedContainer(forKey: .memory)
    try state.restore { fresh in try Self.decode(fresh, from: memory.superDecoder()) }
    let levels = try container.decodeIfPresent([SavedLevel].self, forKey: .levels)?.map(\.level)
    let columns = try container.decodeIfPresent(Int.self, forKey: .columns)
    info = FactorInfo(
      factor: factor, type: levels == nil ? .numerical : .categorical,
      numColumns: levels == nil ? columns ?? 1 : nil, categories: levels, state: state)
  }

  private static func decode<Transform: StatefulTransform>(
    _ fresh: Transform, from decoder: any Decoder
  ) throws -> any StatefulTransform {
    try Transform(from: decoder)
  }
}

/// A level by type: `{"string": "a"}`, `{"integer": 1}`.
private struct SavedLevel: Codable {
  let level: ColumnValue

  private enum Key: String, CodingKey { case string, integer, double, boolean }

  init(_ level: ColumnValue) { self.level = level }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    switch level {
    case .string(let value): try container.encode(value, forKey: .string)
    case .integer(let value): try container.encode(value, forKey: .integer)
    case .double(let value): try container.encode(value, forKey: .double)
    case .boolean(let value): try container.encode(value, forKey: .boolean)
    }
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    if let value = try container.decodeIfPresent(String.self, forKey: .string) {
      level = .string(value)
    } else if let value = try container.decodeIfPresent(Int.self, forKey: .integer) {
      level = .integer(value)
    } else if let value = try container.decodeIfPresent(Bool.self, forKey: .boolean) {
      level = .boolean(value)
    } else {
      level = .double(try container.decode(Double.self, forKey: .double))
    }
  }
}

/// A term by its factors' texts, with its blocks.
private struct SavedTerm: Codable {
  struct Block: Codable {
    var factors: [String]
    var contrasts: [String: SavedContrast]
    var columns: Int
  }

  var factors: [String]
  var blocks: [Block]

  init(_ term: Term, _ subterms: [SubtermInfo]) {
    factors = term.factors.map(\.code)
    blocks = subterms.map { subterm in
      Block(
        factors: subterm.factors.map(\.code),
        contrasts: Dictionary(
          subterm.contrastMatrices.map { ($0.key.code, SavedContrast($0.value)) }, uniquingKeysWith: { $1 }),
        columns: subterm.numColumns)
    }
  }

  func coding(_ infos: [EvalFactor: FactorInfo]) throws -> (term: Term, subterms: [SubtermInfo]) {
    func factor(_ code: String) throws -> EvalFactor {
      guard let info = infos[EvalFactor(normalized: code, origin: nil)] else {
        throw PatsyError("the saved design has no factor '\(code)'")
      }
      return info.factor
    }
    let subterms = try blocks.map { block in
      var matrices: [EvalFactor: ContrastMatrix] = [:]
      for (code, contrast) in block.contrasts {
        let key = try factor(code)
        matrices[key] = try contrast.matrix(levels: infos[key]?.categories?.count ?? 0)
      }
      return SubtermInfo(
        factors: try block.factors.map(factor), contrastMatrices: matrices, numColumns: block.columns)
    }
    return (Term(try factors.map(factor)), subterms)
  }
}

/// A coding: its suffixes, and its matrix unless the columns are indicators.
private struct SavedContrast: Codable {
  var suffixes: [String]
  var codes: [Double]?
  var omitted: Int?

  init(_ contrast: ContrastMatrix) {
    suffixes = contrast.columnSuffixes
    if let indicators = contrast.indicators {
      omitted = indicators.omitted
    } else {
      codes = contrast.matrix.storage
    }
  }

  func matrix(levels: Int) throws -> ContrastMatrix {
    guard let codes else {
      guard suffixes.count == levels - (omitted == nil ? 0 : 1), (omitted ?? 0) >= 0, (omitted ?? -1) < levels
      else { throw PatsyError("a saved coding does not fit its levels") }
      return ContrastMatrix(indicatorsOf: levels, omitting: omitted, suffixes: suffixes)
    }
    guard codes.count == levels * suffixes.count else {
      throw PatsyError("a saved coding does not fit its levels")
    }
    return ContrastMatrix(
      matrix: Matrix(rows: levels, columns: suffixes.count, columnMajor: codes), suffixes: suffixes)
  }
}
