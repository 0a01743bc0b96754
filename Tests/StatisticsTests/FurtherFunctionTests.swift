import DataFrames
import Statistics
import Testing

/// Functions of scipy.stats with scipy 1.17's answers.
@Suite struct FurtherFunctionTests {
  private let a = [2.1, 3.5, 1.2, 8.4, 5.5, 3.5, 9.1]
  private let b = [4.4, 6.1, 7.7, 3.5, 8.8]
  private let c = [1, 2, 2, 3, 9, 14]
  private let w = [1, 2, 3, 0.5, 1, 1, 2]
  private let gap = Column([1, nil, 2.0, 5])
  private let x = [0, 1, 1, 2, 3, 5, 8, 8]
  private let y = [1.0, 3.5, 2.2, 5.1, 4.9, 7.7, 6.0, 9.4]

  private func line(_ found: TheilslopesResult) -> [Double] {
    [found.slope, found.intercept, found.lowSlope, found.highSlope]
  }
  private func test(_ found: SignificanceResult) -> [Double] { [found.statistic, found.pvalue] }

  @Test func agreesWithScipy() throws {
    let cases: [([Double], [Double])] = [
      (try [stats.gmean(a)], [3.8690367667820045]),
      (try [stats.gmean(a, weights: w)], [3.2059545434676804]),
      (try [stats.gmean([0.0, 2])], [0.0]),
      (try [stats.gmean([-1.0, 2])], [.nan]),
      (try [stats.gmean(gap)], [.nan]),
      (try [stats.gmean(gap, nanPolicy: .omit)], [2.154434690031884]),
      (try [stats.gmean([Double]())], [.nan]),
      (try [stats.hmean(a)], [3.054489973844812]),
      (try [stats.hmean(a, weights: w)], [2.4450130851991863]),
      (try [stats.hmean([0.0, 2])], [0.0]),
      (try [stats.hmean([-1.0, 2])], [.nan]),
      (try [stats.hmean(gap, nanPolicy: .omit)], [1.7647058823529411]),
      (try [stats.medianAbsDeviation(a)], [2.0]),
      (try [stats.medianAbsDeviation(c, scale: .normal)], [1.482602218505602]),
      (try [stats.medianAbsDeviation(b, scale: 2)], [0.8499999999999996]),
      (try [stats.medianAbsDeviation(gap)], [.nan]),
      (try [stats.medianAbsDeviation(gap, nanPolicy: .omit)], [1.0]),
      (try [stats.medianAbsDeviation([Double]())], [.nan]),
      (
        try stats.percentileofscore(a, [0, 3.5, 4, 9.1, 20], kind: .rank),
        [0.0, 50.0, 57.142857142857146, 100.0, 100.0]
      ),
      (
        try stats.percentileofscore(a, [0, 3.5, 4, 9.1, 20], kind: .weak),
        [0.0, 57.142857142857146, 57.142857142857146, 100.0, 100.0]
      ),
      (
        try stats.percentileofscore(a, [0, 3.5, 4, 9.1, 20], kind: .strict),
        [0.0, 28.571428571428573, 57.142857142857146, 85.71428571428572, 100.0]
      ),
      (
        try stats.percentileofscore(a, [0, 3.5, 4, 9.1, 20], kind: .mean),
        [0.0, 42.85714285714286, 57.142857142857146, 92.85714285714286, 100.0]
      ),
      (try [stats.percentileofscore(c, 2)], [41.66666666666667]),
      (try [stats.percentileofscore(gap, 2)], [.nan]),
      (
        try [stats.percentileofscore(gap, 2, nanPolicy: .omit), stats.percentileofscore(a, Double.nan)],
        [66.66666666666667, .nan]
      ),
      (try line(stats.theilslopes(y, x)), [0.9642857142857144, 2.589285714285714, 0.35714285714285715, 1.4]),
      (try line(stats.theilslopes(y)), [1.0166666666666666, 1.4416666666666669, 0.5, 1.5]),
      (
        try line(stats.theilslopes(y, x, alpha: 0.9, method: .joint)),
        [0.9642857142857144, 1.846428571428571, 0.5428571428571428, 1.375]
      ),
      (
        try line(stats.theilslopes(y, x, alpha: 0.1)),
        [0.9642857142857144, 2.589285714285714, 0.5428571428571428, 1.375]
      ),
      (try line(stats.theilslopes([1.0, 2], [3, 4])), [1.0, -2.0, 1.0, 1.0]),
      (try line(stats.theilslopes(y, [2, 2, 2, 2, 2, 2, 2, 2])), [.nan, .nan, .nan, .nan]),
      (
        try test(stats.brunnermunzel(a, b, alternative: .twoSided)),
        [0.9220179477747356, 0.38237040429889746]
      ),
      (
        try test(stats.brunnermunzel(a, c, alternative: .twoSided, distribution: .normal)),
        [-0.5050225950059313, 0.613542966155254]
      ),
      (try test(stats.brunnermunzel(a, b, alternative: .less)), [0.9220179477747356, 0.19118520214944873]),
      (
        try test(stats.brunnermunzel(a, c, alternative: .less, distribution: .normal)),
        [-0.5050225950059313, 0.693228516922373]
      ),
      (try test(stats.brunnermunzel(a, b, alternative: .greater)), [0.9220179477747356, 0.8088147978505513]),
      (
        try test(stats.brunnermunzel(a, c, alternative: .greater, distribution: .normal)),
        [-0.5050225950059313, 0.306771483077627]
      ),
      (try test(stats.brunnermunzel([1.0, 2], [3, 4])), [.infinity, .nan]),
      (try test(stats.brunnermunzel(gap, a)), [.nan, .nan]),
      (try test(stats.brunnermunzel(gap, a, nanPolicy: .omit)), [1.3339459376998313, 0.2664572348565182]),
      (
        try test(stats.fligner(a, b, c, center: .median, proportiontocut: 0.2)),
        [0.2266638674128391, 0.8928542425052318]
      ),
      (
        try test(stats.fligner(a, b, c, center: .mean, proportiontocut: 0.2)),
        [4.995248244296678, 0.08228025441418847]
      ),
      (
        try test(stats.fligner(a, b, c, center: .trimmed, proportiontocut: 0.2)),
        [2.0308786376675525, 0.3622432545865603]
      ),
      (try test(stats.fligner(a, b)), [0.09269867627654349, 0.7607739789322627]),
      (try test(stats.fligner([1, 1], [2, 2])), [.nan, .nan]),
    ]
    for (place, (found, expected)) in cases.enumerated() {
      let isSame =
        found.count == expected.count
        && zip(found, expected).allSatisfy { agree($0, $1, 1e-12, floor: 1e-14) }
      #expect(isSame, "case \(place): \(found), scipy \(expected)")
    }
  }

