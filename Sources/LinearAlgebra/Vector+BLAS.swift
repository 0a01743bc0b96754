import Foundation

/// x'y.
package func dot(_ x: [Double], _ y: [Double]) -> Double {
  precondition(x.count == y.count, "dot: \(x.count) and \(y.count) elements")
  return x.withUnsafeBufferPointer { x0 in
    y.withUnsafeBufferPointer { y0 in
      guard let x1 = x0.baseAddress, let y1 = y0.baseAddress else { return 0 }
      return BLAS.dot(x0.count, x1, y1)
    }
  }
}

/// Euclidean norm, safe against overflow and underflow of the squares.
package func norm(_ x: [Double]) -> Double {
  let largest = maximumMagnitude(x)
  guard largest > 0, largest.isFinite else { return largest }
  // Outside this range squares of the elements would overflow, or vanish beside their sum.
  if largest > 1e-140, largest < 1e140 { return dot(x, x).squareRoot() }
  var sum = 0.0
  for value in x {
    let scaled = value / largest
    sum += scaled * scaled
  }
  return largest * sum.squareRoot()
}

/// The largest absolute element, 0 for an empty vector, NaN when any element is NaN.
package func maximumMagnitude(_ x: [Double]) -> Double {
  var largest = 0.0
  for value in x {
    if value.isNaN { return .nan }
    largest = max(largest, abs(value))
  }
  return largest
}

/// y += alpha x.
package func axpy(_ alpha: Double, _ x: [Double], _ y: inout [Double]) {
  precondition(x.count == y.count, "axpy: \(x.count) and \(y.count) elements")
  for i in x.indices { y[i] += alpha * x[i] }
}
