import ArgumentParser
import StatsModels

/// What `--missing` takes.
enum MissingOption: String, ExpressibleByArgument, CaseIterable {
  case none, drop

  var missing: Missing { self == .drop ? .drop : .none }
}

/// What `--method` takes, in any case.
enum MethodOption: String, ExpressibleByArgument, CaseIterable {
  case bfgs, lbfgs, cg, powell, nm, basinhopping, minimize, `default`

  init?(argument: String) { self.init(rawValue: argument.lowercased()) }

  var method: OptimizationMethod? {
    switch self {
    case .bfgs: .bfgs
    case .lbfgs: .lbfgs
    case .cg: .cg
    case .powell: .powell
    case .nm: .nm
    case .basinhopping: .basinhopping
    case .minimize: .minimize
    case .default: nil
    }
  }
}

/// What `--format` takes where the result is a table.
enum TableFormat: String, ExpressibleByArgument, CaseIterable {
  case csv, json
}
