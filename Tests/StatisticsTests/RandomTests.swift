import DataFrames
import Statistics
import Testing

@Suite struct RandomTests {
  /// Written down once: these numbers may never change.
  @Test func generatorIsStable() {
    var generator = RandomGenerator(seed: 7)
    let words = (0..<3).map { _ in generator.next() }
    var again = RandomGenerator(seed: 7)
    #expect(words == (0..<3).map { _ in again.next() })
    #expect(words == [16_694_846_082_649_344_870, 7_467_484_925_687_832_917, 7_043_784_180_611_937_324])
    // Draws follow from quantiles, whose last bits may improve.
    #expect(abs(generator.uniform() - 0.5026547963945405) < 1e-16)
    let draws = stats.norm.rvs(size: 2, using: &generator)
    #expect(abs(draws[0] - 1.2006668085939032) < 1e-14 && abs(draws[1] - 0.3237396009329686) < 1e-14)
    #expect(stats.poisson.rvs(4, size: 4, using: &generator) == [5, 1, 2, 6])
    var other = RandomGenerator(seed: 8)
    #expect(other.next() != words[0])
  }

  @Test func drawsFollowTheirDistribution() throws {
    var generator = RandomGenerator(seed: 1)
    let continuous: [stats.Distribution] = [
      stats.norm(loc: 2, scale: 3), stats.t(4), stats.gamma(0.7), stats.beta(2, 5),
    ]
    for distribution in continuous {
      let draws = distribution.rvs(size: 400, using: &generator)
      #expect(try stats.kstest(draws, distribution).pvalue > 1e-3)
    }
    let counts = stats.binom.rvs(10, 0.3, size: 2000, using: &generator)
    #expect(abs(counts.reduce(0, +) / 2000 - 3) < 0.15 && counts.allSatisfy { $0 == $0.rounded() })
  }

  /// Where scipy's quantiles lose the tail, ours are held to the tails they invert.
  @Test func farQuantilesInvertTails() {
    let all: [stats.Distribution] = [
      stats.f(2.5, 8), stats.f(1, 1), stats.f(200, 500), stats.t(0.6), stats.t(1), stats.t(2.5),
      stats.chi2(3),
      stats.gamma(0.2), stats.beta(0.5, 0.5), stats.norm(), stats.lognorm(0.5),
    ]
    for (i, distribution) in all.enumerated() {
      for q in [1e-250, 1e-100, 1e-12, 0.3] {
        let x = distribution.isf(q)
        guard x.isFinite, x < 0.99999 || i != 8 else { continue }
        #expect(agree(distribution.sf(x), q, 1e-11), "\(i) \(q): \(x)")
      }
    }
  }

  @Test func columnsAndWrongInput() throws {
    let a = Column(name: "a", [1.0, 2.0, 4.0, nil] as [Double?])
    #expect(try stats.ttest1samp(a, 0, nanPolicy: .omit).df == 2)
    #expect(try stats.ttest1samp(a, 0).pvalue.isNaN)
    #expect(throws: StatisticsError.self) { try stats.ttest1samp(a, 0, nanPolicy: .raise) }
    let tails = stats.norm.sf(a)
    #expect(tails.name == "a" && tails.doubles?[1] == stats.norm.sf(2.0) && tails.nonMissingCount == 3)
    #expect(throws: StatisticsError.self) { try stats.sem(Column(name: "g", ["x", "y"])) }
    #expect(throws: StatisticsError.self) { try stats.pearsonr([1.0, 2], [1.0]) }
    #expect(throws: StatisticsError.self) { try stats.kruskal([1.0, 2]) }
    let endless = [1, 2, .infinity, 4, 3.5]
    #expect(try stats.wilcoxon(endless, [2, 1, .infinity, 3, 9]).pvalue.isNaN)
    #expect(try stats.pointbiserialr([0.0, 1, 1, 0, 1], endless).statistic.isNaN)
    #expect(try stats.probplot(endless).r.isNaN && stats.pointbiserialr([1], [2]).pvalue.isNaN)
    #expect(stats.chi2.sf(3, 1) == stats.chi2(1).sf(3.0) && stats.t.sf(2.0, df: 8) == stats.t.sf(2.0, 8))
    #expect(stats.norm.cdf([0, 0.0]) == [0.5, 0.5] && stats.norm.cdf(0) == 0.5)
    #expect(stats.norm.pdf(0.0, scale: -1).isNaN && stats.binom.pmf(1, 2.5, 0.5).isNaN)
  }
}
