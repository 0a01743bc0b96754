import Foundation

/// How large things may grow that the numbers in a formula ask for; beyond, an error instead of a full memory.
enum FormulaLimits {
  /// Elements of an array that a function makes of its arguments alone: 128 MB of numbers.
  static let elements = 1 << 24
  /// Characters of a text that is padded or repeated.
  static let characters = 1 << 16
  /// Columns of a design: their names alone take some 100 MB.
  static let columns = 1 << 20
  /// Bytes of memory that the machine has, which a system call tells.
  static let memory = ProcessInfo.processInfo.physicalMemory
  /// Bytes of a matrix that a transform makes: a quarter of them.
  static let bytes = memory / 4

  /// The number of elements, if an array may have as many.
  static func requireElements(_ count: Int) throws {
    guard count <= elements else {
      throw EvaluationError(
        "MemoryError", "an array of \(count) elements: formulas make at most \(elements)")
    }
  }

  /// Refuses a matrix of numbers that would take too much of the memory.
  static func requireMatrix(rows: Int, columns: Int) throws {
    let (count, overflow) = max(rows, 1).multipliedReportingOverflow(by: max(columns, 1))
    guard !overflow, columns <= Self.columns, count < 1 << 60, UInt64(count) * 8 <= bytes else {
      throw EvaluationError(
        "MemoryError",
        "Unable to allocate an array with shape (\(rows), \(columns)) and data type float64: formulas make at "
          + "most \(Self.columns) columns and \(bytes >> 20) MiB")
    }
  }

  /// A width that texts are padded to; negative ones pad nothing.
  static func width(_ width: Int) throws -> Int {
    guard width <= characters else {
      throw EvaluationError(
        "MemoryError", "a text of \(width) characters: formulas make at most \(characters)")
    }
    return max(0, width)
  }

  /// A text a number of times.
  static func repeated(_ text: String, _ times: Int) throws -> String {
    let (count, overflow) = text.unicodeScalars.count.multipliedReportingOverflow(by: max(0, times))
    guard !overflow, count <= characters else {
      throw EvaluationError(
        "MemoryError", "a text repeated \(times) times: formulas make at most \(characters) characters")
    }
    return count == 0 ? "" : String(repeating: text, count: times)
  }
}
