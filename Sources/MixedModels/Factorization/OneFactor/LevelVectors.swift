import Foundation
internal import LinearAlgebra

/// Numbers of four levels side by side.
typealias FourLevels = SIMD4<Double>

/// Numbers of four levels each, zero at first.
final class FourLevelBuffer {
  let pointer: UnsafeMutablePointer<FourLevels>

  init(_ count: Int) {
    pointer = .allocate(capacity: max(count, 1))
    pointer.initialize(repeating: .zero, count: max(count, 1))
  }

  deinit { pointer.deallocate() }
}

/// Records of the levels of one factor, four levels side by side; levels that fill up the last four are zero.
///
/// Each four have the lower triangle of M = Z̃'Z̃ by rows, then a = Z̃'[X̃ ẽ] by rows.
struct LevelVectors {
  private let values: FourLevelBuffer
  /// Number of fours.
  let count: Int
  /// k and r: columns of Z̃ and of [X̃ ẽ].
  let width: Int
  let columns: Int
  /// Entries of a symmetric k × k matrix, and of a record.
  let triangle: Int
  let size: Int

  init(_ block: CrossProducts.ChainBlock) {
    width = block.width
    columns = block.panelWidth
    triangle = Self.triangle(width)
    size = triangle + width * columns
    count = (block.levelCount + 3) / 4
    values = FourLevelBuffer(count * size)
    for level in 0..<block.levelCount {
      let record = block.records.pointer + level * width * block.stride
      let target = values.pointer + level / 4 * size
      let lane = level % 4
      var e = 0
      for a in 0..<width {
        for b in 0...a {
          target[e][lane] = record[a * block.stride + b]
          e += 1
        }
      }
      for a in 0..<width {
        for c in 0..<columns {
          target[e][lane] = record[a * block.stride + width + c]
          e += 1
        }
      }
    }
  }

  /// Takes the response out of all records.
  func clearResponse() {
    for group in 0..<count {
      let target = values.pointer + group * size + triangle + columns - 1
      for a in 0..<width { target[a * columns] = .zero }
    }
  }

  /// Adds a multiple of a row of Z̃ to Z̃'ẽ of its level.
  func addResponse(_ level: Int, _ row: UnsafePointer<Double>, times value: Double) {
    let target = values.pointer + level / 4 * size + triangle + columns - 1
    for a in 0..<width { target[a * columns][level % 4] += row[a] * value }
  }

  /// The records of four levels.
  var pointer: UnsafePointer<FourLevels> { UnsafePointer(values.pointer) }

  /// Number of entries on and below the diagonal.
  @inline(__always)
  static func triangle(_ width: Int) -> Int { width * (width + 1) / 2 }

  /// Position of an entry of a symmetric matrix in its triangle by rows.
  @inline(__always)
  static func entry(_ a: Int, _ b: Int) -> Int { a >= b ? triangle(a) + b : triangle(b) + a }
}

/// Sums logarithms of numbers ≥ 1 of four levels side by side, as ``LogSum``.
struct FourLogSums {
  private var product = FourLevels(repeating: 1)
  private var sum = 0.0

  @inline(__always)
  mutating func add(_ values: FourLevels) {
    product *= values
    if any(product .> 1e150) {
      sum += logarithm
      product = FourLevels(repeating: 1)
    }
  }

  /// Each lane by itself: the product of two is beyond what doubles hold.
  private var logarithm: Double { (0..<4).reduce(0) { $0 + log(product[$1]) } }

  var value: Double { sum + logarithm }
}
