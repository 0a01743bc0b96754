import Foundation

/// The memory that this process may use.
package enum MemoryBudget {
  /// Bytes: what the machine has, or less where the process or its control group is limited.
  package static let available: Int = {
    let physical = Int(clamping: ProcessInfo.processInfo.physicalMemory)
    return ([physical] + limits).filter { $0 > 0 }.min() ?? physical
  }()

  private static var limits: [Int] {
    #if canImport(Glibc)
      var found = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"].compactMap {
        path in
        (try? String(contentsOfFile: path, encoding: .utf8)).flatMap { Int($0.filter(\.isNumber)) }
      }
      var limit = rlimit()
      if getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0 {
        found.append(Int(clamping: limit.rlim_cur))
      }
      return found
    #else
      return []
    #endif
  }
}
