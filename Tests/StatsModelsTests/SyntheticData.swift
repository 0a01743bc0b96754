import StatsModels

/// Small data sets with known structure, the same in every run.
enum SyntheticData {
  /// A linear congruential generator: plain numbers without a seed to document.
  struct Noise {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }
    mutating func next() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 11) / Double(1 << 53) - 0.5
    }
  }

  /// Pupils in classrooms in schools in provinces; classroom labels repeat across schools.
  static func schools(rows: Int = 360) -> DataFrame {
    var noise = Noise(7)
    let school = (0..<rows).map { $0 % 12 }
    let classroom = (0..<rows).map { $0 / 12 % 3 }
    let schoolEffects = (0..<12).map { _ in 6 * noise.next() }
    let slopes = (0..<12).map { _ in 2 * noise.next() }
    let classEffects = (0..<36).map { _ in 4 * noise.next() }
    let provinceEffects = (0..<4).map { _ in 5 * noise.next() }
    let age = (0..<rows).map { _ in 10 + 4 * noise.next() }
    let pretest = (0..<rows).map { _ in 20 * noise.next() }
    let score = (0..<rows).map { row -> Double in
      let (s, c) = (school[row], classroom[row])
      return 50 + 2 * age[row] + schoolEffects[s] + slopes[s] * (age[row] - 10) + classEffects[3 * s + c]
        + provinceEffects[s % 4] + 0.3 * pretest[row] + 6 * noise.next()
    }
    let frame: KeyValuePairs<String, any ColumnConvertible> = [
      "test_score": score, "age": age, "pretest": pretest, "school": school,
      "classroom": classroom.map { "abc"[$0] },
      "province": school.map { "p\($0 % 4)" }, "sex": (0..<rows).map { $0 % 5 < 2 ? "f" : "m" },
      "student_id": (0..<rows).map { $0 % 90 }, "flag": (0..<rows).map { $0 % 7 == 0 },
    ]
    return (try? DataFrame(frame)) ?? DataFrame()
  }
}

extension SyntheticData {
  /// Ratings of items by users: effects of standard deviation 0.6 and 0.4, a slope of 0.5, residuals of 1.
  static func ratings(rows: Int = 12_000, users: Int = 1700, items: Int = 1500) -> DataFrame {
    var noise = Noise(11)
    // Uniform numbers have the standard deviation √(1/12).
    func draw(_ deviation: Double) -> Double { deviation * 12.0.squareRoot() * noise.next() }
    func below(_ count: Int) -> Int { min(Int((noise.next() + 0.5) * Double(count)), count - 1) }
    let (userEffects, itemEffects) = ((0..<users).map { _ in draw(0.6) }, (0..<items).map { _ in draw(0.4) })
    let (user, item) = ((0..<rows).map { _ in below(users) }, (0..<rows).map { _ in below(items) })
    let x = (0..<rows).map { _ in draw(1) }
    let y = (0..<rows).map { 2 + 0.5 * x[$0] + userEffects[user[$0]] + itemEffects[item[$0]] + draw(1) }
    let frame: KeyValuePairs<String, any ColumnConvertible> = [
      "y": y, "x": x, "user": user, "item": item.map { "i\($0)" },
    ]
    return (try? DataFrame(frame)) ?? DataFrame()
  }
}

extension String {
  fileprivate subscript(_ position: Int) -> String { String(self[index(startIndex, offsetBy: position)]) }
}