  /// Share, p-value, and the limits at 90 % by each method.
  @Test(
    arguments: [
      (
        3, 15, 0.1, .twoSided,
        [
          0.2, 0.18406106910639106, 0.05684686759024679, 0.4397844359815561, 0.08289830182588703,
          0.40878632094019707, 0.06327253751485307, 0.44436434598843766,
        ]
      ),
      (
        3, 15, 0.1, .less,
        [0.2, 0.944444369992464, 0.0, 0.3927934728763586, 0.0, 0.3587039831567061, 0.0, 0.395098687481865]
      ),
      (
        3, 15, 0.1, .greater,
        [
          0.2, 0.18406106910639106, 0.07585877815743616, 1.0, 0.10050779903903884, 1.0, 0.07795395725625212,
          1.0,
        ]
      ),
      (
        10, 12, 0.6, .twoSided,
        [
          0.8333333333333334, 0.14075324415999996, 0.5618945648851729, 0.9695398343408629, 0.6007930895844599,
          0.9432194472505556, 0.5557319456617544, 0.9637504196699501,
        ]
      ),
      (
        0, 8, 0.3, .twoSided,
        [0.0, 0.11561566, 0.0, 0.31234397806636793, 0.0, 0.25272359742376327, 0.0, 0.3374836975082991]
      ),
      (
        8, 8, 0.3, .twoSided,
        [
          1.0, 6.560999999999998e-05, 0.6876560219336321, 1.0, 0.7472764025762368, 1.0, 0.6625163024917009,
          1.0,
        ]
      ),
      (8, 8, 0.3, .less, [1.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0]),
      (
        8, 8, 0.3, .greater,
        [
          1.0, 6.560999999999998e-05, 0.7498942093324558, 1.0, 0.8296711635082987, 1.0, 0.7383486075904848,
          1.0,
        ]
      ),
      (
        6, 12, 0.5, .twoSided,
        [
          0.5, 1.0, 0.24529980127412496, 0.754700198725875, 0.2855348543775254, 0.7144651456224747,
          0.25214259940181627, 0.7478574005981837,
        ]
      ),
      (
        1, 40, 0.2, .twoSided,
        [
          0.025, 0.0024531698153493577, 0.001281510522875753, 0.11318836094473747, 0.005597209251474916,
          0.10458856696171026, 0.0017207883259054702, 0.12288314524076535,
        ]
      ),
      (
        55, 100, 0.5, .twoSided,
        [
          0.55, 0.36820161732669615, 0.4628896013505203, 0.6348377098057405, 0.46792669861613656,
          0.6294390293055461, 0.4629830155820909, 0.6342239005933759,
        ]
      ),
      (
        450, 1000, 0.5, .twoSided,
        [
          0.45, 0.0017305360849763027, 0.4237571651541148, 0.4764614890702484, 0.4242924393094884,
          0.47597738501448766, 0.42379640481621744, 0.4764786259833687,
        ]
      ),
      (
        5, 10, 0.0, .twoSided,
        [
          0.5, 0.0, 0.22244110100812892, 0.777558898991871, 0.26927182113826725, 0.7307281788617328,
          0.2308286956244167, 0.7691713043755832,
        ]
      ),
      (
        0, 10, 0.0, .twoSided,
        [0.0, 1.0, 0.0, 0.25886555089334723, 0.0, 0.21294197008340698, 0.0, 0.28473738771765555]
      ),
      (
        10, 10, 1.0, .twoSided,
        [1.0, 1.0, 0.7411344491066528, 1.0, 0.787058029916593, 1.0, 0.7152626122823444, 1.0]
      ),
      (
        1, 1, 0.5, .twoSided,
        [1.0, 1.0, 0.04999999999999999, 1.0, 0.2698659487840541, 1.0, 0.07276059076439756, 1.0]
      ),
    ] as [(Int, Int, Double, stats.Alternative, [Double])])
  func binomial(k: Int, n: Int, p: Double, alternative: stats.Alternative, expected: [Double]) throws {
    let found = try stats.binomtest(k, n, p: p, alternative: alternative)
    let limits = try BinomTestResult.IntervalMethod.allCases.flatMap { method in
      let limits = try found.proportionCi(confidenceLevel: 0.9, method: method)
      return [limits.low, limits.high]
    }
    let values = [found.statistic, found.pvalue] + limits
    // scipy searches for the exact limits to twelve digits.
    let isSame = zip(values, expected).allSatisfy { agree($0, $1, 1e-10, floor: 1e-14) }
    #expect(isSame, "\(values), scipy \(expected)")
  }

  @Test func namesWhatIsWrong() {
    let wrong: [() throws -> Void] = [
      { _ = try stats.binomtest(5, 4) }, { _ = try stats.binomtest(-1, 4) },
      { _ = try stats.binomtest(0, 0) },
      { _ = try stats.binomtest(1, 4, p: 1.5) },
      { _ = try stats.binomtest(1, 4).proportionCi(confidenceLevel: 2) },
      { _ = try stats.theilslopes([1.0]) }, { _ = try stats.theilslopes([1.0, 2], [1.0]) },
      { _ = try stats.fligner([1.0]) }, { _ = try stats.gmean([1.0, 2], weights: [1.0]) },
      { _ = try stats.gmean(Column(["a"])) }, { _ = try stats.hmean([1.0, .nan], nanPolicy: .raise) },
    ]
    for body in wrong { #expect(throws: StatisticsError.self) { try body() } }
  }
}
