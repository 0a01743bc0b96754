import Foundation

/// Gives equal byte strings one code, counting from 0 in order of appearance.
///
/// An open-addressing table over raw memory, released by ``deallocate()``: a million rows cost no `String`.
package struct ByteInterner {
  /// A place of the table: short texts are compared here, without a look at the arena.
  private struct Slot {
    var key: Key
    /// A text's code; ``free``, or from ``firstMarker`` down what is no text.
    var place: Int32
  }
  private static let free: Int32 = -1
  private static let firstMarker: Int32 = -2
  /// Where the bytes of a text are.
  private struct Entry {
    var offset: Int
    var length: Int
  }
  /// Length and 16 bytes: the whole of a text of at most 16 bytes, first and last word (which may overlap);
  /// of a longer text its hash.
  private struct Key: Equatable {
    var first: UInt64
    var last: UInt64
    var length: Int32

    var isWhole: Bool { length <= 16 }
    var hash: UInt64 {
      ByteInterner.mix(first ^ ByteInterner.mix(last ^ UInt64(truncatingIfNeeded: length)))
    }
  }

  private var slots: UnsafeMutablePointer<Slot>
  private var mask = 63
  private var entries: UnsafeMutablePointer<Entry>
  private var entryCapacity = 32
  /// What is no text, a few missing markers.
  private var markers: [Entry] = []
  private var arena: UnsafeMutablePointer<UInt8>
  private var arenaCount = 0
  private var arenaCapacity = 256
  private var last = Slot(key: Key(first: 0, last: 0, length: -1), place: -1)
  /// Number of codes given.
  private(set) var count = 0

  /// An empty table.
  package init() {
    slots = .allocate(capacity: 64)
    slots.initialize(repeating: Self.freeSlot, count: 64)
    entries = .allocate(capacity: 32)
    arena = .allocate(capacity: 256)
  }

  /// Frees the memory; the table must not be used afterwards.
  package func deallocate() {
    slots.deallocate()
    entries.deallocate()
    arena.deallocate()
  }

  /// The code of the bytes; at their first appearance what `register` makes of them.
  ///
  /// `register` gets the bytes and returns whether they are a text of their own; the others get code -1.
  @inline(__always)
  mutating func code(
    for bytes: UnsafePointer<UInt8>, _ length: Int, register: () -> Bool
  ) -> Int32 {
    let key = Self.key(bytes, length)
    // Sorted data repeats the value of the row before.
    if last.key == key, key.isWhole || matches(last, bytes) { return max(last.place, -1) }
    var position = Int(truncatingIfNeeded: key.hash) & mask
    while slots[position].place != Self.free {
      if slots[position].key == key, key.isWhole || matches(slots[position], bytes) {
        last = slots[position]
        return max(last.place, -1)
      }
      position = (position + 1) & mask
    }
    return insert(bytes, key, at: position, isText: register())
  }

  /// The code of the bytes.
  package mutating func code(for bytes: UnsafePointer<UInt8>, _ length: Int) -> Int32 {
    code(for: bytes, length) { true }
  }

  /// Whether the bytes have been seen.
  func contains(_ bytes: UnsafePointer<UInt8>, _ length: Int) -> Bool {
    let key = Self.key(bytes, length)
    var position = Int(truncatingIfNeeded: key.hash) & mask
    while slots[position].place != Self.free {
      if slots[position].key == key, key.isWhole || matches(slots[position], bytes) { return true }
      position = (position + 1) & mask
    }
    return false
  }

  /// The distinct texts, by code.
  func pool() -> [String] {
    (0..<count).map { code in
      let entry = entries[code]
      return String(
        decoding: UnsafeBufferPointer(start: arena + entry.offset, count: entry.length), as: UTF8.self)
    }
  }

  /// The bytes of each code, in order of the codes.
  func eachText(_ body: (UnsafePointer<UInt8>, Int) -> Void) {
    for code in 0..<count { body(arena + entries[code].offset, entries[code].length) }
  }

  /// Whether the text of a slot with an equal key is the same.
  @inline(never)
  private func matches(_ slot: Slot, _ bytes: UnsafePointer<UInt8>) -> Bool {
    let entry = slot.place >= 0 ? entries[Int(slot.place)] : markers[Int(Self.firstMarker - slot.place)]
    return memcmp(arena + entry.offset, bytes, entry.length) == 0
  }

  @inline(__always)
  private static func word(_ bytes: UnsafeRawPointer, _ offset: Int) -> UInt64 {
    bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
  }

  @inline(never)
  private mutating func insert(
    _ bytes: UnsafePointer<UInt8>, _ key: Key, at position: Int, isText: Bool
  ) -> Int32 {
    let length = Int(key.length)
    if arenaCount + length > arenaCapacity {
      let capacity = max(2 * arenaCapacity, arenaCount + length)
      arena = Self.grown(arena, arenaCount, to: capacity)
      arenaCapacity = capacity
    }
    memcpy(arena + arenaCount, bytes, length)
    let entry = Entry(offset: arenaCount, length: length)
    arenaCount += length
    if isText {
      if count == entryCapacity {
        entries = Self.grown(entries, entryCapacity, to: 2 * entryCapacity)
        entryCapacity *= 2
      }
      entries[count] = entry
      last = Slot(key: key, place: Int32(truncatingIfNeeded: count))
      count += 1
    } else {
      last = Slot(key: key, place: Self.firstMarker - Int32(truncatingIfNeeded: markers.count))
      markers.append(entry)
    }
    slots[position] = last
    // Small tables are kept half empty; large ones save memory.
    let used = count + markers.count
    if used > (mask < 1 << 20 ? mask / 2 : mask / 10 * 7) { rehash() }
    return max(last.place, -1)
  }

  private static var freeSlot: Slot { Slot(key: Key(first: 0, last: 0, length: 0), place: free) }

  private mutating func rehash() {
    let (old, oldCount) = (slots, mask + 1)
    let capacity = oldCount * (oldCount < 1 << 20 ? 4 : 2)
    mask = capacity - 1
    slots = .allocate(capacity: capacity)
    slots.initialize(repeating: Self.freeSlot, count: capacity)
    for index in 0..<oldCount where old[index].place != Self.free {
      var position = Int(truncatingIfNeeded: old[index].key.hash) & mask
      while slots[position].place != Self.free { position = (position + 1) & mask }
      slots[position] = old[index]
    }
    old.deallocate()
  }

  private static func grown<T>(
    _ memory: UnsafeMutablePointer<T>, _ count: Int, to capacity: Int
  ) -> UnsafeMutablePointer<T> {
    let result = UnsafeMutablePointer<T>.allocate(capacity: capacity)
    result.moveInitialize(from: memory, count: count)
    memory.deallocate()
    return result
  }

  @inline(__always)
  private static func key(_ bytes: UnsafePointer<UInt8>, _ length: Int) -> Key {
    let raw = UnsafeRawPointer(bytes)
    let size = Int32(clamping: length)
    if length > 16 { return Key(first: hash(raw, length), last: word(raw, length - 8), length: size) }
    if length >= 8 { return Key(first: word(raw, 0), last: word(raw, length - 8), length: size) }
    if length >= 4 {
      let first = raw.loadUnaligned(fromByteOffset: 0, as: UInt32.self)
      let last = raw.loadUnaligned(fromByteOffset: length - 4, as: UInt32.self)
      return Key(first: UInt64(first), last: UInt64(last), length: size)
    }
    var first: UInt64 = 0
    for offset in 0..<length { first = first << 8 | UInt64(bytes[offset]) }
    return Key(first: first, last: 0, length: size)
  }

  /// A multiply-and-fold hash over words of eight bytes, the last of which overlaps the one before.
  @inline(never)
  private static func hash(_ bytes: UnsafeRawPointer, _ length: Int) -> UInt64 {
    var state = UInt64(truncatingIfNeeded: length) &* 0x9E37_79B9_7F4A_7C15
    var offset = 0
    while offset + 8 <= length {
      state = mix(state ^ word(bytes, offset))
      offset += 8
    }
    return mix(state ^ word(bytes, length - 8))
  }

  @inline(__always)
  private static func mix(_ x: UInt64) -> UInt64 {
    let (high, low) = (x ^ 0xA076_1D64_78BD_642F).multipliedFullWidth(by: 0xE703_7ED1_A0B4_28DB)
    return high ^ low
  }
}
