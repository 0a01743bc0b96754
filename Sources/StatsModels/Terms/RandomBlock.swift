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
  /// Number of independent vectors of effects.
  var levelCount: Int { parts.reduce(0) { $0 + $1.levelCount } }
  /// Number of effects in a vector.
  var width: Int { names.count }

  /// The engine's view; parts of one component share their variance through `tie`.
  func engineTerms(tie: Int) -> [RandomTerm] {
    parts.map {
      RandomTerm(
        codes: $0.codes, levelCount: $0.levelCount, columns: $0.columns, covariance: covariance,
        tie: covariance == .tied && parts.count > 1 ? tie : nil)
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
  /// Columns listed per group.
  case listed([[Column]])

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
    case .listed(let lists): lists[group]
    }
  }
}

/// A variance component that is one product of full-coded categorical factors and numeric factors
/// (`0 + C(a)`, `0 + a:b`, `0 + x`, `0 + C(a):x`): coded once for the whole data, named group by group on demand.
struct CodedComponent: Sendable {
  /// A factor of the product in written order.
  enum Factor: Sendable {
    case categorical(CodedFactor)
    case numeric(name: String)
  }
  let factors: [Factor]
  /// Effect of each row.
  let codes: [Int32]

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
