import StatsModels
import TestSupport
import Testing

/// `--family` of every command that takes it.
struct FamilyCommandTests {
  private static let herds = "incidence ~ C(period) + (1 | herd)"
  private static let cattle = [
    Fixtures.data("cbpp"), "--formula", herds, "--family", "binomial", "--trials", "size",
  ]

  struct Fit: Sendable, CustomTestStringConvertible {
    let data, formula: String
    let options: [String]
    var testDescription: String { "\(data) \(options.joined(separator: " "))" }
  }

  private static func cake(_ options: String...) -> Fit {
    Fit(data: "cake", formula: "angle ~ recipe + (1 | replicate)", options: ["--family"] + options)
  }

  private static func cbpp(_ options: String...) -> Fit {
    Fit(data: "cbpp", formula: herds, options: ["--family", "binomial", "--trials", "size"] + options)
  }

  private static let fits: [Fit] = [
    cbpp(), cbpp("--link", "probit"), cbpp("--link", "cloglog"), cbpp("--link", "cauchy"),
    cbpp("--nagq", "9"), cbpp("--nagq", "0"), cake("gamma"), cake("gamma", "--link", "inverse"),
    cake("inverse-gaussian", "--link", "log"), cake("gaussian"), cake("gaussian", "--link", "log"),
    Fit(data: "epil", formula: "y ~ trt + (1 | subject)", options: ["--family", "poisson"]),
    Fit(
      data: "epil", formula: "y ~ trt + (1 | subject)", options: ["--family", "poisson", "--link", "sqrt"]),
    Fit(data: "epil", formula: "y ~ trt + (1 | subject)", options: ["--family", "negative-binomial"]),
    Fit(
      data: "Mmmec", formula: "deaths ~ uvb + (1 | nation)",
      options: ["--family", "poisson", "--exposure", "expected"]),
    Fit(
      data: "Mmmec", formula: "deaths ~ uvb + (1 | nation)",
      options: ["--family", "poisson", "--offset", "uvb"]),
  ]

  @Test(arguments: fits) func familiesFit(_ fit: Fit) throws {
    let arguments = [Fixtures.data(fit.data), "--formula", fit.formula] + fit.options
    let outcome = try Mixedlm.run(["fit"] + arguments + ["--format", "json"])
    #expect(outcome.status == 0)
    let report = try outcome.json()
    #expect(report["family"]?.text == fit.options[1])
    #expect(try #require(report["deviance"]?.double).isFinite)
    #expect(try #require(report["dispersion"]?.double) > 0)
    let method = try #require(report["method"]?.text)
    let nodes = fit.options.contains("--nagq") ? fit.options.last : nil
    #expect(method == (nodes == "9" ? "AGQ" : nodes == "0" ? "nAGQ=0" : "Laplace"))
    if let place = fit.options.firstIndex(of: "--link") {
      #expect(report["link"]?.text == fit.options[place + 1])
    }
  }

  @Test func sharesOfBeta() throws {
    let folder = try Scratch()
    let rows = (0..<60).map { i in
      let share = Double((i * 37) % 89 + 5) / 100
      return "\(share),\(i % 7),\(i % 6)"
    }
    let file = try folder.write("shares.csv", (["y,x,g"] + rows).joined(separator: "\n") + "\n")
    let outcome = try Mixedlm.run(
      ["fit", file, "--formula", "y ~ x + (1 | g)", "--family", "beta", "--format", "json"])
    #expect(try outcome.json()["link"]?.text == "logit")
  }

