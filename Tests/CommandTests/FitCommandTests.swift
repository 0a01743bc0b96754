import Foundation
import StatsModels
import TestSupport
import Testing

/// `mixedlm fit`: its forms of output and how it takes its options.
struct FitCommandTests {
  private static let fit = [
    "fit", Fixtures.data("dietox"), "--formula", "Weight ~ Time", "--groups", "Pig",
  ]
  private static let members = [
    "model", "method", "converged", "nobs", "n_groups", "df_resid", "scale", "llf", "aic", "bic", "fe_params",
    "bse_fe", "tvalues", "pvalues", "conf_int", "param_names", "exog_re_names", "cov_re", "vcomp", "bse_re",
    "terms",
    "warnings", "timing",
  ]

  @Test func jsonMembersComeInOrder() throws {
    let report = try Mixedlm.run(Self.fit + ["--format", "json"]).json()
    #expect(report.members?.map(\.key) == Self.members)
    #expect(
      report["model"]?.members?.map(\.key) == ["formula", "groups", "re_formula", "vc_formula", "missing"])
    #expect(
      report["timing"]?.members?.map(\.key) == [
        "read_s", "design_s", "fit_s", "inference_s", "evaluations", "gradients", "threads",
      ])
    #expect(report["terms"]?.elements?[0].members?.map(\.key) == ["group", "names", "covariance", "levels"])
    let full = try Mixedlm.run(Self.fit + ["--format", "json", "--all"]).json()
    #expect(full.members?.map(\.key) == Self.members + ["random_effects", "fittedvalues", "resid"])
    #expect(full["random_effects"]?.members?.first?.key == "4601")
    #expect(full["fittedvalues"]?.doubles?.count == 861 && full["resid"]?.doubles?.count == 861)
  }

  @Test func jsonHasTheNumbersOfTheFit() throws {
    let report = try Mixedlm.run(Self.fit + ["--format", "json"]).json()
    #expect(abs((report["llf"]?.double ?? 0) + 2404.7753) < 1e-3)
    #expect(report["aic"].map { if case .null = $0 { true } else { false } } == true)
    #expect(
      report["nobs"]?.whole == 861 && report["n_groups"]?.whole == 72 && report["df_resid"]?.whole == 859)
    #expect(report["method"]?.text == "REML" && report["converged"]?.truth == true)
    #expect(report["param_names"]?.elements?.compactMap(\.text) == ["Intercept", "Time", "Pig Var"])
    #expect(report["bse_re"]?.members?.map(\.key) == ["Pig Var"])
    #expect(abs((report["fe_params"]?["Time"]?.double ?? 0) - 6.942505) < 1e-5)
    #expect(report["conf_int"]?["Time"]?.doubles?.count == 2)
    let byML = try Mixedlm.run(Self.fit + ["--format", "json", "--ml"]).json()
    #expect(byML["method"]?.text == "ML" && abs((byML["aic"]?.double ?? 0) - 4813.864) < 1e-2)
  }

  @Test func theOtherFormsAreTheLibrarys() throws {
    let data = try DataFrame(csv: Fixtures.data("dietox"))
    let summary = try mixedlm("Weight ~ Time", data, groups: "Pig").fit().summary()
    #expect(try Mixedlm.run(Self.fit).output == summary.asText())
    #expect(try Mixedlm.run(Self.fit + ["--format", "html"]).output == summary.asHtml())
    #expect(try Mixedlm.run(Self.fit + ["--format", "latex"]).output == summary.asLatex())
  }

  @Test func aSingleGroupHoldsCrossedComponents() throws {
    let report = try Mixedlm.run([
      "fit", Fixtures.data("Penicillin"), "--formula", "diameter ~ 1", "--single-group", "--vc-formula",
      "sample=0 + C(sample)", "--vc-formula", "plate=0 + C(plate)", "--format", "json", "--all",
    ]).json()
    #expect(report["n_groups"]?.whole == 1)
    #expect(report["model"]?["groups"]?.text == nil)
    #expect(report["vcomp"]?.members?.map(\.key) == ["plate", "sample"])
    #expect(report["exog_re_names"]?.elements?.isEmpty == true && report["cov_re"]?.elements?.isEmpty == true)
    #expect(report["random_effects"]?.members?.map(\.key) == ["1"])
    #expect(report["random_effects"]?["1"]?.members?.first?.key == "plate[C(plate)[a]]")
  }

  @Test func severalFactorsCarryTheirOwnEffects() throws {
    let report = try Mixedlm.run([
      "fit", Fixtures.data("Penicillin"), "--formula", "diameter ~ 1 + (1 | plate) + (1 | sample)",
      "--format", "json",
      "--all",
    ]).json()
    #expect(report["terms"]?.elements?.map { $0["group"]?.text } == ["plate", "sample"])
    #expect(report["n_groups"]?.whole == 24)
    // Those of the first factor; each term has its own.
    #expect(report["random_effects"]?.members?.count == 24)
    #expect(
      report["random_effects"]?["a"]?["plate"]?.double
        == report["terms"]?.elements?[0]["random_effects"]?["a"]?["Intercept"]?.double)
    #expect(report["exog_re_names"]?.elements?.map(\.text) == ["plate"])
    let effects = report["terms"]?.elements?[1]["random_effects"]
    #expect(effects?.members?.map(\.key) == ["A", "B", "C", "D", "E", "F"])
    #expect(report["bse_re"]?.members?.map(\.key) == ["plate: Intercept Var", "sample: Intercept Var"])
    #expect(report["cov_re"]?.elements?.count == 1 && report["vcomp"]?.members?.isEmpty == true)
  }

  @Test func withoutAFactorisation() throws {
    let fit = [
      "fit", Fixtures.data("Penicillin"), "--formula", "diameter ~ 1 + (1 | plate) + (1 | sample)",
    ]
    let outcome = try Mixedlm.run(fit + ["--no-exact", "--threads", "1", "--format", "json"])
    let report = try outcome.json()
    var members = Self.members
    members.insert("monte_carlo", at: members.count - 1)
    #expect(report.members?.map(\.key) == members)
    #expect(
      report["monte_carlo"]?.members?.map(\.key) == ["probes", "llf", "scale", "fe_params", "covariances"])
    #expect(
      report["monte_carlo"]?["covariances"]?.members?.map(\.key) == report["bse_re"]?.members?.map(\.key))
    #expect(report["warnings"]?.elements?.map { $0["kind"]?.text } == ["numerical"])
    #expect(report["timing"]?["threads"]?.whole == 1)
    #expect(outcome.errors.contains("exact: false"))
    #expect(try Mixedlm.run(fit + ["--no-exact"]).output.contains("Note: no exact factorisation was made"))
    #expect(try Mixedlm.run(fit + ["--exact"]).output == Mixedlm.run(fit).output)
  }

  @Test func groupsBesideBarsComeLast() throws {
    let report = try Mixedlm.run([
      "fit", Fixtures.data("Penicillin"), "--formula", "diameter ~ 1 + (1 | plate)", "--groups", "sample",
      "--format", "json",
    ]).json()
    #expect(report["terms"]?.elements?.map { $0["group"]?.text } == ["plate", "sample"])
    // The groups are those of --groups, last among the terms.
    #expect(report["n_groups"]?.whole == 6 && report["exog_re_names"]?.elements?.map(\.text) == ["sample"])
  }

  @Test func droppedColumnsAreNullEverywhere() throws {
    let report = try Mixedlm.run([
      "fit", Fixtures.data("dietox"), "--formula", "Weight ~ Time + I(2 * Time)", "--groups", "Pig",
      "--format", "json",
    ]).json()
    let name = "I(2 * Time)"
    #expect(report["param_names"]?.elements?.compactMap(\.text).contains(name) == true)
    for member in ["fe_params", "bse_fe", "tvalues", "pvalues", "conf_int"] {
      let value = try #require(report[member]?[name])
      guard case .null = value else {
        Issue.record("\(member) of a dropped column is \(value)")
        continue
      }
    }
  }

  @Test func optionValuesAreTakenVerbatim() throws {
    let scratch = try Scratch()
    let data = try Fixtures.data("sleepstudy").contents().replacing("Reaction", with: "-r")
    let file = try scratch.write("d.csv", data.replacing("Subject", with: "--groups"))
    let report = try Mixedlm.run([
      "fit", file, "--formula", "Q('-r') ~ Days", "--groups", "--groups", "--re-formula", "-1 + Days",
      "--vc-formula",
      "a=b=0 + C(Days)", "--format", "json",
    ])
    // The component's formula is everything behind the first equals sign, and is not valid.
    #expect(report.status == 1 && report.errors.contains("b=0 + C(Days)"))
    let good = try Mixedlm.run([
      "fit", file, "--formula", "Q('-r') ~ Days", "--groups", "--groups", "--re-formula", "-1 + Days",
      "--format", "json",
    ]).json()
    #expect(good["model"]?["groups"]?.text == "--groups" && good["model"]?["re_formula"]?.text == "-1 + Days")
    #expect(good["exog_re_names"]?.elements?.compactMap(\.text) == ["Days"])
  }

  @Test func oddFilesAreRead() throws {
    let scratch = try Scratch()
    let plain = try Fixtures.data("sleepstudy").contents()
    let odd =
      "\u{FEFF}" + plain.replacing("Reaction", with: "größe, \"cm\"".csvQuoted).replacing("\n", with: "\r\n")
    let file = try scratch.write("odd name ü.csv", odd)
    let report = try Mixedlm.run([
      "fit", file, "--formula", "Q('größe, \"cm\"') ~ Days", "--groups", "Subject", "--format", "json",
    ]).json()
    #expect(abs((report["llf"]?.double ?? 0) + 893.2325) < 1e-3)
  }

  @Test(arguments: ["powell", "BFGS", "nm", "default"])
  func methodsAreAccepted(name: String) throws {
    let report = try Mixedlm.run(Self.fit + ["--format", "json", "--method", name]).json()
    #expect(abs((report["llf"]?.double ?? 0) + 2404.7753) < 1e-3)
  }

  @Test func timesAreToldOnRequest() throws {
    let outcome = try Mixedlm.run(Self.fit + ["--timing"])
    #expect(outcome.errors.hasPrefix("time: read 0.") && outcome.errors.contains(", fit "))
  }
}

extension String {
  /// The text of the file at this path.
  fileprivate func contents() throws -> String {
    String(decoding: try Data(contentsOf: URL(fileURLWithPath: self)), as: UTF8.self)
  }

  fileprivate func replacing(_ target: String, with replacement: String) -> String {
    replacingOccurrences(of: target, with: replacement)
  }

  /// The text as the inside of a quoted CSV field.
  fileprivate var csvQuoted: String { replacing("\"", with: "\"\"") }
}
