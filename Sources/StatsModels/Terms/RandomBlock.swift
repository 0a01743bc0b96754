import MixedModels

/// One covariance block of a model: what results name, and the engine terms that carry it.
///
/// All three ways to write a model (groups with formulas, bars, arrays) end as a list of blocks.
struct RandomBlock: Sendable {
  /// Codes and regressors of one engine term.
  struct Part: Sendable {
    var codes: [Int32]
    var levelCount: Int
    var columns: [[Double]?]
  }

  /// The factor as written (`school:class`), the group's name, or the component's name.
  var group: String
  /// Effect names, as patsy names the columns (`Intercept`, `Time`).
  var names: [String]
  /// Form of the block's covariance matrix.
  var covariance: RandomTerm.Covariance
  /// One part; a variance component whose rows touch several columns has one per class of columns.
  var parts: [Part]
  /// The levels, except for variance components.
  var factor: GroupingFactor?
  /// The columns of a variance component.
  var component: ComponentColumns?
  /// Where a bar stands in the formula, for messages: positions of its operand.
  var position: Range<Int>?

  /// True of a variance component (`vcFormula`, `exogVc`): one variance, effects named `component[column]`.
  var isComponent: Bool { component != nil }
  /// Whether the block has covariances of its own, which a diagonal one has not.
  var hasCovariances: Bool {
    covariance.form.reported(width: width).contains { $0.kind == .covariance }
  }
  /// Number of independent vectors of effects.
  var levelCount: Int { parts.reduce(0) { $0 + $1.levelCount } }
  /// Number of effects in a vector.
  var width: Int { names.count }

  /// The engine's view; parts of one component share their variance through `tie`.
  func engineTerms(tie: Int) -> [RandomTerm] {
    parts.map {
      RandomTerm(
        codes: $0.codes, levelCount: $0.levelCount, columns: $0.columns, covariance: covariance,
        tie: parts.count > 1 ? tie : nil)
    }
  }
}

extension RandomBlock {
  /// Correlated (or diagonal) effects of a factor.
  init(
    factor: GroupingFactor, names: [String], columns: [[Double]?],
    covariance: RandomTerm.Covariance = .unstructured, position: Range<Int>? = nil
  ) {
    self.init(
      group: factor.name, names: names, covariance: covariance,
      parts: [Part(codes: factor.codes, levelCount: factor.levelCount, columns: columns)],
      factor: factor, component: nil, position: position)
  }
}

/// The columns of a variance component in each top-level group.
enum ComponentColumns: Sendable {
  /// Products of full-coded factors and numbers: columns follow from the codes.
  case coded(CodedComponent)
  /// Columns listed per group, with their coding where there is one.
  case listed([[Column]], coding: ComponentCoding? = nil)

  /// One column: its name and the effect that belongs to it; nil for a column of zeros.
  struct Column: Sendable {
    let name: String
    let part: Int
    let level: Int?
  }

  /// Columns of a group, in statsmodels' order.
  func columns(ofGroup group: Int, rows: ArraySlice<Int32>) -> [Column] {
    switch self {
    case .coded(let component): component.columns(rows: rows)
    case .listed(let lists, _): lists[group]
    }
  }

  /// The factors of the product, nil for a component that was evaluated group by group.
  var factors: [ComponentCoding.Factor]? {
    switch self {
    case .coded(let component): component.factors.map(\.kind)
    case .listed(_, let coding): coding?.factors
    }
  }

  /// What finds the effects of new rows, nil for a component that was evaluated group by group.
  ///
  /// - Parameter groups: the top-level group of each row of the data.
  func coding(groups: [Int32]) -> ComponentCoding? {
    switch self {
    case .coded(let component): component.coding(groups: groups)
    case .listed(_, let coding): coding
    }
  }
}

/// What tells the effects of a coded component apart, without the rows that it was made of.
struct ComponentCoding: Sendable {
  /// A factor of the product in written order.
  enum Factor: Sendable {
    case categorical(name: String, levels: [ColumnValue])
    case numeric(name: String)

    var isCategorical: Bool {
      if case .categorical = self { return true }
      return false
    }
  }
  let factors: [Factor]
  /// Of each effect the top-level group, then a position among the levels of each categorical factor.
  let effects: [[Int32]]
}

/// A variance component that is one product of full-coded categorical factors and numeric factors
/// (`0 + C(a)`, `0 + a:b`, `0 + x`, `0 + C(a):x`): coded once for the whole data, named group by group on demand.
struct CodedComponent: Sendable {
  /// A factor of the product in written order.
  enum Factor: Sendable {
    case categorical(CodedFactor)
    case numeric(name: String)

    var kind: ComponentCoding.Factor {
      switch self {
      case .categorical(let coded): .categorical(name: coded.name, levels: coded.levels)
      case .numeric(let name): .numeric(name: name)
      }
    }
  }
  let factors: [Factor]
  /// Effect of each row.
  let codes: [Int32]

  /// The combinations of group and levels that carry an effect.
  func coding(groups: [Int32]) -> ComponentCoding {
    let coded = factors.compactMap { factor -> CodedFactor? in
      if case .categorical(let coded) = factor { return coded }
      return nil
    }
    var effects = [[Int32]](repeating: [], count: Int(codes.max() ?? -1) + 1)
    for (row, code) in codes.enumerated() where code >= 0 && effects[Int(code)].isEmpty {
      effects[Int(code)] = [groups[row]] + coded.map { $0.codes[row] }
    }
    return ComponentCoding(factors: factors.map(\.kind), effects: effects)
  }

  /// Columns as patsy builds them from the group's rows: all combinations of the levels that occur there, the
  /// leftmost factor fastest; combinations that do not occur are columns of zeros.
  func columns(rows: ArraySlice<Int32>) -> [ComponentColumns.Column] {
    var levels: [[Int32]] = []
    for factor in factors {
      guard case .categorical(let coded) = factor else {
        levels.append([0])
        continue
      }
      if coded.keepsAllLevels {
        levels.append((0..<coded.levels.count).map { Int32(truncatingIfNeeded: $0) })
      } else {
        levels.append(Set(rows.lazy.map { coded.codes[Int($0)] }).sorted())
      }
    }
    var stride = 1
    var places: [[Int32: Int]] = []
    for list in levels {
      places.append(Dictionary(uniqueKeysWithValues: list.enumerated().map { ($1, $0 * stride) }))
      stride *= list.count
    }
    var effects = [Int?](repeating: nil, count: stride)
    for row in rows {
      var place = 0
      for (position, factor) in factors.enumerated() {
        if case .categorical(let coded) = factor { place += places[position][coded.codes[Int(row)]] ?? 0 }
      }
      effects[place] = Int(codes[Int(row)])
    }
    return effects.enumerated().map { place, effect in
      var rest = place
      var names: [String] = []
      for (position, factor) in factors.enumerated() {
        switch factor {
        case .numeric(let name): names.append(name)
        case .categorical(let coded):
          let level = levels[position][rest % levels[position].count]
          rest /= levels[position].count
          names.append("\(coded.name)[\(coded.levels[Int(level)].description)]")
        }
      }
      return ComponentColumns.Column(name: names.joined(separator: ":"), part: 0, level: effect)
    }
  }
}