  /// What is wrong, the status, and words of the message.
  private static let mistakes: [([String], Int32, String)] = [
    (["--family", "binomial"], 1, "counts of successes need their trials"),
    (["--family", "binom"], 64, "invalid for '--family"),
    (["--family", "binomial", "--trials", "period"], 1, "successes are numbers from 0 to the trials"),
    (["--family", "binomial", "--trials", "sizes"], 1, "did you mean 'size'?"),
    (["--family", "poisson", "--trials", "size"], 1, "trials are for the binomial family"),
    (["--family", "poisson", "--link", "logit"], 1, "use one of log, identity, sqrt"),
    (
      ["--family", "binomial", "--trials", "size", "--exposure", "size"], 1,
      "exposure is for models with the log link"
    ),
    (["--family", "binomial", "--trials", "size", "--nagq", "-1"], 64, "--nagq must be at least 0"),
    (["--family", "binomial", "--trials", "size", "--nagq", "200"], 1, "between 0 and 100"),
    (["--family", "gamma"], 1, "the gamma family takes positive numbers"),
    (["--family", "beta"], 1, "shares between 0 and 1, both excluded"),
    (["--trials", "size"], 64, "need --family"), (["--family", "binomial", "--ml"], 64, "--ml says nothing"),
    (["--family", "binomial", "--method", "bfgs"], 64, "--method is for linear models"),
    (["--family", "binomial", "--no-exact"], 64, "are for linear models"),
    (["--family", "binomial", "--ddf", "satterthwaite"], 64, "are for linear models"),
    (["--family", "binomial", "--residuals", "ar1:period"], 64, "are for linear models"),
  ]

  @Test(arguments: mistakes.indices) func mistakesAreNamed(_ position: Int) throws {
    let (options, status, words) = Self.mistakes[position]
    let outcome = try Mixedlm.run(["fit", Fixtures.data("cbpp"), "--formula", Self.herds] + options)
    #expect(outcome.status == status)
    #expect(outcome.errors.contains(words))
    #expect(outcome.output.isEmpty)
  }

