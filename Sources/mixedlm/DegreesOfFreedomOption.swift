import ArgumentParser
import StatsModels

/// What `--ddf` takes.
enum DegreesOfFreedomOption: String, ExpressibleByArgument, CaseIterable {
  case none, satterthwaite
  case kenwardRoger = "kenward-roger"

  /// The library's name.
  var method: DegreesOfFreedom {
    switch self {
    case .none: .infinite
    case .satterthwaite: .satterthwaite
    case .kenwardRoger: .kenwardRoger
    }
  }

  static let help = ArgumentHelp(
    "Degrees of freedom of tests and intervals of fixed effects; none: normal quantiles. Example: --ddf kenward-roger",
    valueName: "none|satterthwaite|kenward-roger")
}

extension DegreesOfFreedom {
  /// The name on the command line.
  var optionName: String { self == .infinite ? DegreesOfFreedomOption.none.rawValue : rawValue }
}

extension CoefficientTable {
  /// The object `inference` of a fit's JSON; everything about a dropped column is null.
  var document: JSONValue {
    func named(_ values: [Double]) -> JSONValue { .object(zip(names, values).map { ($0, .number($1)) }) }
    let limits = names.indices.map { (key: names[$0], value: JSONValue.numbers([lower[$0], upper[$0]])) }
    return [
      "ddf": .string(ddf.optionName), "estimate": named(estimate), "se": named(se), "df": named(df),
      "t": named(t),
      "p": named(p), "conf_int": .object(zip(limits, estimate).map { ($0.key, $1.isNaN ? .null : $0.value) }),
    ]
  }
}
