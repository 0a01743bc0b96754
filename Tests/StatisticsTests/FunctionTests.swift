import Statistics
import TestSupport
import Testing

@Suite struct ScipyFunctionTests {
  struct Fixture: Decodable {
    struct Case: Decodable {
      let function: String
      let samples: [String]
      let options: [String: Value]
      let table: [[Double]]?
      let expected: [String: Value]?
      let error: String?

      var alternative: stats.Alternative {
        options["alternative"]?.text.flatMap(stats.Alternative.init) ?? .twoSided
      }
      var policy: stats.NanPolicy { options["nanPolicy"]?.text.flatMap(stats.NanPolicy.init) ?? .propagate }
      var method: RankTestMethod { options["method"]?.text.flatMap(RankTestMethod.init) ?? .auto }
      func truth(_ name: String, _ standard: Bool) -> Bool { options[name]?.truth ?? standard }
    }
    let samples: [String: Value]
    let cases: [Case]
  }

  @Test func scipy() throws {
    let fixture = try Fixtures.load(Fixture.self, "scipy/functions.json")
    #expect(fixture.cases.count > 800)
    for c in fixture.cases {
      let samples: [any stats.Sample] = c.samples.map { fixture.samples[$0]?.numbers ?? [] }
      let label = "\(c.function) \(c.samples) \(c.options.mapValues { $0.text ?? "\($0)" })"
      do {
        let actual = try answer(c, samples)
        if c.error != nil {
          #expect(actual.values.allSatisfy { $0.contains(where: \.isNaN) }, "\(label): scipy refuses")
          continue
        }
        // scipy's Shapiro–Wilk test takes an older approximation of the normal distribution.
        // scipy's search for a power stops at eight digits, of which the likelihood has the square.
        // Its studentized range is integrated to some seven digits.
        let tolerances = ["shapiro": 1e-7, "boxcox": 1e-5, "tukeyHsd": 1e-5]
        let tolerance = tolerances[c.function] ?? 1e-9
        for (field, expected) in c.expected ?? [:] {
          let (a, e) = (actual[field] ?? [], expected.numbers)
          let isSame =
            a.count == e.count
            && zip(a, e).allSatisfy {
              agree($0, $1, tolerance, floor: c.function == "tukeyHsd" ? 1e-10 : 1e-14)
            }
          #expect(isSame, "\(label) \(field): \(a), scipy \(e)")
        }
      } catch {
        #expect(c.error != nil, "\(label): \(error)")
      }
    }
  }

  private func answer(_ c: Fixture.Case, _ s: [any stats.Sample]) throws -> [String: [Double]] {
    switch c.function {
    case "ttestInd", "ttestRel", "ttest1samp": try tTest(c, s)
    case "skew", "kurtosis", "sem", "iqr", "zscore", "mode", "describe", "probplot": try description(c, s)
    case "ks2samp": fields(try stats.ks2samp(s[0], s[1], alternative: c.alternative, nanPolicy: c.policy))
    case "kstest":
      fields(
        try stats.kstest(
          s[0], stats.norm(loc: 0.2, scale: 1.5), alternative: c.alternative, method: c.method))
    case "chi2Contingency":
      try {
        let r = try stats.chi2Contingency(
          c.table ?? [], correction: c.truth("correction", true), lambda: c.options["lambda"]?.numbers[0] ?? 1
        )
        return [
          "statistic": [r.statistic], "pvalue": [r.pvalue], "dof": [Double(r.dof)],
          "expected": r.expectedFreq.flatMap { $0 },
        ]
      }()
    case "linregress":
      try {
        let r = try stats.linregress(s[0], s[1], alternative: c.alternative)
        return [
          "slope": [r.slope], "intercept": [r.intercept], "rvalue": [r.rvalue], "pvalue": [r.pvalue],
          "stderr": [r.stderr], "intercept_stderr": [r.interceptStderr],
        ]
      }()
    case "pearsonr":
      try {
        let r = try stats.pearsonr(s[0], s[1], alternative: c.alternative)
        let interval = r.confidenceInterval()
        return ["statistic": [r.statistic], "pvalue": [r.pvalue], "interval": [interval.low, interval.high]]
      }()
    case "rankdata", "trimMean", "anderson", "gaussianKde", "boxcoxLlf", "boxcoxAt", "boxcox", "tukeyHsd",
      "falseDiscoveryControl":
      try transformation(c, s)
    default: try significance(c, s)
    }
  }

