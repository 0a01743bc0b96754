import DataFrames

extension RandomOperations {
  /// Rows and columns chosen, ordered, set.
  func rows() throws -> DataFrame? {
    let n = entry["n"].whole
    switch entry.op {
    case "mask": return data[data["n"] > entry["limit"].number]
    case "head": return data.head(n)
    case "tail": return data.tail(n)
    case "iloc":
      let columns = entry["columns"].items.map(\.whole)
      return data[entry["from"].whole..<entry["to"].whole, columns[0]..<columns[1]]
    case "loc": return try data.rows(labels: entry["labels"].texts)
    case "drop": return try data.drop(labels: entry["labels"].texts)
    case "reindex": return try data[["y", "t", "d", "flag", "cat"]].reindex(entry["labels"].texts)
    case "aligned":
      let part = data[data["n"] > 0]
      let backwards = part.rows(Array((0..<part.rowCount).reversed()))
      var result = data[["n"]]
      result["z"] = Labelled(labels: Array(backwards.rowLabels), values: backwards["y"])
      return result
    case "set_index": return try data.setIndex(entry["key"].text)
    case "reset_index": return try data.resetIndex(names: "label")
    case "sort_index": return data.sortIndex(ascending: entry["ascending"].flag)
    case "rename": return try data.rename(columns: [entry["from"].text: entry["to"].text])
    case "set":
      var result = data
      try result.assign(name, where: data["n"] > 0, entry["value"].level ?? .double(.nan))
      return result
    case "transpose": return try data[entry["columns"].texts].transpose()
    case "sort_values":
      return try data.sortValues(
        by: entry["by"].texts, ascending: entry["ascending"].items.map(\.flag),
        naPosition: entry["missing"].text == "first" ? .first : .last)
    case "drop_duplicates": return try data.dropDuplicates(subset: subset)
    case "dropna": return try subset.map { try data.dropna(subset: $0) } ?? data.dropna()
    case "select_dtypes": return data.selectDtypes(include: [.integer, .double])
    default: return nil
    }
  }

  private var subset: [String]? { if case .list = entry["subset"] { entry["subset"].texts } else { nil } }

  /// Values with labels of rows.
  private struct Labelled: ColumnConvertible {
    let labels: [String]
    let values: Column
    var columnCount: Int? { values.count }
    func column(broadcastTo count: Int) -> Column { values }
    var labelsOfRows: [String]? { labels }
  }

  /// Groups.
  func groups() throws -> DataFrame? {
    switch entry.op {
    case "idxmax": return try value(data.groupby(entry["key"].text)[name].idxmax())
    case "group value_counts": return try data.groupby(entry["key"].text)[name].valueCounts()
    case "agg named": return try keyed().agg(named: ["result": (name, aggregation())])
    case "transform": return try single(keyed().transform(name, aggregation()))
    case "size": return try keyed().size()
    case "group head": return try keyed().head(entry["n"].whole)
    case "group filter":
      let least = entry["n"].whole
      return try keyed().filter { $0.rowCount >= least }
    case "keys":
      let keys = try keyed().map { $0.key.map(\.description).joined(separator: ",") }
      return try value(keys.joined(separator: "; "))
    default: return nil
    }
  }

  private func keyed() throws -> GroupBy {
    try data.groupby(entry["keys"].texts, sort: entry["sort"].flag, dropna: entry["dropna"].flag)
  }

  /// Several frames, other shapes.
  func several() throws -> DataFrame? {
    func other() -> DataFrame { frames[entry["other"].whole] }
    switch entry.op {
    case "merge":
      guard let how = JoinType(rawValue: entry["how"].text) else { return nil }
      return try data.merge(other(), on: entry["on"].texts, how: how)
    case "concat": return DataFrame.concat([data, other()])
    case "concat inner": return try DataFrame.concat([data, other()], axis: 0, join: .inner)
    case "join":
      guard let how = JoinType(rawValue: entry["how"].text) else { return nil }
      return try data[["y", "t", "d"]].join(other()[["m", "flag of b"]], how: how)
    case "melt": return try data.melt(idVars: entry["ids"].texts, valueVars: entry["values"].texts)
    case "pivot":
      return try data.pivot(
        index: entry["index"].text, columns: entry["columns"].text, values: entry["values"].text)
    case "pivot_table":
      return try data.pivotTable(
        values: entry["values"].text, index: entry["index"].text, columns: entry["columns"].text,
        aggfunc: aggregation())
    case "get_dummies":
      let names = entry["columns"].texts
      return try data[names + ["y"]].getDummies(names)
    case "cut":
      return try single(
        column.cut(bins: entry["edges"].items.map(\.number), labels: entry["labels"].texts))
    default: return nil
    }
  }
}
