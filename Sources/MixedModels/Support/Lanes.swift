/// A few numbers that are computed side by side: one entry of several right-hand sides.
protocol Lanes: BitwiseCopyable, Sendable {
  /// Number of right-hand sides.
  static var width: Int { get }
  /// The same number in every lane.
  init(_ value: Double)
  subscript(lane: Int) -> Double { get set }
  static func + (a: Self, b: Self) -> Self
  static func - (a: Self, b: Self) -> Self
  static func * (a: Self, b: Self) -> Self
}

extension Lanes {
  /// Lanes from an array of at least `width` numbers.
  init(_ values: [Double]) {
    self.init(0)
    for lane in 0..<Self.width { self[lane] = values[lane] }
  }

  /// The numbers as an array.
  var array: [Double] { (0..<Self.width).map { self[$0] } }
}

/// A single number.
struct OneLane: Lanes {
  private var value: Double
  static var width: Int { 1 }
  @inline(__always) init(_ value: Double) { self.value = value }
  @inline(__always) subscript(lane: Int) -> Double {
    get { value }
    set { value = newValue }
  }
  @inline(__always) static func + (a: Self, b: Self) -> Self { Self(a.value + b.value) }
  @inline(__always) static func - (a: Self, b: Self) -> Self { Self(a.value - b.value) }
  @inline(__always) static func * (a: Self, b: Self) -> Self { Self(a.value * b.value) }
}

/// As many right-hand sides as a vector has elements.
struct VectorLanes<Vector: SIMD & BitwiseCopyable & Sendable>: Lanes
where Vector.Scalar: BinaryFloatingPoint {
  private var values: Vector
  static var width: Int { Vector.scalarCount }
  @inline(__always) private init(values: Vector) { self.values = values }
  @inline(__always) init(_ value: Double) { values = Vector(repeating: Vector.Scalar(value)) }
  @inline(__always) subscript(lane: Int) -> Double {
    get { Double(values[lane]) }
    set { values[lane] = Vector.Scalar(newValue) }
  }
  @inline(__always) static func + (a: Self, b: Self) -> Self { Self(values: a.values + b.values) }
  @inline(__always) static func - (a: Self, b: Self) -> Self { Self(values: a.values - b.values) }
  @inline(__always) static func * (a: Self, b: Self) -> Self { Self(values: a.values * b.values) }
}

typealias FourLanes = VectorLanes<SIMD4<Double>>
typealias EightLanes = VectorLanes<SIMD8<Double>>
/// In single precision, for traces that are known to three digits.
typealias EightFloatLanes = VectorLanes<SIMD8<Float>>

/// A vector of lanes, zero at first.
final class LaneBuffer<L: Lanes> {
  let pointer: UnsafeMutablePointer<L>
  let count: Int

  init(_ count: Int) {
    self.count = count
    pointer = .allocate(capacity: max(count, 1))
    pointer.initialize(repeating: L(0), count: max(count, 1))
  }

  deinit { pointer.deallocate() }

  func copy(from other: LaneBuffer) { pointer.update(from: other.pointer, count: count) }

  func clear() { pointer.update(repeating: L(0), count: count) }
}
