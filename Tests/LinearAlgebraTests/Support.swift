import LinearAlgebra

/// SplitMix64: the same numbers on every platform and run.
struct Generator: RandomNumberGenerator {
  var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// Uniform on [-1, 1).
  mutating func uniform() -> Double { Double.random(in: -1..<1, using: &self) }
}

func randomMatrix(_ rows: Int, _ columns: Int, seed: UInt64 = 1) -> Matrix {
  var generator = Generator(seed)
  let elements = (0..<rows * columns).map { _ in generator.uniform() }
  return Matrix(rows: rows, columns: columns, columnMajor: elements)
}

func randomPositiveDefinite(_ n: Int, seed: UInt64 = 1) -> Matrix {
  randomMatrix(n + 3, n, seed: seed).gram() + 0.5 * Matrix.identity(n)
}

/// Largest absolute difference of corresponding elements.
func distance(_ a: Matrix, _ b: Matrix) -> Double {
  guard a.rows == b.rows, a.columns == b.columns else { return .infinity }
  return distance(a.storage, b.storage)
}

func distance(_ a: [Double], _ b: [Double]) -> Double {
  guard a.count == b.count else { return .infinity }
  var largest = 0.0
  for (x, y) in zip(a, b) {
    let difference = abs(x - y)
    if !(difference <= largest) { largest = difference.isNaN ? .infinity : difference }
  }
  return largest
}
