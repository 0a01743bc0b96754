import ArgumentParser
import StatsModels

/// What `--missing` takes.
enum MissingOption: String, ExpressibleByArgument, CaseIterable {
  case none, drop

  var missing: MissingHandling { self == .drop ? .drop : .none }
}

/// What `--method` takes: the library's names, in any spelling it knows.
struct MethodOption: ExpressibleByArgument, Equatable {
  /// Nil is the engine's own optimiser.
  let method: OptimizationMethod?

  static let `default` = MethodOption(method: nil)

  private init(method: OptimizationMethod?) { self.method = method }

  init?(argument: String) {
    guard let method = try? OptimizationMethod(argument) else { return nil }
    self.method = method.names.isEmpty ? nil : method
  }

  static var allValueStrings: [String] { OptimizationMethod.Name.allCases.map(\.rawValue) + ["default"] }

  var defaultValueDescription: String { method?.names.first?.rawValue ?? "default" }
}

/// What `--format` takes where the result is a table.
enum TableFormat: String, ExpressibleByArgument, CaseIterable {
  case csv, json
}

/// What `--format` takes where a table is printed.
enum ResultFormat: String, ExpressibleByArgument, CaseIterable {
  case text, json, csv
}
