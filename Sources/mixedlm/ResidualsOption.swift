import ArgumentParser
import StatsModels

/// The value of `--residuals`: ar1, ar1:COL or cs.
struct ResidualsOption: ExpressibleByArgument {
  let structure: ResidualStructure

  init?(argument: String) {
    switch argument {
    case "cs": structure = .compoundSymmetry
    case "ar1": structure = .autoregressive()
    default:
      guard argument.hasPrefix("ar1:"), argument.count > 4 else { return nil }
      structure = .autoregressive(time: String(argument.dropFirst(4)))
    }
  }
}
