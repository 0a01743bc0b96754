/// A function that formulas can call.
public struct FormulaFunction: Sendable {
  /// Its name in error messages.
  public let name: String
  /// Whether each element of the result depends on the same element of the arguments only.
  package let isElementwise: Bool
  private let body: @Sendable (FunctionArguments) throws -> FormulaValue
  /// Whether the name is that of a class, whose call makes an object.
  var isClass: Bool { name.count > 1 && name.first?.isUppercase == true }

  /// A function with Python's way of passing arguments.
  ///
  /// `isElementwise` says whether each row of the result depends on the same row of the arguments only.
  public init(
    _ name: String, isElementwise: Bool = false,
    _ body: @escaping @Sendable (FunctionArguments) throws -> FormulaValue
  ) {
    self.name = name
    self.isElementwise = isElementwise
    self.body = body
  }

  /// Calls the function.
  public func callAsFunction(_ arguments: FunctionArguments) throws -> FormulaValue { try body(arguments) }
}

/// The arguments of a call, positional and by keyword.
public struct FunctionArguments: Sendable {
  /// The positional arguments.
  public var positional: [FormulaValue]
  /// The keyword arguments, in the order written.
  public var keywords: [(name: String, value: FormulaValue)]

  /// Arguments of a call.
  public init(_ positional: [FormulaValue] = [], keywords: [(name: String, value: FormulaValue)] = []) {
    self.positional = positional
    self.keywords = keywords
  }

  /// The arguments by parameter name.
  ///
  /// - Parameters:
  ///   - parameters: all parameter names in positional order.
  ///   - required: how many of the first must be given.
  ///   - function: the function's name for the message.
  /// - Throws: ``EvaluationError`` of kind `TypeError`, with Python's text, when they do not fit.
  public func bound(
    to parameters: [String], required: Int = 1, in function: String
  ) throws -> [String: FormulaValue] {
    var result: [String: FormulaValue] = [:]
    if positional.count > parameters.count {
      // Python counts the object of a method as an argument.
      let own = function.contains(".") ? 1 : 0
      let (least, most, given) = (required + own, parameters.count + own, positional.count + own)
      throw EvaluationError.type(
        "\(function)() takes \(least == most ? "\(most)" : "from \(least) to \(most)") positional "
          + "\(most == 1 && least == 1 ? "argument" : "arguments") but \(given) \(given == 1 ? "was" : "were") given"
      )
    }
    for (name, value) in zip(parameters, positional) { result[name] = value }
    for (name, value) in keywords {
      guard parameters.contains(name) else {
        throw EvaluationError.type("\(function)() got an unexpected keyword argument '\(name)'")
      }
      guard result.updateValue(value, forKey: name) == nil else {
        throw EvaluationError.type("\(function)() got multiple values for argument '\(name)'")
      }
    }
    let absent = parameters.prefix(required).filter { result[$0] == nil }.map { "'\($0)'" }
    if !absent.isEmpty {
      let list =
        absent.count < 3
        ? absent.joined(separator: " and ")
        : absent.dropLast().joined(separator: ", ") + ", and " + (absent.last ?? "")
      throw EvaluationError.type(
        "\(function)() missing \(absent.count) required positional "
          + "\(absent.count == 1 ? "argument" : "arguments"): \(list)")
    }
    return result
  }
}
