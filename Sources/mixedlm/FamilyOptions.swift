import ArgumentParser
import StatsModels

/// The options that make a model generalised.
struct FamilyOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Distribution of the response, for a generalised linear mixed model. Example: --family binomial",
      valueName:
        "binomial|poisson|gamma|negative-binomial|inverse-gaussian|beta|gaussian"))
  var family: Family.Distribution?

  @Option(
    help: ArgumentHelp(
      "Link of the mean; each family has a default. Example: --link probit",
      valueName: "logit|probit|cloglog|cauchy|log|identity|inverse|inverse-squared|sqrt"))
  var link: Family.Link?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Column of the trials, where a binomial response counts successes. Example: --trials size",
      valueName: "COL"))
  var trials: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Column that the mean is proportional to, with the log link. Example: --exposure hours",
      valueName: "COL"))
  var exposure: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Nodes of adaptive quadrature for each effect; 1 is Laplace's approximation, 0 a rough and fast one. Example: --nagq 9",
      valueName: "K"))
  var nagq: Int?

  /// Whether nothing is said.
  var areEmpty: Bool { family == nil && link == nil && trials == nil && exposure == nil && nagq == nil }

  /// The family with its link; nil for a linear model.
  var chosenFamily: Family? {
    get throws { try family.map { try Family($0, link: link) } }
  }

  /// Usage errors of these options, alone and beside those of linear models.
  func check(ml: Bool, method: MethodOption, exact: Bool?) throws {
    guard family != nil else {
      if areEmpty { return }
      throw ValidationError("--link, --trials, --exposure and --nagq need --family.")
    }
    if ml {
      throw ValidationError("--ml says nothing with --family: such models have no restricted likelihood.")
    }
    if method != .default {
      throw ValidationError("--method is for linear models; leave it out with --family.")
    }
    if exact != nil {
      throw ValidationError("--exact and --no-exact are for linear models; leave them out with --family.")
    }
    if let nagq, nagq < 0 { throw ValidationError("--nagq must be at least 0, not \(nagq).") }
  }
}

extension Family.Distribution: ExpressibleByArgument {}
extension Family.Link: ExpressibleByArgument {}
