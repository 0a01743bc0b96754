import DataFrames
import LinearAlgebra

/// Numpy's functions that are neither element by element nor plain summaries, and its constants.
enum NumpyFunctions {
  /// Everything in the namespace `np`.
  static let table: [String: FormulaValue] = {
    var table: [String: FormulaValue] = [
      "pi": .double(.pi), "e": .double(2.718281828459045), "nan": .double(.nan), "inf": .double(.infinity),
      "newaxis": .none, "c_": .module("numpy.c_"), "linalg": .module("numpy.linalg"),
      "char": .module("numpy.char"), "True_": .boolean(true),
      "False_": .boolean(false),
    ]
    for (name, function) in NumpyUfuncs.table { table[name] = .function(function) }
    for (name, reduction) in Reductions.table {
      table[name] = .function(Reductions.function(reduction, name: name))
      table["nan" + name] = .function(
        Reductions.function(reduction, name: "nan" + name, skipsMissing: true))
    }
    for (alias, name) in ["amin": "min", "amax": "max", "average": "mean"] { table[alias] = table[name] }
    for function in arrays + NumpyMaking.functions + NumpyShapes.functions + PandasTime.numpy
      + [NumpyPiecewise.function]
    {
      table[function.name] = .function(function)
    }
    for (alias, name) in ["around": "round", "array": "asarray", "asanyarray": "asarray", "copy": "asarray"] {
      table[alias] = table[name]
    }
    for (name, function) in Conversions.numpyTypes { table[name] = .function(function) }
    return table
  }()

  private static let arrays: [FormulaFunction] = [
    FormulaFunction("where", isElementwise: true, choose),
    FormulaFunction("clip", isElementwise: true) { arguments in
      let bound = try arguments.bound(to: ["a", "a_min", "a_max", "min", "max"], in: "clip")
      if bound["min"] == nil, bound["max"] == nil, (bound["a_min"] == nil) != (bound["a_max"] == nil) {
        let absent = bound["a_min"] == nil ? "a_min" : "a_max"
        throw EvaluationError.type("clip() missing 1 required positional argument: '\(absent)'")
      }
      return try clip(
        bound["a"] ?? .none, bound["a_min"] ?? bound["min"] ?? .none, bound["a_max"] ?? bound["max"] ?? .none)
    },
    FormulaFunction("round", isElementwise: true) { arguments in
      let bound = try arguments.bound(to: ["a", "decimals"], in: "round")
      return try round(bound["a"] ?? .none, decimals: decimals(bound["decimals"]))
    },
    FormulaFunction("isin", isElementwise: true) { arguments in
      let bound = try arguments.bound(to: ["element", "test_elements"], required: 2, in: "isin")
      return try isIn(bound["element"] ?? .none, bound["test_elements"] ?? .none)
    },
    FormulaFunction("cumsum") { try accumulate($0, "cumsum", { $0 + $1 }, { $0 &+ $1 }) },
    FormulaFunction("cumprod") { try accumulate($0, "cumprod", { $0 * $1 }, { $0 &* $1 }) },
    FormulaFunction("quantile") { try quantile($0, "quantile", scale: 1, skipsMissing: false) },
    FormulaFunction("percentile") { try quantile($0, "percentile", scale: 100, skipsMissing: false) },
    FormulaFunction("nanquantile") { try quantile($0, "nanquantile", scale: 1, skipsMissing: true) },
    FormulaFunction("nanpercentile") { try quantile($0, "nanpercentile", scale: 100, skipsMissing: true) },
    FormulaFunction("size") { .integer(try $0.bound(to: ["a"], in: "size")["a"]?.rowCount ?? 1) },
    FormulaFunction("all") { arguments in
      let value = try arguments.bound(to: ["a"], in: "all")["a"] ?? .none
      return .boolean(try truths(value).allSatisfy { $0 })
    },
    FormulaFunction("any") { arguments in
      let value = try arguments.bound(to: ["a"], in: "any")["a"] ?? .none
      return .boolean(try truths(value).contains(true))
    },
    FormulaFunction("nan_to_num", isElementwise: true) { arguments in
      let bound = try arguments.bound(to: ["x", "copy", "nan"], in: "nan_to_num")
      let value = bound["x"] ?? .none
      guard let operand = Operand(value), !operand.isIntegral else { return value }
      let filler = bound["nan"]?.number ?? 0
      let limit = Double.greatestFiniteMagnitude
      return FormulaValue(
        operand.doubles.map { $0.isNaN ? filler : min(max($0, -limit), limit) }, like: operand.shape,
        isSeries: value.isSeries)
    },
    FormulaFunction("digitize", isElementwise: true) { arguments in
      let bound = try arguments.bound(to: ["x", "bins", "right"], required: 2, in: "digitize")
      return try search(
        bound["bins"] ?? .none, bound["x"] ?? .none, right: !(bound["right"]?.truth() ?? false))
    },
    FormulaFunction("searchsorted", isElementwise: true) { arguments in
      let bound = try arguments.bound(to: ["a", "v", "side"], required: 2, in: "searchsorted")
      var right = false
      if case .string("right")? = bound["side"] { right = true }
      return try search(bound["a"] ?? .none, bound["v"] ?? .none, right: right)
    },
    FormulaFunction("interp", isElementwise: true) { arguments in
      let bound = try arguments.bound(to: ["x", "xp", "fp"], required: 3, in: "interp")
      return try interpolate(bound["x"] ?? .none, bound["xp"] ?? .none, bound["fp"] ?? .none)
    },
    FormulaFunction("unique") { arguments in
      let value = try (arguments.bound(to: ["ar"], in: "unique")["ar"] ?? .none).asArray()
      guard case .vector(let vector) = value else { return value }
      return .vector(
        FormulaVector(
          ColumnValue.columnStorage(
            Column(storage: vector.storage).factorized().levels.map { $0 as ColumnValue? })))
    },
  ]

  static func truths(_ value: FormulaValue) throws -> [Bool] {
    guard let operand = Operand(value) else { return try (value.elements ?? [value]).map { try $0.truth() } }
    switch operand.doubles {
    case .one(let number): return [number != 0]
    case .many(let values): return values.map { $0 != 0 }
    }
  }
}
