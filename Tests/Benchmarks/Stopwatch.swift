import Foundation

/// Wall and processor seconds of named steps, measured several times.
struct Stopwatch {
  private(set) var wall: [String: [Double]] = [:]
  private(set) var processor: [String: [Double]] = [:]

  /// Runs `body` and notes how long it took.
  mutating func time<Result>(_ step: String, _ body: () throws -> Result) rethrows -> Result {
    let (wallStart, processorStart) = (Self.seconds(CLOCK_MONOTONIC), Self.seconds(CLOCK_PROCESS_CPUTIME_ID))
    let result = try body()
    processor[step, default: []].append(Self.seconds(CLOCK_PROCESS_CPUTIME_ID) - processorStart)
    wall[step, default: []].append(Self.seconds(CLOCK_MONOTONIC) - wallStart)
    return result
  }

  /// Adds a step that is the sum of others, repetition by repetition.
  mutating func add(_ step: String, sumOf parts: [String]) {
    func sum(_ times: [String: [Double]]) -> [Double] {
      let columns = parts.map { times[$0] ?? [] }
      return (0..<(columns.map(\.count).min() ?? 0)).map { i in columns.reduce(0) { $0 + $1[i] } }
    }
    wall[step] = sum(wall)
    processor[step] = sum(processor)
  }

  private static func seconds(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
