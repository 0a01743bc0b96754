import Foundation

#if canImport(Glibc)
  import Glibc
#endif

/// What the operating system tells about this process and this machine.
enum Machine {
  /// Largest resident size of this process so far, in megabytes; nil where /proc does not exist.
  static var peakMegabytes: Double? { megabytes("VmHWM") }

  /// Resident size of this process, in megabytes.
  static var residentMegabytes: Double? { megabytes("VmRSS") }

  private static func megabytes(_ name: String) -> Double? {
    field(name, of: "/proc/self/status").flatMap { Double($0.prefix { $0.isNumber }) }.map { $0 / 1024 }
  }

  /// Makes ``peakMegabytes`` the largest size from now on, where the kernel allows it, and gives back what is free in the
  /// heap, so that what comes does not live on it.
  static func forgetPeak() {
    #if canImport(Glibc)
      if let trim = dlsym(nil, "malloc_trim") {
        _ = unsafeBitCast(trim, to: (@convention(c) (Int) -> Int32).self)(0)
      }
    #endif
    try? Data("5".utf8).write(to: URL(fileURLWithPath: "/proc/self/clear_refs"))
  }

  /// Mean number of runnable processes in the last minute.
  static var load: Double? {
    guard let text = try? String(contentsOfFile: "/proc/loadavg", encoding: .utf8) else { return nil }
    return text.split(separator: " ").first.flatMap { Double($0) }
  }

  /// Processor, cores and system in a line.
  static var summary: String {
    let processor = field("model name", of: "/proc/cpuinfo") ?? "unknown processor"
    return "\(processor), \(ProcessInfo.processInfo.processorCount) cores, "
      + ProcessInfo.processInfo.operatingSystemVersionString
  }

  private static func field(_ name: String, of path: String) -> String? {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
    for line in text.split(separator: "\n") where line.hasPrefix(name) {
      return line.split(separator: ":", maxSplits: 1).last.map { $0.trimmingCharacters(in: .whitespaces) }
    }
    return nil
  }

  /// The command that runs another one on `count` cores, so that the library, which uses the cores there are, runs on
  /// as many threads; empty where there is no such command.
  static func command(onCores count: Int) -> [String] {
    let program = "/usr/bin/taskset"
    guard FileManager.default.isExecutableFile(atPath: program),
      let allowed = field("Cpus_allowed_list", of: "/proc/self/status")
    else { return [] }
    let cores = allowed.split(separator: ",").flatMap { part -> [Int] in
      let ends = part.split(separator: "-").compactMap { Int($0) }
      guard let first = ends.first, let last = ends.last, first <= last else { return [] }
      return Array(first...last)
    }
    // the first cores serve interrupts
    return [program, "-c", cores.suffix(count).map(String.init).joined(separator: ",")]
  }
}
