import Foundation
import StatsModels
import Testing

/// Exact fits with a dense block large enough for several threads, each in a process of its own: within one process
/// fits that run at the same time share the threads of the dense kernels.
struct ThreadTests {
  /// 1,600 users and 1,300 items, by a fixed sequence.
  private static func ratings() -> String {
    var state: UInt64 = 9
    func draw() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 11) / 0x1p53 - 0.5
    }
    let effects = (0..<3000).map { _ in draw() }
    var text = "y,x,user,item\n"
    for _ in 0..<9000 {
      let (user, item) = (Int((draw() + 0.5) * 1600), Int((draw() + 0.5) * 1300))
      let x = draw()
      text += "\(x + 2 * effects[user] + effects[1700 + item] + 2 * draw()),\(x),\(user),i\(item)\n"
    }
    return text
  }

  /// All numbers of a report but the times.
  private static func numbers(_ value: JSONValue) -> [Double] {
    if let members = value.members {
      return members.filter { $0.key != "timing" }.flatMap { numbers($0.value) }
    }
    return value.elements?.flatMap(numbers) ?? value.double.map { [$0] } ?? []
  }

  @Test func `the same bits for the same number of threads, the same digits for any`() throws {
    let scratch = try Scratch()
    let data = try scratch.write("ratings.csv", Self.ratings())
    let fit = [
      "fit", data, "--formula", "y ~ x + (1 | user) + (1 | item)", "--exact", "--format", "json", "--all",
    ]
    let reports = try [2, 2, 1].map { try Mixedlm.run(fit + ["--threads", "\($0)"]).json() }
    #expect(reports.map { $0["timing"]?["threads"]?.double } == [2, 2, 1])
    let numbers = reports.map(Self.numbers)
    #expect(numbers[0].count > 20_000 && numbers[0] == numbers[1])
    let largest = numbers[2].reduce(0) { max($0, abs($1)) }
    for (two, one) in zip(numbers[0], numbers[2]) {
      #expect(abs(two - one) <= 1e-8 * max(abs(one), 1e-3 * largest), "\(two) \(one)")
    }
  }
}
