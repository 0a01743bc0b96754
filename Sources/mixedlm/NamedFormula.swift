import ArgumentParser

/// An option value `NAME=FORMULA`, split at the first equals sign.
struct NamedFormula: ExpressibleByArgument, Equatable {
  let name: String
  let formula: String

  init?(argument: String) {
    guard let equals = argument.firstIndex(of: "="), equals > argument.startIndex else { return nil }
    name = String(argument[..<equals])
    formula = String(argument[argument.index(after: equals)...])
  }

  /// The first name that occurs twice.
  static func repeatedName(_ list: [NamedFormula]) -> String? {
    var seen: Set<String> = []
    return list.first { !seen.insert($0.name).inserted }?.name
  }
}
