import DataFrames
import LinearAlgebra

/// What the columns of a design matrix mean, and how to build them from data.
///
/// Python: patsy.DesignInfo
public struct DesignInfo: Sendable {
  /// The columns' names.
  ///
  /// Python: DesignInfo.column_names
  public let columnNames: [String]
  /// The factors, by themselves; nil when the columns come from no formula.
  ///
  /// Python: DesignInfo.factor_infos
  public let factorInfos: [EvalFactor: FactorInfo]?
  /// The terms in the order of their columns, each with its blocks; nil when the columns come from no formula.
  ///
  /// Python: DesignInfo.term_codings
  public let termCodings: [(term: Term, subterms: [SubtermInfo])]?
  /// The columns of each term by name, in order.
  ///
  /// Python: DesignInfo.term_name_slices
  public let termNameSlices: [(name: String, slice: Range<Int>)]
  /// The factors in the order in which data are asked for them: that of the formula.
  package let factors: [EvalFactor]

  /// Columns that come from no formula; each is a term of its own.
  ///
  /// Python: DesignInfo(column_names)
  public init(_ columnNames: [String]) {
    self.columnNames = columnNames
    factorInfos = nil
    termCodings = nil
    termNameSlices = columnNames.enumerated().map { ($1, $0..<($0 + 1)) }
    factors = []
  }

  init(
    factorInfos: [EvalFactor: FactorInfo], termCodings: [(term: Term, subterms: [SubtermInfo])],
    written terms: [Term]? = nil
  ) throws(PatsyError) {
    self.factorInfos = factorInfos
    self.termCodings = termCodings
    factors = (terms ?? termCodings.map(\.term)).flatMap(\.factors).uniqued()
    var names: [String] = []
    var slices: [(name: String, slice: Range<Int>)] = []
    for (term, subterms) in termCodings {
      let start = names.count
      for subterm in subterms { names += ColumnCombinations.names(of: subterm, factorInfos) }
      slices.append((term.name, start..<names.count))
    }
    columnNames = names
    termNameSlices = slices
    try Self.requireDistinct(names, slices)
  }

  /// Names tell columns apart, and a name shared by a term and a column means the same column.
  private static func requireDistinct(
    _ names: [String], _ slices: [(name: String, slice: Range<Int>)]
  ) throws(PatsyError) {
    // As levels names compare code point by code point: an accent and its letter may be one or two.
    var position: [ColumnValue: Int] = [:]
    for (index, name) in names.enumerated() where position.updateValue(index, forKey: .string(name)) != nil {
      throw PatsyError("mismatch between column_names and columns coded by given terms")
    }
    for (name, slice) in slices {
      if let index = position[.string(name)], slice != index..<(index + 1) {
        throw PatsyError("term/column name collision")
      }
    }
  }

  /// The terms in the order of their columns; nil when the columns come from no formula.
  ///
  /// Python: DesignInfo.terms
  public var terms: [Term]? { termCodings?.map(\.term) }

  /// The terms' names in the order of their columns.
  ///
  /// Python: DesignInfo.term_names
  public var termNames: [String] { termNameSlices.map(\.name) }

  /// The columns of each term; nil when the columns come from no formula.
  ///
  /// Python: DesignInfo.term_slices
  public var termSlices: [Term: Range<Int>]? {
    termCodings.map { codings in
      Dictionary(uniqueKeysWithValues: zip(codings.map(\.term), termNameSlices.map(\.slice)))
    }
  }

  /// The position of each column by name.
  ///
  /// Python: DesignInfo.column_name_indexes
  public var columnNameIndexes: [String: Int] {
    Dictionary(zip(columnNames, columnNames.indices), uniquingKeysWith: { $1 })
  }

  /// The columns of a term or the column of that name.
  ///
  /// - Throws: ``PatsyError`` when there is neither.
  ///
  /// Python: DesignInfo.slice
  public func slice(_ name: String) throws(PatsyError) -> Range<Int> {
    if let found = termNameSlices.first(where: { $0.name == name }) { return found.slice }
    if let index = columnNames.firstIndex(of: name) { return index..<(index + 1) }
    throw PatsyError("unknown column specified '\(name)'")
  }

  /// The columns of a term.
  ///
  /// - Throws: ``PatsyError`` when the design does not have it.
  ///
  /// Python: DesignInfo.slice
  public func slice(_ term: Term) throws(PatsyError) -> Range<Int> {
    guard let slice = termSlices?[term] else {
      throw PatsyError("unknown column specified '\(term.name)'")
    }
    return slice
  }

  /// The linear constraints on the columns' coefficients that `like` stands for: `"x1 = x2, x3 = 0"`.
  ///
  /// - Throws: ``PatsyError``; for a text it points at the part that is wrong.
  ///
  /// Python: DesignInfo.linear_constraint
  public func linearConstraint(_ like: ConstraintLike) throws -> LinearConstraint {
    try LinearConstraint(like, variableNames: columnNames)
  }

  /// The terms in the notation of formulas: `1 + a + x`.
  ///
  /// Python: DesignInfo.describe
  public func describe() -> String {
    termNames.map { $0 == "Intercept" ? "1" : $0 }.joined(separator: " + ")
  }

  /// The design of some of the terms, coded as they are in this one.
  ///
  /// - Parameter formula: a formula of the wanted terms; as always it has an intercept unless it is removed.
  ///
  /// Python: DesignInfo.subset
  public func subset(_ formula: String) throws(PatsyError) -> DesignInfo {
    let model = try ModelDesc.fromFormula(formula)
    guard model.lhsTermlist.isEmpty else { throw PatsyError("right-hand-side-only formula required") }
    return try subset(model.rhsTermlist.map(\.name))
  }

  /// The design of the terms of the given names, coded as they are in this one, in the order given.
  ///
  /// Python: DesignInfo.subset
  public func subset(_ termNames: [String]) throws(PatsyError) -> DesignInfo {
    var positions: [Int] = []
    for name in termNames {
      guard let position = self.termNames.firstIndex(of: name) else {
        throw PatsyError("unknown term '\(name)'")
      }
      positions.append(position)
    }
    guard let termCodings, let factorInfos else {
      return DesignInfo(positions.flatMap { Array(columnNames[termNameSlices[$0].slice]) })
    }
    let codings = positions.map { termCodings[$0] }
    let wanted = Set(codings.flatMap(\.term.factors))
    return try DesignInfo(factorInfos: factorInfos.filter { wanted.contains($0.key) }, termCodings: codings)
  }
}