  private func transformation(_ c: Fixture.Case, _ s: [any stats.Sample]) throws -> [String: [Double]] {
    let number = { (name: String) in c.options[name]?.numbers.first ?? .nan }
    let text = { (name: String) in c.options[name]?.text ?? "" }
    switch c.function {
    case "rankdata":
      return [
        "values": try stats.rankdata(
          s[0], method: stats.RankMethod(rawValue: text("method")) ?? .average, nanPolicy: c.policy)
      ]
    case "trimMean": return ["value": [try stats.trimMean(s[0], number("cut"), nanPolicy: c.policy)]]
    case "anderson":
      let r = try stats.anderson(s[0], dist: AndersonDistribution(rawValue: text("dist")) ?? .norm)
      return ["statistic": [r.statistic], "critical": r.criticalValues, "level": r.significanceLevel]
    case "gaussianKde":
      let bandwidth: KDEBandwidth =
        Double(text("bw")).map { .factor($0) } ?? (text("bw") == "scott" ? .scott : .silverman)
      let k = try stats.gaussianKde(s[0], bwMethod: bandwidth)
      let at = [-1, 0.3, 2, 5.5]
      return [
        "density": k(at), "log": k.logpdf(at), "factor": [k.factor], "covariance": [k.covariance],
        "box": [k.integrateBox1d(-0.5, 2)],
      ]
    case "boxcoxLlf": return ["value": [try stats.boxcoxLlf(number("lmbda"), s[0])]]
    case "boxcoxAt": return ["values": try stats.boxcox(s[0], lmbda: number("lmbda"))]
    case "boxcox":
      let r = try stats.boxcox(s[0], alpha: 0.05)
      return ["lmbda": [r.lmbda], "interval": [r.interval.low, r.interval.high], "values": r.transformed]
    case "falseDiscoveryControl":
      return [
        "values": try stats.falseDiscoveryControl(s[0], method: .init(rawValue: text("method")) ?? .bh)
      ]
    default:
      let r = try stats.tukeyHsd(s, equalVar: c.truth("equalVar", true))
      let limits = try r.confidenceInterval(confidenceLevel: 0.9)
      let flat = { (table: [[Double]]) in table.flatMap { $0 } }
      return [
        "statistic": flat(r.statistic), "pvalue": flat(r.pvalue), "low": flat(limits.low),
        "high": flat(limits.high),
      ]
    }
  }

