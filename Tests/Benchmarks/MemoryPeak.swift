import Foundation

/// How far the resident memory of this process rises from now on; nan where the kernel does not say.
struct MemoryPeak {
  private let start: Double

  init() {
    // sets the kernel's peak to what is resident now
    try? Data("5".utf8).write(to: URL(fileURLWithPath: "/proc/self/clear_refs"))
    start = Self.status("VmRSS")
  }

  /// Megabytes from the start to the peak.
  var megabytes: Double { Self.status("VmHWM") - start }

  private static func status(_ name: String) -> Double {
    let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix(name + ":") }
    let kilobytes = line?.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap {
      Double($0)
    }
    return (kilobytes ?? .nan) / 1024
  }
}
