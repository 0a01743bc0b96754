import DataFrames

/// Methods of Series that look at the order of rows or values: shifts, differences, sorting, ranks.
enum SeriesOrder {
  static func method(_ name: String, of vector: FormulaVector) -> FormulaValue? {
    let value = FormulaValue.vector(vector)
    let column = Column(storage: vector.storage)
    func bound(
      _ parameters: [String], _ body: @escaping @Sendable ([String: FormulaValue]) throws -> FormulaValue
    ) -> FormulaValue {
      ColumnMethods.method(name, vector, parameters, required: 0, body)
    }
    switch name {
    case "shift":
      return bound(["periods", "freq", "axis", "fill_value"]) { arguments in
        let filler = arguments["fill_value"]?.level
        if column.isNumeric, filler == nil {
          return .vector(FormulaVector(shifted(try value.doubles(), arguments), isSeries: true))
        }
        return SeriesMethods.series(
          ColumnValue.columnStorage(shifted(column.values, arguments, filler: filler)))
      }
    case "diff":
      return bound(["periods"]) { arguments in
        let values = try value.doubles()
        return .vector(FormulaVector(zip(values, shifted(values, arguments)).map { $0 - $1 }, isSeries: true))
      }
    case "pct_change":
      return bound(["periods"]) { arguments in
        let values = try value.doubles()
        return .vector(
          FormulaVector(zip(values, shifted(values, arguments)).map { $0 / $1 - 1 }, isSeries: true))
      }
    case "sort_values":
      return bound(["axis", "ascending"]) { arguments in
        let ascending = try arguments["ascending"]?.truth() ?? true
        let ranks = try rankable(value)
        let present = ranks.indices.filter { !ranks[$0].isNaN }.sorted {
          ranks[$0] != ranks[$1] ? (ranks[$0] < ranks[$1]) == ascending : $0 < $1
        }
        return .vector(vector.picking(present + ranks.indices.filter { ranks[$0].isNaN }))
      }
    case "head", "tail":
      return bound(["n"]) { arguments in
        let count = min(max(0, arguments["n"]?.wholeNumber ?? 5), vector.count)
        return .vector(
          vector.picking(Array(name == "head" ? 0..<count : vector.count - count..<vector.count)))
      }
    case "reset_index":
      return bound(["level", "drop"]) { arguments in
        guard try arguments["drop"]?.truth() ?? false else { return .object(PandasMaking.frame) }
        var result = vector
        result.labels = nil
        return .vector(result)
      }
    case "rank": return bound(["axis", "method", "ascending", "pct"]) { try rank(value, $0) }
    default: return nil
    }
  }

  private static func shifted(_ values: [Double], _ arguments: [String: FormulaValue]) -> [Double] {
    shifted(values, arguments, filler: .nan)
  }

  /// The value `periods` rows before, `filler` where there is none.
  private static func shifted<T>(_ values: [T], _ arguments: [String: FormulaValue], filler: T) -> [T] {
    let periods = arguments["periods"]?.wholeNumber ?? 1
    return values.indices.map { row in
      let (source, overflow) = row.subtractingReportingOverflow(periods)
      return !overflow && values.indices.contains(source) ? values[source] : filler
    }
  }

  /// Ranks from 1, missing values kept; equal values share their mean rank unless `method` says otherwise.
  private static func rank(_ value: FormulaValue, _ arguments: [String: FormulaValue]) throws -> FormulaValue
  {
    let values = try rankable(value)
    let descending = try !(arguments["ascending"]?.truth() ?? true)
    let percent = try arguments["pct"]?.truth() ?? false
    var method = "average"
    if case .string(let text)? = arguments["method"] { method = text }
    let order = values.indices.filter { !values[$0].isNaN }.sorted {
      let (a, b) = descending ? (values[$1], values[$0]) : (values[$0], values[$1])
      return a != b ? a < b : $0 < $1
    }
    var ranks = [Double](repeating: .nan, count: values.count)
    var start = 0
    var distinct = 0
    while start < order.count {
      var end = start
      while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
      distinct += 1
      for position in start..<end {
        switch method {
        case "min": ranks[order[position]] = Double(start + 1)
        case "max": ranks[order[position]] = Double(end)
        case "first": ranks[order[position]] = Double(position + 1)
        case "dense": ranks[order[position]] = Double(distinct)
        default: ranks[order[position]] = Double(start + end + 1) / 2
        }
      }
      start = end
    }
    let largest = Double(method == "dense" ? distinct : order.count)
    return SeriesMethods.series(.double(percent ? ranks.map { $0 / largest } : ranks))
  }

  /// Numbers in the order of the values: the values themselves, or the positions of texts.
  private static func rankable(_ value: FormulaValue) throws -> [Double] {
    guard case .vector(let vector) = value, vector.texts != nil else { return try value.doubles() }
    return vector.coded().codes.map { $0 < 0 ? .nan : Double($0) }
  }
}
