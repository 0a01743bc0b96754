import StatsModels
import TestSupport
import Testing

/// Cluster-robust covariances against clubSandwich 0.5.8.
@Suite struct RobustCovarianceTests {
  static let sleepstudy: [(RobustCovariance.Correction, [Double])] = [
    (.cr0, [6.95884486419, 1.54309568026]), (.cr1, [7.16059229061, 1.58783235542]),
    (.cr1p, [7.38096958905, 1.63670012929]), (.cr1s, [7.18365383918, 1.59294616047]),
    (.cr2, [7.17157498001, 1.59005612366]), (.cr3, [7.39381143957, 1.63790079474]),
  ]
  static let machines: [(RobustCovariance.Correction, [Double])] = [
    (.cr0, [1.57894230558, 2.26250623926, 1.42967828084]),
    (.cr2, [1.72857349506, 2.480103433, 1.56636100993]),
    (.cr3, [1.89247104877, 2.71899998636, 1.71648439053]),
  ]

  /// A fit without some rows, counted from 1, so that groups differ in size.
  private static func fit(_ formula: String, _ data: String, without dropped: Set<Int>) throws
    -> MixedLMResults
  {
    let data = try DataFrame(csv: Fixtures.data(data))
    return try mixedlm(formula, data.rows((0..<data.rowCount).filter { !dropped.contains($0 + 1) })).fit()
  }

  private static func sleep() throws -> MixedLMResults {
    try fit(
      "Reaction ~ Days + (Days | Subject)", "sleepstudy",
      without: Set([1, 2, 3, 15, 22, 23, 24, 25, 47] + Array(60...66) + [120] + Array(133...138)))
  }

  private static func work() throws -> MixedLMResults {
    try fit(
      "score ~ Machine + (1 | Worker/Machine)", "Machines", without: [2, 3, 6, 8, 9, 12, 19, 20, 27, 33])
  }

  /// A fit with a robust covariance has it everywhere, and when it is read again.
  @Test func everywhere() throws {
    let data = try DataFrame(csv: Fixtures.data("Machines"))
    let model = try mixedlm("score ~ Machine + (1 | Worker/Machine)", data)
    let fit = try model.fit(covType: .cluster, covKwds: ["groups": "Worker"])
    let errors = fit.bseFe.values
    let table = try fit.coefficients(ddf: .satterthwaite)
    let own = try fit.coefficients(covariance: fit.robustCovariance(.cr1s, clusters: "Worker"))
    for (i, error) in errors.enumerated() {
      #expect(abs(table.se[i] / error - 1) < 1e-9 && abs(table.df[i] / own.df[i] - 1) < 1e-9)
    }
    let rows = data.rows([0])
    let new = try fit.predict(rows, interval: .confidence)
    let means = try fit.marginalMeans(of: "Machine", ddf: .infinite)
    #expect(abs(new.se.values[0] / errors[0] - 1) < 1e-9 && abs(means.se[0] / errors[0] - 1) < 1e-9)
    let wald = try fit.waldTest("Machine[T.B] = 0, Machine[T.C] = 0", useF: true)
    #expect(try abs(fit.anova(ddf: .infinite).f[0] / wald.statistic - 1) < 1e-9)
    #expect(throws: StatsModelsError.self) { try fit.coefficients(ddf: .kenwardRoger) }
    let removed = try fit.removeData()
    #expect(removed.bseFe == fit.bseFe)
    let again = try removed.waldTest("Machine[T.B] = 0, Machine[T.C] = 0", useF: true)
    #expect(again.statistic == wald.statistic)
  }

  @Test(arguments: sleepstudy)
  func slopes(_ correction: RobustCovariance.Correction, _ expected: [Double]) throws {
    let robust = try Self.sleep().robustCovariance(
      correction, clusters: "Subject")
    for (a, b) in zip(robust.bse.values, expected) { #expect(abs(a / b - 1) < 1e-6, "\(a) \(b)") }
    #expect(robust.clusterCount == 18)
  }

  @Test(arguments: machines)
  func nested(_ correction: RobustCovariance.Correction, _ expected: [Double]) throws {
    let robust = try Self.work().robustCovariance(
      correction, clusters: "Worker")
    for (a, b) in zip(robust.bse.values, expected) { #expect(abs(a / b - 1) < 1e-6, "\(a) \(b)") }
  }

  @Test func degreesOfFreedom() throws {
    let sleep = try Self.sleep()
    let table = try sleep.coefficients(covariance: sleep.robustCovariance(.cr2, clusters: "Subject"))
    for (a, b) in zip(table.df, [16.1822968179, 16.8853764749]) { #expect(abs(a / b - 1) < 1e-5) }
    let work = try Self.work()
    let other = try work.coefficients(covariance: work.robustCovariance(.cr2, clusters: "Worker"))
    for (a, b) in zip(other.df, [4.99975055864, 4.99887809677, 4.99959716715]) {
      #expect(abs(a / b - 1) < 1e-5)
    }
    #expect(
      try sleep.summary(covariance: sleep.robustCovariance(.cr2, clusters: "Subject")).asText().contains(
        "robust (CR2)"))
  }

  /// statsmodels' spelling: every standard error, test and interval of fixed effects.
  @Test func asStatsmodelsSpellsIt() throws {
    let plain = try Self.sleep()
    let robust = try plain.model.fit(covType: .cluster, covKwds: ["groups": "Subject"])
    for (a, b) in zip(robust.bseFe.values, [7.18365383918, 1.59294616047]) { #expect(abs(a / b - 1) < 1e-6) }
    #expect(robust.bseRe == plain.bseRe && robust.llf == plain.llf)
    #expect(try robust.tTest("Days = 0").sd[0] == robust.bse["Days"])
    #expect(throws: StatsModelsError.self) { try plain.model.fit(covType: .hc3) }
    #expect(throws: StatsModelsError.self) { try plain.model.fit(covType: .cluster) }
  }

  /// What cannot be a cluster says why.
  @Test func refusals() throws {
    let work = try Self.work()
    let crossing = #expect(throws: StatsModelsError.self) {
      try work.robustCovariance(.cr2, clusters: "Machine")
    }
    #expect(crossing?.message.contains("levels of 'Worker' have rows in several clusters") == true)
    #expect(throws: (any Error).self) { try work.robustCovariance(.cr2, clusters: "Nobody") }
    #expect(throws: StatsModelsError.self) { try work.robustCovariance(.cr2, clusters: [1, 2, 3]) }
    #expect(throws: StatsModelsError.self) {
      try work.robustCovariance(.cr2, clusters: [Int](repeating: 1, count: work.nobs))
    }
    #expect(throws: StatsModelsError.self) {
      try work.coefficients(
        ddf: .kenwardRoger, covariance: work.robustCovariance(.cr2, clusters: "Worker"))
    }
  }
}