  /// What the inverse of a transformation gives back, and what is refused.
  @Test func powers() throws {
    let x = [0.3, 1, 2.5, 7, 11, 0.02]
    for lmbda in [-1.5, 0, 0.4, 3] {
      let back = special.invBoxcox(try stats.boxcox(x, lmbda: lmbda), lmbda)
      #expect(zip(back, x).allSatisfy { agree($0, $1, 1e-12) })
    }
    let best = try stats.boxcox(x)
    let top = try stats.boxcoxLlf(best.lmbda, x)
    for step in [-1e-4, 1e-4] { #expect(try stats.boxcoxLlf(best.lmbda + step, x) < top) }
    // Powers of a power: λ is divided by it.
    let cubes = try stats.boxcox(x.map { $0 * $0 * $0 })
    #expect(agree(cubes.lmbda, best.lmbda / 3, 1e-9))
    for bad: [Double] in [[1, -2], [0, 1], [2, 2, 2], [1, .nan], []] {
      #expect(throws: StatisticsError.self) { try stats.boxcox(bad) }
    }
    #expect(agree(special.expit(special.logit(0.2)), 0.2, 1e-15))
    #expect(throws: StatisticsError.self) { try stats.tukeyHsd([1.0, 2]) }
    #expect(throws: StatisticsError.self) { try stats.gaussianKde([1.0, 1]) }
    #expect(throws: StatisticsError.self) { try stats.falseDiscoveryControl([0.1, .nan]) }
  }

  private func tTest(_ c: Fixture.Case, _ s: [any stats.Sample]) throws -> [String: [Double]] {
    let r =
      switch c.function {
      case "ttestInd":
        try stats.ttestInd(
          s[0], s[1], equalVar: c.truth("equalVar", true), nanPolicy: c.policy, alternative: c.alternative)
      case "ttestRel": try stats.ttestRel(s[0], s[1], nanPolicy: c.policy, alternative: c.alternative)
      default:
        try stats.ttest1samp(
          s[0], c.policy == .propagate && c.options["nanPolicy"] == nil ? 0.25 : 0.5, nanPolicy: c.policy,
          alternative: c.alternative)
      }
    let interval = try r.confidenceInterval()
    return [
      "statistic": [r.statistic], "pvalue": [r.pvalue], "df": [r.df],
      "interval": [interval.low, interval.high],
    ]
  }

  private func description(_ c: Fixture.Case, _ s: [any stats.Sample]) throws -> [String: [Double]] {
    switch c.function {
    case "skew": return ["value": [try stats.skew(s[0], bias: c.truth("bias", true), nanPolicy: c.policy)]]
    case "kurtosis":
      return ["value": [try stats.kurtosis(s[0], bias: c.truth("bias", true), nanPolicy: c.policy)]]
    case "sem": return ["value": [try stats.sem(s[0], nanPolicy: c.policy)]]
    case "iqr": return ["value": [try stats.iqr(s[0], nanPolicy: c.policy)]]
    case "zscore":
      return ["values": try stats.zscore(s[0], ddof: c.options["ddof"]?.numbers[0] ?? 0, nanPolicy: c.policy)]
    case "mode":
      let r = try stats.mode(s[0])
      return ["mode": [r.mode], "count": [Double(r.count)]]
    case "describe":
      let r = try stats.describe(s[0])
      return [
        "nobs": [Double(r.nobs)], "minmax": [r.minmax.min, r.minmax.max], "mean": [r.mean],
        "variance": [r.variance], "skewness": [r.skewness], "kurtosis": [r.kurtosis],
      ]
    default:
      let r = try stats.probplot(s[0])
      return ["osm": r.osm, "osr": r.osr, "slope": [r.slope], "intercept": [r.intercept], "r": [r.r]]
    }
  }

  private func fields(_ r: KstestResult) -> [String: [Double]] {
    [
      "statistic": [r.statistic], "pvalue": [r.pvalue], "statistic_location": [r.statisticLocation],
      "statistic_sign": [r.statistic.isNaN ? .nan : Double(r.statisticSign)],
    ]
  }

  private func significance(_ c: Fixture.Case, _ s: [any stats.Sample]) throws -> [String: [Double]] {
    let r: SignificanceResult
    switch c.function {
    case "mannwhitneyu":
      r = try stats.mannwhitneyu(
        s[0], s[1], useContinuity: c.truth("useContinuity", true), alternative: c.alternative,
        method: c.method,
        nanPolicy: c.policy)
    case "wilcoxon":
      r = try stats.wilcoxon(
        s[0], s.count > 1 ? s[1] : nil,
        zeroMethod: c.options["zeroMethod"]?.text.flatMap(stats.ZeroMethod.init) ?? .wilcox,
        correction: c.truth("correction", false), alternative: c.alternative, method: c.method,
        nanPolicy: c.policy)
    case "spearmanr": r = try stats.spearmanr(s[0], s[1], nanPolicy: c.policy, alternative: c.alternative)
    case "kendalltau":
      r = try stats.kendalltau(
        s[0], s[1], nanPolicy: c.policy, method: c.method,
        variant: c.options["variant"]?.text.flatMap(KendallVariant.init) ?? .b, alternative: c.alternative)
    case "kruskal": r = try stats.kruskal(s, nanPolicy: c.policy)
    case "friedmanchisquare": r = try stats.friedmanchisquare(s)
    case "fOneway": r = try stats.fOneway(s, equalVar: c.truth("equalVar", true), nanPolicy: c.policy)
    case "bartlett": r = try stats.bartlett(s, nanPolicy: c.policy)
    case "levene":
      r = try stats.levene(
        s, center: c.options["center"]?.text.flatMap(LeveneCenter.init) ?? .median, proportiontocut: 0.1,
        nanPolicy: c.policy)
    case "shapiro": r = try stats.shapiro(s[0], nanPolicy: c.policy)
    case "skewtest": r = try stats.skewtest(s[0], nanPolicy: c.policy, alternative: c.alternative)
    case "kurtosistest": r = try stats.kurtosistest(s[0], nanPolicy: c.policy, alternative: c.alternative)
    case "jarqueBera": r = try stats.jarqueBera(s[0], nanPolicy: c.policy)
    case "pointbiserialr":
      r = try stats.pointbiserialr(try s[0].sampleValues().map { $0 > 0 ? 1.0 : 0 }, s[1])
    case "normaltest": r = try stats.normaltest(s[0], nanPolicy: c.policy)
    case "fisherExact":
      r = try stats.fisherExact((c.table ?? []).map { $0.map { Int($0) } }, alternative: c.alternative)
    case "chisquare": r = try stats.chisquare(s[0], s.count > 1 ? s[1] : nil)
    default: throw StatisticsError("no such function in the fixture: \(c.function)")
    }
    return ["statistic": [r.statistic], "pvalue": [r.pvalue]]
  }
}
