import DataFrames

/// The namespace `np.char`: methods of texts over whole arrays.
enum NumpyStrings {
  /// `np.char.name`
  static func function(_ name: String) -> FormulaValue? {
    guard let method = names[name] else { return nil }
    return .function(
      FormulaFunction(name, isElementwise: true) { arguments in
        guard let first = arguments.positional.first else {
          throw EvaluationError.type("\(name)() missing 1 required positional argument: 'a'")
        }
        if name == "add", arguments.positional.count == 2 {
          return try Arithmetic.apply(.add, first.asArray(), arguments.positional[1])
        }
        // A Series holds objects, for which numpy has no loop.
        guard !first.isSeries, case .vector(let vector) = try first.asArray(), vector.texts != nil,
          case .function(let function)? = TextMethods.method(method, of: vector)
        else { throw EvaluationError.type("string operation on non-string array") }
        let rest = FunctionArguments(Array(arguments.positional.dropFirst()), keywords: arguments.keywords)
        return try function(rest).asArray()
      })
  }

  /// The methods behind the functions.
  private static let names: [String: String] = {
    let same = [
      "add", "upper", "lower", "title", "capitalize", "swapcase", "strip", "lstrip", "rstrip", "replace",
      "zfill",
      "startswith", "endswith", "count", "find", "rfind", "center", "ljust", "rjust", "isalpha", "isdigit",
      "isnumeric",
      "isspace", "islower", "isupper", "istitle", "isdecimal", "isalnum",
    ]
    var names = Dictionary(uniqueKeysWithValues: same.map { ($0, $0) })
    names["str_len"] = "len"
    names["multiply"] = "repeat"
    return names
  }()
}
