import Foundation

/// P(D⁺ ≥ d) of n uniform numbers: Z. W. Birnbaum and F. H. Tingey (1951), a sum of positive terms.
func smirnovTail(_ d: Double, _ n: Double) -> Double {
  if d <= 0 { return 1 }
  if d >= 1 { return 0 }
  var sum = 0.0
  var j = 0.0
  while j <= n, 1 - d - j / n > 0 {
    // d C(n, j) (d + j/n)^(j-1) (1 - d - j/n)^(n-j): a binomial probability over d + j/n.
    let p = d + j / n
    sum += d / p * stats.binom.pmf(j, n, p)
    j += 1
  }
  return min(1, sum)
}

/// P(D ≥ d) of n uniform numbers.
///
/// Twice the one-sided tail where the other side adds nothing to 13 digits; else one minus the distribution function
/// by the matrix of G. Marsaglia, W. W. Tsang and J. Wang (2003). Beyond 2,000 numbers, where the matrix gets slow, by
/// the expansion of W. Pelz and I. J. Good (1976), there good to 1e-7.
func kolmogorovTail(_ d: Double, _ count: Int) -> Double {
  let n = Double(count)
  if d <= 1 / (2 * n) { return 1 }
  if d >= 1 { return 0 }
  if d >= 0.5 || n * d * d > 5 { return min(1, 2 * smirnovTail(d, n)) }
  return 1 - (count > 2000 ? kolmogorovExpansion(d, n) : kolmogorovMatrix(d, count))
}

/// P(D √n ≥ x) of infinitely many numbers: 2 Σ (-1)^(k-1) e^(-2k²x²), or below 1 its theta transform.
func kolmogorovLimit(_ x: Double) -> Double {
  // At 1 the terms of both series fall by e^-6 or faster from one to the next.
  if x <= 0 { return 1 }
  var sum = 0.0
  if x < 1 {
    for k in 1...8 { sum += exp(-pow(Double(2 * k - 1) * Double.pi / x, 2) / 8) }
    return 1 - (2 * Double.pi).squareRoot() / x * sum
  }
  for k in 1...8 { sum += (k % 2 == 1 ? 2 : -2) * exp(-2 * Double(k * k) * x * x) }
  return sum
}

/// P(D < d) to the order n^(-3/2): theta series in z = d √n with half-odd and with whole multiples of π.
private func kolmogorovExpansion(_ d: Double, _ n: Double) -> Double {
  let z = d * n.squareRoot()
  let z2 = z * z
  let z4 = z2 * z2
  let z6 = z4 * z2
  var (first, second, third, fourth) = (0.0, 0.0, 0.0, 0.0)
  // At z² = 5, the largest here, the 12th terms are below e^(-130).
  for k in 0..<12 {
    let odd = Double.pi * (Double(k) + 0.5)
    let a = odd * odd
    let weight = 2 * exp(-a / (2 * z2))
    first += weight
    second += weight * (a - z2)
    third += weight * (6 * z6 + 2 * z4 + a * (2 * z4 - 5 * z2) + a * a * (1 - 2 * z2))
    let cubic = a * a * a * (5 - 30 * z2) + a * a * (212 * z4 - 60 * z2)
    fourth += weight * (cubic + a * (135 * z4 - 96 * z6) - 30 * z6 - 90 * z4 * z4)
    let b = Double.pi * Double.pi * Double(k * k)
    let even = 2 * exp(-b / (2 * z2))
    third -= even * 2 * z4 * b
    fourth += even * 30 * z4 * (3 * b * z2 - b * b)
  }
  let root = n.squareRoot()
  let sum =
    first / z + second / (6 * z4 * root) + third / (72 * z6 * z * n)
    + fourth / (6480 * z4 * z6 * n * root)
  return max(0, min(1, (Double.pi / 2).squareRoot() * sum))
}

/// P(D < d), n! / n^n times an entry of the n-th power of a matrix of order 2⌈nd⌉ - 1.
private func kolmogorovMatrix(_ d: Double, _ count: Int) -> Double {
  let n = Double(count)
  let k = Int(n * d) + 1
  let order = 2 * k - 1
  let h = Double(k) - n * d
  var matrix = [Double](repeating: 0, count: order * order)
  for i in 0..<order {
    for j in 0..<order where i - j + 1 >= 0 { matrix[i * order + j] = 1 }
  }
  for i in 0..<order {
    matrix[i * order] -= pow(h, Double(i + 1))
    matrix[(order - 1) * order + i] -= pow(h, Double(order - i))
  }
  if 2 * h - 1 > 0 { matrix[(order - 1) * order] += pow(2 * h - 1, Double(order)) }
  for i in 0..<order {
    for j in 0..<order where i - j + 1 > 0 {
      for g in 1...(i - j + 1) { matrix[i * order + j] /= Double(g) }
    }
  }
  var (power, exponent) = matrixPower(matrix, order, count)
  var value = power[(k - 1) * order + k - 1]
  for i in 1...count {
    value = value * Double(i) / n
    if value < 1e-140 {
      value *= 1e140
      exponent -= 140
    }
  }
  return value * pow(10, Double(exponent))
}

/// The power of a square matrix, as a matrix times a power of ten.
private func matrixPower(_ base: [Double], _ order: Int, _ power: Int) -> ([Double], Int) {
  if power == 1 { return (base, 0) }
  var (half, exponent) = matrixPower(base, order, power / 2)
  half = product(half, half, order)
  exponent *= 2
  if power % 2 == 1 { half = product(base, half, order) }
  let center = order / 2 * order + order / 2
  if half[center] > 1e140 {
    for i in half.indices { half[i] *= 1e-140 }
    exponent += 140
  }
  return (half, exponent)
}

private func product(_ a: [Double], _ b: [Double], _ order: Int) -> [Double] {
  var c = [Double](repeating: 0, count: order * order)
  for i in 0..<order {
    for k in 0..<order {
      let factor = a[i * order + k]
      if factor == 0 { continue }
      for j in 0..<order { c[i * order + j] += factor * b[k * order + j] }
    }
  }
  return c
}
