import DataFrames

/// What this package answers to the cases of `generators/random_frames.py`.
struct RandomOperations {
  let entry: PandasCases.Case
  let data: DataFrame
  /// All frames of the file.
  let frames: [DataFrame]

  struct UnknownOperation: Error { let name: String }

  /// The answer as a frame.
  func answer() throws -> DataFrame {
    for area in [series, elements, rows, groups, several, levelsAndTimes, files] {
      if let found = try area() { return found }
    }
    throw UnknownOperation(name: entry.op)
  }

  // What the cases' arguments are.
  var name: String { entry["column"].text }
  var column: Column { data[name] }
  var function: String { entry["function"].text }
  func optional(_ name: String) -> Int? { entry[name].level.flatMap { Int($0.description) } }
  func numberOrNil(_ name: String) -> Double? { entry[name].level?.number }
  func single(_ column: Column) throws -> DataFrame { try DataFrame(columns: [column]) }
  func single(_ mask: Mask, _ name: String) throws -> DataFrame { try DataFrame([name: mask]) }
  func value(_ value: some ColumnConvertible) throws -> DataFrame { try DataFrame(["value": value]) }

  static let aggregations: [String: Aggregation] = Dictionary(
    uniqueKeysWithValues: [
      .mean, .sum, .std, .var, .sem, .min, .max, .median, .first, .last, .size, .count, .nunique, .prod, .any,
      .all,
    ].map { (function: Aggregation) in (function.name, function) })

  func aggregation() throws -> Aggregation {
    guard let found = Self.aggregations[function] else { throw UnknownOperation(name: function) }
    return found
  }

  static func summary(_ window: RollingWindow, _ function: String) throws -> Column {
    switch function {
    case "mean": window.mean()
    case "sum": window.sum()
    case "std": window.std()
    case "var": window.var()
    case "sem": window.sem()
    case "min": window.min()
    case "max": window.max()
    case "median": window.median()
    case "count": window.count()
    default: throw UnknownOperation(name: function)
    }
  }

  static func reduction(_ column: Column, _ function: String) throws -> Double {
    switch function {
    case "sum": column.sum()
    case "mean": column.mean()
    case "std": column.std()
    case "var": column.var()
    case "min": column.min()
    case "max": column.max()
    case "median": column.median()
    case "nunique": Double(column.nunique())
    case "count": Double(column.nonMissingCount)
    case "prod": column.prod()
    case "sem": column.sem()
    case "skew": column.skew()
    case "kurt": column.kurt()
    default: throw UnknownOperation(name: function)
    }
  }
}

extension RandomOperations {
  /// Windows, gaps, counts.
  private func series() throws -> DataFrame? {
    switch entry.op {
    case "rolling":
      let window = try column.rolling(
        entry["window"].whole, minPeriods: optional("least"), center: entry["center"].flag)
      return try single(Self.summary(window, function))
    case "rolling quantile":
      return try single(
        column.rolling(entry["window"].whole, minPeriods: 1).quantile(entry["q"].number))
    case "expanding":
      return try single(Self.summary(column.expanding(minPeriods: entry["least"].whole), function))
    case "group rolling":
      let window = try data.groupby(entry["key"].text)[name].rolling(entry["window"].whole, minPeriods: 1)
      return try single(Self.summary(window, function))
    case "ewm":
      return try single(
        column.ewm(
          com: numberOrNil("com"), span: numberOrNil("span"), halflife: numberOrNil("halflife"),
          alpha: numberOrNil("alpha"), minPeriods: entry["min_periods"].whole, adjust: entry["adjust"].flag,
          ignoreNa: entry["ignore_na"].flag
        ).mean())
    case "ffill": return try single(column.ffill(limit: optional("limit")))
    case "bfill": return try single(column.bfill(limit: optional("limit")))
    case "group ffill": return try single(data.groupby("b")[name].ffill(limit: optional("limit")))
    case "interpolate": return try single(column.interpolate(limit: optional("limit")))
    case "fillna column": return try single(column.fillna(data[entry["other"].text]))
    case "fillna": return try single(column.fillna(entry["value"].level ?? .double(.nan)))
    case "fill by group":
      return try single(data["y"].fillna(data.groupby(entry["key"].text).transform("y", .mean)))
    case "value_counts":
      return try column.valueCounts(
        normalize: entry["normalize"].flag, sort: entry["sort"].flag, ascending: entry["ascending"].flag,
        dropna: entry["dropna"].flag)
    case "value_counts bins":
      return try data["y"].valueCounts(normalize: false, sort: false, bins: entry["bins"].whole)
    case "reduce": return try value(Self.reduction(column, function))
    case "unique":
      return try single(column.dropna().rows((!column.dropna().duplicated()).positions).renamed("value"))
    case "nlargest": return try single(column.nlargest(entry["n"].whole))
    case "nsmallest": return try single(column.nsmallest(entry["n"].whole))
    case "duplicated":
      return try single(column.duplicated(keep: entry["keep"].text == "first" ? .first : .last), name)
    case "describe": return data[entry["columns"].texts].describe()
    case "agg": return try data[entry["columns"].texts].agg([.mean, .std, .min, .median, .count])
    default: return nil
    }
  }

  /// Values one by one.
  private func elements() throws -> DataFrame? {
    let other = entry["other"].optionalText.flatMap { data.contains($0) ? data[$0] as Column : nil }
    switch entry.op {
    case "isin": return try single(column.isin(entry["values"].items.map(\.level)), name)
    case "between":
      guard let ends = IntervalEnds(rawValue: entry["inclusive"].text) else { return nil }
      return try single(column.between(entry["lower"].number, entry["upper"].number, inclusive: ends), name)
    case "compare":
      return try other.map { try single(compared(column, $0), name == entry["other"].text ? name : "") }
    case "compare scalar":
      return try entry["value"].level.map { try single(compared(column, $0), name) }
    case "arithmetic":
      return try other.map { try single(combined(column, $0).renamed(name == $0.name ? name : "")) }
    case "astype":
      guard let type = ColumnType(rawValue: entry["type"].text) else { return nil }
      return try single(column.converted(to: type))
    case "map": return try single(column.map(lookup))
    case "replace": return try single(column.replace(lookup))
    case "where": return try single(column.where(data["flag"].mask))
    case "mask missing": return try single(column.mask(data["n"] > 0))
    case "round": return data.round(entry["decimals"].whole)
    case "abs": return try single(column.abs())
    case "shift": return try single(column.shift(entry["periods"].whole))
    case "diff": return try single(column.diff())
    case "rank":
      guard let method = RankMethod(rawValue: entry["method"].text) else { return nil }
      return try single(column.rank(method: method, ascending: entry["ascending"].flag))
    default: return nil
    }
  }

  private var lookup: [ColumnValue: ColumnValue] {
    let target = entry["to"].level ?? 0
    return Dictionary(entry["from"].items.compactMap(\.level).map { ($0, target) }, uniquingKeysWith: { $1 })
  }

  private func compared(_ a: Column, _ b: some ColumnConvertible) throws -> Mask {
    switch entry["relation"].text {
    case "eq": try a.eq(b)
    case "ne": try a.ne(b)
    case "lt": try a.lt(b)
    case "le": try a.le(b)
    case "gt": try a.gt(b)
    default: try a.ge(b)
    }
  }

  private func combined(_ a: Column, _ b: Column) throws -> Column {
    switch entry["operator"].text {
    case "add": try a.add(b)
    case "sub": try a.sub(b)
    case "mul": try a.mul(b)
    default: try a.truediv(b)
    }
  }
}
