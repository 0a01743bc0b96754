import Foundation
internal import LinearAlgebra
internal import MixedModels

/// Equal rows of a design as one: their successes and trials, or counts and exposures, are summed; of other families
/// only rows with equal responses are equal, and their frequencies are summed. The likelihood keeps every digit, but for
/// constants.
struct RowCompression: Sendable {
  /// The rows, frequencies among their trials.
  let rows: GeneralizedRows
  /// For each row of the data its place among these.
  let index: [Int32]

  /// Rows from which compression is worth a look.
  private static let fewestRows = 1000
  /// Share of distinct rows up to which it pays.
  private static let largestShare = 0.7
  /// Rows looked at first, of whole levels: those of a level are the only ones that can be equal.
  private static let sampleSize = 4000

  /// - Returns: nil where it would not pay.
  init?(_ data: GeneralizedRows, family: ResponseFamily) {
    let n = data.count
    guard n >= Self.fewestRows, n < Int(Int32.max),
      let columns = KeyColumns(data, sumsResponses: family == .binomial || family == .poisson),
      let longest = data.terms.max(by: { $0.levelCount < $1.levelCount })
    else { return nil }
    let levels = max(longest.levelCount * Self.sampleSize / n, 1)
    let step = Int32(max(longest.levelCount / levels, 1))
    let sample = longest.codes.indices.filter { longest.codes[$0] % step == 0 }.prefix(4 * Self.sampleSize)
    guard Double(Set(sample.map { columns.hash(row: $0) }).count) <= Self.largestShare * Double(sample.count),
      let (index, first) = columns.groups(limit: Int(Self.largestShare * Double(n))), first.count > 1
    else { return nil }

    var weights = [Double](repeating: 0, count: first.count)
    var sums = weights
    for i in 0..<n {
      let weight = (data.trials?[i] ?? 1) * (data.frequencies?[i] ?? 1)
      weights[Int(index[i])] += weight
      sums[Int(index[i])] += weight * data.response[i]
    }
    func kept<Value>(_ values: [Value]) -> [Value] { first.map { values[Int($0)] } }
    let response =
      columns.sumsResponses
      ? sums.indices.map { weights[$0] > 0 ? sums[$0] / weights[$0] : data.response[Int(first[$0])] }
      : kept(data.response)
    let x = data.fixed
    rows = GeneralizedRows(
      response: response,
      fixed: Matrix(
        columns: (0..<x.columns).map { j in first.map { x.storage[j * n + Int($0)] } }, rows: first.count),
      terms: data.terms.map { term in
        var moved = term
        moved.codes = kept(term.codes)
        moved.columns = term.columns.map { $0.map(kept) }
        return moved
      },
      offset: data.offset.map(kept), trials: weights, precisions: data.precisions.map(kept))
    self.index = index
  }
}

/// What equal rows have in common.
private struct KeyColumns {
  /// Whether responses are summed, and so no part of the key.
  let sumsResponses: Bool
  private let rowCount: Int
  private let codes: [[Int32]]
  private let numbers: [ArraySlice<Double>]

  /// - Returns: nil for columns of other lengths.
  init?(_ data: GeneralizedRows, sumsResponses: Bool) {
    let n = data.count
    guard data.fixed.rows == n else { return nil }
    self.sumsResponses = sumsResponses
    rowCount = n
    codes = data.terms.map(\.codes)
    let fixed = (0..<data.fixed.columns).map { data.fixed.storage[$0 * n..<($0 + 1) * n] }
    let random = data.terms.flatMap { $0.columns.compactMap { $0?[...] } }
    let others = [data.offset, data.precisions, sumsResponses ? nil : data.response].compactMap { $0?[...] }
    numbers = fixed + random + others
    let weights = [data.trials, data.frequencies].compactMap { $0 }
    guard codes.allSatisfy({ $0.count == n }),
      (numbers.map(\.count) + weights.map(\.count)).allSatisfy({ $0 == n })
    else { return nil }
  }

  @inline(__always)
  private static func mix(_ hash: UInt64, _ bits: UInt64) -> UInt64 {
    let product = (hash ^ bits) &* 0x9E37_79B9_7F4A_7C15
    return product ^ (product >> 29)
  }

  /// Zero has one sign.
  @inline(__always)
  private static func bits(_ x: Double) -> UInt64 { (x + 0).bitPattern }

  func hash(row: Int) -> UInt64 {
    var hash: UInt64 = 0
    for column in codes { hash = Self.mix(hash, UInt64(UInt32(bitPattern: column[row]))) }
    for column in numbers { hash = Self.mix(hash, Self.bits(column[column.startIndex + row])) }
    return hash
  }

  private func hashes() -> RawBuffer<UInt64> {
    let result = RawBuffer<UInt64>(rowCount)
    let h = result.pointer
    for column in codes {
      column.withUnsafeBufferPointer { c in
        for i in 0..<rowCount { h[i] = Self.mix(h[i], UInt64(UInt32(bitPattern: c[i]))) }
      }
    }
    for column in numbers {
      column.withUnsafeBufferPointer { c in
        for i in 0..<rowCount { h[i] = Self.mix(h[i], Self.bits(c[i])) }
      }
    }
    return result
  }

  /// The group of each row, and the first row of each group.
  ///
  /// - Returns: nil for more groups than the limit, and for rows of one hash that are not equal.
  func groups(limit: Int) -> (index: [Int32], first: [Int32])? {
    let hashes = hashes()
    let h = hashes.pointer
    var bits = 4
    while 1 << bits < 2 * limit { bits += 1 }
    let mask = 1 << bits - 1
    // one more than the group that a slot holds
    let slots = IndexBuffer(1 << bits)
    let places = IndexBuffer(rowCount)
    var first: [Int32] = []
    for i in 0..<rowCount {
      var slot = Int(truncatingIfNeeded: h[i]) & mask
      while true {
        let group = slots.pointer[slot] - 1
        if group < 0 {
          guard first.count < limit else { return nil }
          places.pointer[i] = Int32(first.count)
          first.append(Int32(i))
          slots.pointer[slot] = Int32(first.count)
          break
        }
        if h[Int(first[Int(group)])] == h[i] {
          places.pointer[i] = group
          break
        }
        slot = (slot + 1) & mask
      }
    }
    return agree(places.pointer, first) ? (places.array, first) : nil
  }

  /// Whether all rows equal the first ones of their groups, in finite numbers.
  private func agree(_ places: UnsafePointer<Int32>, _ first: [Int32]) -> Bool {
    for column in codes {
      let own = IndexBuffer(first.map { column[Int($0)] })
      let isSame = column.withUnsafeBufferPointer { c in
        (0..<rowCount).allSatisfy { c[$0] == own.pointer[Int(places[$0])] }
      }
      if !isSame { return false }
    }
    for column in numbers {
      let own = Buffer(first.map { column[column.startIndex + Int($0)] })
      let isSame = column.withUnsafeBufferPointer { c in
        (0..<rowCount).allSatisfy { c[$0] - own.pointer[Int(places[$0])] == 0 }
      }
      if !isSame { return false }
    }
    return true
  }
}
