import Foundation

/// Gives equal byte strings one code, counting from 0 in order of appearance.
///
/// An open-addressing table over raw memory, released by ``deallocate()``: a million rows cost no `String`.
struct ByteInterner {
  private struct Slot {
    var tag: UInt32
    var entry: Int32
  }
  private struct Entry {
    var offset: Int
    var length: Int
    var code: Int32
  }

  private var slots: UnsafeMutablePointer<Slot>
  private var mask = 63
  private var entries: UnsafeMutablePointer<Entry>
  private var entryCount = 0
  private var entryCapacity = 32
  private var arena: UnsafeMutablePointer<UInt8>
  private var arenaCount = 0
  private var arenaCapacity = 256
  private var last = -1
  /// Number of codes given.
  private(set) var count = 0

  /// An empty table.
  init() {
    slots = .allocate(capacity: 64)
    slots.initialize(repeating: Slot(tag: 0, entry: -1), count: 64)
    entries = .allocate(capacity: 32)
    arena = .allocate(capacity: 256)
  }

  /// Frees the memory; the table must not be used afterwards.
  func deallocate() {
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
    // Sorted data repeats the value of the row before.
    if last >= 0, matches(last, bytes, length) { return entries[last].code }
    let hash = Self.hash(bytes, length)
    let tag = UInt32(truncatingIfNeeded: hash >> 32)
    var position = Int(truncatingIfNeeded: hash) & mask
    while slots[position].entry >= 0 {
      if slots[position].tag == tag {
        let entry = Int(slots[position].entry)
        if matches(entry, bytes, length) {
          last = entry
          return entries[entry].code
        }
      }
      position = (position + 1) & mask
    }
    return insert(bytes, length, tag: tag, at: position, isText: register())
  }

  /// Whether the bytes have been seen.
  func contains(_ bytes: UnsafePointer<UInt8>, _ length: Int) -> Bool {
    var position = Int(truncatingIfNeeded: Self.hash(bytes, length)) & mask
    while slots[position].entry >= 0 {
      if matches(Int(slots[position].entry), bytes, length) { return true }
      position = (position + 1) & mask
    }
    return false
  }

  /// The distinct texts, by code.
  func pool() -> [String] {
    var result: [String] = []
    result.reserveCapacity(count)
    for index in 0..<entryCount where entries[index].code >= 0 {
      let entry = entries[index]
      result.append(
        String(
          decoding: UnsafeBufferPointer(start: arena + entry.offset, count: entry.length), as: UTF8.self))
    }
    return result
  }

  /// The bytes of each code, in order of the codes.
  func eachText(_ body: (UnsafePointer<UInt8>, Int) -> Void) {
    for index in 0..<entryCount where entries[index].code >= 0 {
      body(arena + entries[index].offset, entries[index].length)
    }
  }

  @inline(__always)
  private func matches(_ index: Int, _ bytes: UnsafePointer<UInt8>, _ length: Int) -> Bool {
    let entry = entries[index]
    return entry.length == length && Self.areEqual(UnsafeRawPointer(arena + entry.offset), bytes, length)
  }

  /// `memcmp` without the call: whole words, the last of which overlaps the one before.
  @inline(__always)
  private static func areEqual(_ a: UnsafeRawPointer, _ b: UnsafeRawPointer, _ length: Int) -> Bool {
    if length >= 8 {
      var offset = 0
      while offset + 8 < length {
        if word(a, offset) != word(b, offset) { return false }
        offset += 8
      }
      return word(a, length - 8) == word(b, length - 8)
    }
    for offset in 0..<length
    where a.load(fromByteOffset: offset, as: UInt8.self) != b.load(fromByteOffset: offset, as: UInt8.self) {
      return false
    }
    return true
  }

  @inline(__always)
  private static func word(_ bytes: UnsafeRawPointer, _ offset: Int) -> UInt64 {
    bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
  }

  @inline(never)
  private mutating func insert(
    _ bytes: UnsafePointer<UInt8>, _ length: Int, tag: UInt32, at position: Int, isText: Bool
  ) -> Int32 {
    if entryCount == entryCapacity {
      entries = Self.grown(entries, entryCapacity, to: 2 * entryCapacity)
      entryCapacity *= 2
    }
    if arenaCount + length > arenaCapacity {
      let capacity = max(2 * arenaCapacity, arenaCount + length)
      arena = Self.grown(arena, arenaCount, to: capacity)
      arenaCapacity = capacity
    }
    memcpy(arena + arenaCount, bytes, length)
    let code = isText ? Int32(truncatingIfNeeded: count) : -1
    entries[entryCount] = Entry(offset: arenaCount, length: length, code: code)
    slots[position] = Slot(tag: tag, entry: Int32(truncatingIfNeeded: entryCount))
    last = entryCount
    arenaCount += length
    entryCount += 1
    if isText { count += 1 }
    if entryCount * 2 > mask { rehash() }
    return code
  }

  private mutating func rehash() {
    slots.deallocate()
    let capacity = (mask + 1) * 4
    mask = capacity - 1
    slots = .allocate(capacity: capacity)
    slots.initialize(repeating: Slot(tag: 0, entry: -1), count: capacity)
    for index in 0..<entryCount {
      let hash = Self.hash(arena + entries[index].offset, entries[index].length)
      var position = Int(truncatingIfNeeded: hash) & mask
      while slots[position].entry >= 0 { position = (position + 1) & mask }
      slots[position] = Slot(
        tag: UInt32(truncatingIfNeeded: hash >> 32), entry: Int32(truncatingIfNeeded: index))
    }
  }

  private static func grown<T>(
    _ memory: UnsafeMutablePointer<T>, _ count: Int, to capacity: Int
  ) -> UnsafeMutablePointer<T> {
    let result = UnsafeMutablePointer<T>.allocate(capacity: capacity)
    result.moveInitialize(from: memory, count: count)
    memory.deallocate()
    return result
  }

  /// A multiply-and-fold hash over words of eight bytes.
  @inline(__always)
  private static func hash(_ bytes: UnsafePointer<UInt8>, _ length: Int) -> UInt64 {
    let raw = UnsafeRawPointer(bytes)
    var state = UInt64(truncatingIfNeeded: length) &* 0x9E37_79B9_7F4A_7C15
    var offset = 0
    while offset + 8 <= length {
      state = mix(state ^ word(raw, offset))
      offset += 8
    }
    var tail: UInt64 = 0
    if length - offset >= 4 {
      tail = UInt64(raw.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
      offset += 4
    }
    while offset < length {
      tail = tail << 8 | UInt64(bytes[offset])
      offset += 1
    }
    return mix(state ^ tail)
  }

  @inline(__always)
  private static func mix(_ x: UInt64) -> UInt64 {
    let (high, low) = (x ^ 0xA076_1D64_78BD_642F).multipliedFullWidth(by: 0xE703_7ED1_A0B4_28DB)
    return high ^ low
  }
}
