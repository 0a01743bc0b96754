import DataFrames

/// The functions of pandas that formulas use.
enum PandasFunctions {
  /// Everything in the namespace `pd`.
  static let table: [String: FormulaValue] = {
    var table: [String: FormulaValue] = [:]
    for name in ["isna", "isnull", "notna", "notnull"] {
      table[name] = .function(
        FormulaFunction(name, isElementwise: true) { arguments in
          let value = try arguments.bound(to: ["obj"], in: name)["obj"] ?? .none
          guard case .vector(let vector) = value else {
            let missing = value.isNone || value.number?.isNaN == true
            return .boolean(missing == name.hasPrefix("is"))
          }
          guard case .function(let method)? = SeriesMethods.method(name, of: vector) else { return .none }
          return try method(FunctionArguments())
        })
    }
    for function in PandasCut.functions + PandasMaking.functions + PandasTime.pandas {
      table[function.name] = .function(function)
    }
    table["Series"] = .function(
      FormulaFunction("Series", isElementwise: true) { arguments in
        let value = try (arguments.bound(to: ["data"], in: "Series")["data"] ?? .none).asArray()
        guard case .vector(let vector) = value else { return value }
        return .vector(FormulaVector(vector.storage, isSeries: true))
      })
    table["to_numeric"] = .function(
      FormulaFunction("to_numeric", isElementwise: true) { arguments in
        let bound = try arguments.bound(to: ["arg", "errors"], in: "to_numeric")
        guard case .vector(let vector)? = bound["arg"] else { return bound["arg"] ?? .none }
        if vector.texts == nil { return .vector(vector) }
        var coerces = false
        if case .string("coerce")? = bound["errors"] { coerces = true }
        let texts = TextColumn(.vector(vector))
        let values = try (0..<vector.count).map { row throws -> Double in
          guard let text = texts[row] else { return .nan }
          if let number = PythonNumber.double(text) { return number }
          if coerces { return .nan }
          throw EvaluationError.value("Unable to parse string \(PythonText.quoted(text)) at position \(row)")
        }
        return .vector(FormulaVector(values, isSeries: vector.isSeries))
      })
    table["Categorical"] = .function(
      FormulaFunction("Categorical") { arguments in
        let bound = try arguments.bound(to: ["values", "categories", "ordered"], in: "Categorical")
        guard case .vector(let vector) = try bound["values"]?.asArray() else {
          throw EvaluationError.type("Categorical input must be list-like")
        }
        let levels = bound["categories"]?.elements?.compactMap(\.level)
        let ordered = try bound["ordered"]?.truth() ?? false
        return .vector(
          FormulaVector(
            .categorical(
              Categorical(Column(storage: vector.storage).values, levels: levels, ordered: ordered))))
      })
    return table
  }()
}
