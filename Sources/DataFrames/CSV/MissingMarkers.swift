/// The texts and numbers that mark a missing value, in raw memory that many threads read.
struct MissingMarkers {
  private let texts: UnsafeMutablePointer<ByteInterner>
  private let numbers: UnsafeMutableBufferPointer<Double>

  /// Whether the empty text is a value.
  let keepsEmpty: Bool

  /// The markers, the empty text unless it is a value, and of each marker that is a number its usual spellings, as in pandas.
  init(_ markers: [String], keepsEmpty: Bool = false) {
    self.keepsEmpty = keepsEmpty
    let values = markers.compactMap { ColumnValue.string($0).parsedNumber }
    numbers = .allocate(capacity: values.count)
    _ = numbers.initialize(from: values)
    var interner = ByteInterner()
    let spellings = values.map { PythonText.of($0) } + values.compactMap { Int(exactly: $0).map(String.init) }
    for var marker in markers + spellings + (keepsEmpty ? [] : [""]) {
      marker.withUTF8 { bytes in
        withUnsafePointer(to: UInt8(0)) { none in
          _ = interner.code(for: bytes.baseAddress ?? none, bytes.count) { true }
        }
      }
    }
    texts = .allocate(capacity: 1)
    texts.initialize(to: interner)
  }

  /// Frees the markers.
  func deallocate() {
    texts.pointee.deallocate()
    texts.deinitialize(count: 1)
    texts.deallocate()
    numbers.deallocate()
  }

  /// Whether a marker is a number.
  @inline(__always)
  var hasNumbers: Bool { !numbers.isEmpty }

  /// Whether a number marks a missing value.
  func contains(_ number: Double) -> Bool { numbers.contains(number) }

  /// Whether a field that is a number marks a missing value.
  func contains(_ field: DecimalParser.Field) -> Bool {
    switch field {
    case .integer(let value): hasNumbers && contains(Double(value))
    case .double(let value): hasNumbers && contains(value)
    case .wideInteger, .notANumber: false
    }
  }

  /// Whether a text marks a missing value.
  @inline(__always)
  func contains(_ start: UnsafePointer<UInt8>, _ count: Int) -> Bool { texts.pointee.contains(start, count) }
}
