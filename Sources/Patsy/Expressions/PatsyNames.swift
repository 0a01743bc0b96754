import DataFrames
import LinearAlgebra

/// The names that every formula may use: patsy's functions, and numpy and pandas under their usual names.
enum PatsyNames {
  static let table: [String: FormulaValue] = own.merging(
    StatefulTransforms.builtins.mapValues { .transform($0) }, uniquingKeysWith: { first, _ in first })

  private static let own: [String: FormulaValue] = [
    "np": .module("numpy"), "numpy": .module("numpy"), "pd": .module("pandas"),
    "I": .function(
      FormulaFunction("I", isElementwise: true) { try $0.bound(to: ["x"], in: "I")["x"] ?? .none }),
    "Q": .function(FormulaFunction("Q", isElementwise: true) { _ in .none }),
    "C": .function(FormulaFunction("C", isElementwise: true, categorical)),
    "Treatment": contrast("Treatment", ["reference"]) {
      try unusable($0["reference"]) ?? Treatment(reference: $0["reference"]?.level)
    },
    "Sum": contrast("Sum", ["omit"]) { try unusable($0["omit"]) ?? Sum(omit: $0["omit"]?.level) },
    "Helmert": contrast("Helmert", []) { _ in Helmert() },
    "Diff": contrast("Diff", []) { _ in Diff() },
    "Poly": contrast("Poly", ["scores"]) { arguments in
      Poly(scores: try arguments["scores"].flatMap { $0.isNone ? nil : try $0.doubles() })
    },
    "ContrastMatrix": contrast("ContrastMatrix", ["matrix", "column_suffixes"], required: 2) { arguments in
      let suffixes = try PythonBuiltins.iterate(arguments["column_suffixes"] ?? .none).map(\.pythonText)
      let matrix = arguments["matrix"] ?? .none
      guard matrix.isNested else { throw EvaluationError("IndexError", "tuple index out of range") }
      return try ContrastMatrix(matrix.numericMatrix(), suffixes)
    },
  ]

  /// A class of contrasts: calling it makes one.
  private static func contrast(
    _ name: String, _ parameters: [String], required: Int = 0,
    _ make: @escaping @Sendable ([String: FormulaValue]) throws -> any Contrast
  ) -> FormulaValue {
    .function(
      FormulaFunction(name, isElementwise: true) { arguments in
        if parameters.isEmpty, arguments.positional.count + arguments.keywords.count > 0 {
          throw EvaluationError.type("\(name)() takes no arguments")
        }
        return .contrast(
          try make(arguments.bound(to: parameters, required: required, in: "\(name).__init__")))
      })
  }

  /// The contrast that stands for a reference that can equal no level; nil for a usable one.
  private static func unusable(_ reference: FormulaValue?) throws -> (any Contrast)? {
    guard let reference, !reference.isNone, reference.level == nil else { return nil }
    if case .vector = reference { throw EvaluationError.ambiguousTruth(of: reference) }
    return UnknownReference(text: reference.pythonRepr)
  }

  /// Treatment coding against something that is no level.
  private struct UnknownReference: Contrast {
    let text: String

    func codeWithIntercept(levels: [ColumnValue]) throws -> ContrastMatrix {
      try Treatment().codeWithIntercept(levels: levels)
    }

    func codeWithoutIntercept(levels: [ColumnValue]) throws -> ContrastMatrix {
      throw PatsyError("specified level \(text) not found")
    }
  }

  /// `C(data, contrast=None, levels=None)`; inside another `C()` the inner choices are kept.
  private static func categorical(_ arguments: FunctionArguments) throws -> FormulaValue {
    let bound = try arguments.bound(to: ["data", "contrast", "levels"], in: "C")
    func given(_ name: String) -> FormulaValue? { bound[name].flatMap { $0.isNone ? nil : $0 } }
    let data = bound["data"] ?? .none
    if case .categorical(let inner) = data {
      return .categorical(
        CategoricalBox(
          data: inner.data, contrast: given("contrast") ?? inner.contrast,
          levels: given("levels") ?? inner.levels))
    }
    return .categorical(CategoricalBox(data: data, contrast: given("contrast"), levels: given("levels")))
  }
}