  @Test func otherMistakes() throws {
    let crossed = try Mixedlm.run([
      "fit", Fixtures.data("grouseticks"), "--formula", "TICKS ~ 1 + (1 | BROOD) + (1 | LOCATION)",
      "--family", "poisson", "--nagq", "5",
    ])
    #expect(crossed.status == 1 && crossed.errors.contains("quadrature takes one grouping factor"))
    let negative = try Mixedlm.run([
      "fit", Fixtures.data("epil"), "--formula", "y ~ trt + (1 | subject)", "--family", "poisson", "--link",
      "identity",
    ])
    #expect(
      negative.output.contains("Converged:          No") && negative.errors.contains("use the log link"))
    let sums = try Mixedlm.run(["fit", "--aggregates", "x.mlx", "--family", "binomial"])
    #expect(sums.status == 64 && sums.errors.contains("file of rows"))
    let anova = try Mixedlm.run(["anova"] + Self.cattle + ["--random"])
    #expect(anova.status == 64 && anova.errors.contains("mixedlm compare"))
    let type = try Mixedlm.run(
      ["means", Fixtures.data("cbpp"), "--formula", Self.herds, "--of", "period", "--type", "response"])
    #expect(type.status == 64 && type.errors.contains("--type belongs to generalised models"))
    let lines = try Mixedlm.run(["plot"] + Self.cattle + ["--kind", "fitted"])
    #expect(lines.status == 64 && lines.errors.contains("take means"))
  }

  /// Wald's χ² of a lone term is that of its columns.
  @Test func anova() throws {
    let table = try Mixedlm.run(["anova"] + Self.cattle + ["--format", "csv"]).output
    #expect(table.hasPrefix("term,chi2,df,p\n") && table.contains(",3.0,"))
    #expect(try Mixedlm.run(["anova"] + Self.cattle).output.contains("P>chi2"))
  }

  @Test func meansOnBothScales() throws {
    let arguments = ["means"] + Self.cattle + ["--of", "period", "--pairwise", "--format", "json"]
    let link = try Mixedlm.run(arguments).json()
    #expect(
      link["means"]?.elements?.first?.members?.map(\.key) == ["period", "mean", "se", "df", "lower", "upper"])
    let response = try Mixedlm.run(arguments + ["--type", "response"]).json()
    let mean = try #require(response["means"]?.elements?.first)
    #expect(mean.members?.map(\.key) == ["period", "prob", "se", "df", "lower", "upper"])
    #expect(abs(try #require(mean["prob"]?.double) - 0.198_049_1) < 1e-6)
    let pair = try #require(response["pairs"]?.elements?.first)
    #expect(pair["contrast"]?.text == "period1 / period2")
    #expect(abs(try #require(pair["odds.ratio"]?.double) - 2.697_52) < 1e-4)
    #expect(pair["p"]?.double == link["pairs"]?.elements?.first?["p"]?.double)
  }

  @Test func comparisonsAndProfiles() throws {
    let compare = try Mixedlm.run(
      ["compare"] + Self.cattle + [
        "--null", "incidence ~ 1 + (1 | herd)", "--bootstrap", "10", "--format", "json",
      ]
    ).json()
    let row = try #require(compare["rows"]?.elements?.last)
    #expect(
      abs(try #require(row["chisq"]?.double) - 25.610_063) < 1e-4 && row["reference"]?.text == "chi2(3)")
    #expect(compare["bootstrap"]?["draws"]?.double == 10)
    let profile = try Mixedlm.run(["profile"] + Self.cattle + ["--format", "json"]).json()
    let first = try #require(profile["intervals"]?.elements?.first)
    #expect(first["parameter"]?.text == "sd_Intercept|herd")
    #expect(abs(try #require(first["lower"]?.double) - 0.346_07) < 1e-3)
  }

  /// A null without random effects is the regression of the same family.
  @Test func comparisonsWithRegressions() throws {
    let herds = try Mixedlm.run(
      ["compare"] + Self.cattle + ["--null", "incidence ~ C(period)", "--format", "json"]
    ).json()
    let row = try #require(herds["rows"]?.elements?.last)
    let reference = try #require(row["reference"]?.text)
    #expect(reference == "mixture of chi2(0) and chi2(1)")
    // statsmodels' GLM: −2 log L 198.058399
    #expect(abs(try #require(row["chisq"]?.double) - 14.005_835) < 1e-5)
    let drawn = try Mixedlm.run(
      ["compare"] + Self.cattle + ["--null", "incidence ~ 1", "--bootstrap", "9"])
    #expect(drawn.status == 64 && drawn.errors.contains("random effects"))
  }

  @Test func savedFitsPredict() throws {
    let folder = try Scratch()
    let (model, new) = (
      folder.path("herds.fit"), try folder.write("new.csv", "period,herd,size\n1,1,10\n2,7,20\n")
    )
    let fit = try Mixedlm.run(["fit"] + Self.cattle + ["--save", model, "--quiet"])
    #expect(fit.status == 0)
    for which in ["mean", "linear", "marginal"] {
      let options = ["--new", new, "--which", which, "--exog-re", "herd", "--interval", "confidence"]
      let loaded = try Mixedlm.run(["predict", "--model", model] + options)
      let direct = try Mixedlm.run(["predict"] + Self.cattle + options)
      #expect(loaded.status == 0)
      let (a, b) = (try numbers(loaded.output), try numbers(direct.output))
      #expect(a.count == 8 && relativeDistance(a, b) < 1e-9)
    }
    let limits = try numbers(
      Mixedlm.run(["predict", "--model", model, "--new", new, "--interval", "prediction"]).output)
    #expect(abs(limits[3] * 10 - (limits[3] * 10).rounded()) < 1e-9)
    let linear = try Mixedlm.run([
      "predict", "--model", model, "--new", new, "--which", "linear", "--interval", "prediction",
    ])
    #expect(linear.status == 64 && linear.errors.contains("no linear predictor"))
    let pigs = folder.path("pigs.fit")
    _ = try Mixedlm.run([
      "fit", Fixtures.data("dietox"), "--formula", "Weight ~ Time", "--groups", "Pig", "--save", pigs,
      "--quiet",
    ])
    let wrong = try Mixedlm.run(["predict", "--model", pigs, "--new", new, "--which", "mean"])
    #expect(wrong.status == 1 && wrong.errors.contains("holds a linear model"))
  }

  @Test(arguments: ["residuals", "qq", "random-effects", "random-effect-quantiles", "coefficients", "ratios"])
  func pictures(_ kind: String) throws {
    let picture = try Mixedlm.run(["plot"] + Self.cattle + ["--kind", kind])
    #expect(picture.status == 0 && picture.output.contains("<svg"))
    #expect(picture.output.contains("binomial (logit)"))
  }

  /// The numbers below the header of a table.
  private func numbers(_ csv: String) throws -> [Double] {
    csv.split(separator: "\n").dropFirst().flatMap { line in
      line.split(separator: ",").compactMap { Double($0) }
    }
  }
}
