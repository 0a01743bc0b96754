/// What becomes of the values of a group. Missing values do not count.
///
/// Python: the functions of DataFrameGroupBy.agg
public enum Aggregation: Sendable {
  /// The arithmetic mean.
  case mean
  /// The sum, 0 for none; texts are joined.
  case sum
  /// The standard deviation with divisor n - 1.
  case std
  /// The variance with divisor n - 1.
  case `var`
  /// The standard error of the mean.
  case sem
  /// The least value.
  case min
  /// The greatest value.
  case max
  /// The middle value, or the mean of the middle two.
  case median
  /// The first value.
  case first
  /// The last value.
  case last
  /// The number of rows, missing values included.
  case size
  /// The number of values.
  case count
  /// The number of distinct values.
  case nunique
  /// The product, 1 for none.
  case prod
  /// Whether some value is true, or a number other than 0, or a text that is not empty.
  case any
  /// Whether all values are true, or numbers other than 0, or texts that are not empty.
  case all
  /// The quantile at a fraction from 0 to 1, linear between neighbours.
  case quantile(Double)
  /// A function of the group's values, given in their order with missing ones.
  case custom(@Sendable (Column) throws -> Double)

  /// The name that pandas gives the function: `mean`, `nunique`.
  public var name: String {
    switch self {
    case .mean: "mean"
    case .sum: "sum"
    case .std: "std"
    case .var: "var"
    case .sem: "sem"
    case .min: "min"
    case .max: "max"
    case .median: "median"
    case .first: "first"
    case .last: "last"
    case .size: "size"
    case .count: "count"
    case .nunique: "nunique"
    case .prod: "prod"
    case .any: "any"
    case .all: "all"
    case .quantile: "quantile"
    case .custom: "custom"
    }
  }

  /// Whether only numbers and truth values have such a value.
  var needsNumbers: Bool {
    switch self {
    case .mean, .std, .var, .sem, .median, .prod, .quantile: true
    default: false
    }
  }
}

extension Aggregation {
  /// The value of each group.
  ///
  /// - Throws: ``DataFrameError`` for a column of a type that has no such value, and what a custom function
  ///   throws.
  func callAsFunction(_ column: Column, _ grouping: Grouping) throws -> Column {
    if case .time(let times) = column.storage, let found = try TimeTotals(times, grouping).value(of: self) {
      return Column(name: column.name, storage: .time(found))
    }
    if needsNumbers, let error = column.typeError("\(name)()") { throw error }
    return Column(name: column.name, storage: try storage(column, grouping))
  }

  private func storage(_ column: Column, _ grouping: Grouping) throws -> Column.Storage {
    switch self {
    case .mean: return .double(sums(column, grouping).means())
    case .std: return .double(sums(column, grouping).variances(ddof: 1).map { $0.squareRoot() })
    case .var: return .double(sums(column, grouping).variances(ddof: 1))
    case .sem: return .double(sums(column, grouping).standardErrors(ddof: 1))
    case .median: return Self.quantiles(column, grouping, at: 0.5)
    case .quantile(let fraction):
      guard (0...1).contains(fraction) else {
        throw DataFrameError(.invalidArgument, "quantile(\(fraction)): a fraction lies between 0 and 1")
      }
      return Self.quantiles(column, grouping, at: fraction)
    case .sum: return try GroupTotals.sum(column, grouping)
    case .prod: return GroupTotals.product(column, grouping)
    case .any, .all: return GroupTotals.truth(column, grouping, all: name == "all")
    case .size: return .integer(grouping.sizes, missing: nil)
    case .count: return .integer(GroupTotals.counts(column, grouping), missing: nil)
    case .nunique: return .integer(GroupTotals.distinct(column, grouping), missing: nil)
    case .min, .max:
      if case .categorical(let categories) = column.storage, !categories.ordered {
        throw DataFrameError(
          .wrongType,
          "column \(PythonText.quoted(column.name)) holds categories without an order: \(name)() needs "
            + "Categorical(…, ordered: true) or astype(.string)")
      }
      return column.rows(withGaps: GroupRows.extreme(column, grouping, greatest: name == "max")).storage
    case .first, .last:
      return column.rows(withGaps: GroupRows.end(column, grouping, last: name == "last")).storage
    case .custom(let function):
      let (rows, starts) = grouping.ordered()
      return .double(
        try (0..<grouping.count).map { group in
          try function(column.rows(uncheckedPositions: Array(rows[starts[group]..<starts[group + 1]])))
        })
    }
  }

  private func sums(_ column: Column, _ grouping: Grouping) -> GroupSums {
    GroupSums(values: Self.numbers(column), codes: grouping.codes, count: grouping.count)
  }

  private static func quantiles(_ column: Column, _ grouping: Grouping, at fraction: Double) -> Column.Storage
  {
    .double(GroupQuantiles.quantiles(numbers(column), grouping, at: fraction))
  }

  /// The numbers of a column that holds no texts, which includes a column of nothing but missing texts.
  static func numbers(_ column: Column) -> [Double] {
    column.doubles ?? [Double](repeating: .nan, count: column.count)
  }
}
