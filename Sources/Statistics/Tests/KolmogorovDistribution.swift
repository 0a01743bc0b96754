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
/// Kolmogorov's limit with J. Vrbik's correction (2018), good to about 1e-6.
func kolmogorovTail(_ d: Double, _ count: Int) -> Double {
  let n = Double(count)
  if d <= 1 / (2 * n) { return 1 }
  if d >= 1 { return 0 }
  if d >= 0.5 || n * d * d > 5 { return min(1, 2 * smirnovTail(d, n)) }
  if count > 2000 {
    let x = n.squareRoot() * d
    return kolmogorovLimit(x + 1 / (6 * n.squareRoot()) + (x - 1) / (4 * n))
  }
  return 1 - kolmogorovMatrix(d, count)
}

/// 2 Σ (-1)^(k-1) e^(-2k²x²), or its theta transform for small x.
private func kolmogorovLimit(_ x: Double) -> Double {
  if x < 0.3 { return 1 }
  if x < 1 {
    var sum = 0.0
    for k in 1...20 {
      let odd = Double(2 * k - 1)
      sum += exp(-odd * odd * Double.pi * Double.pi / (8 * x * x))
    }
    return 1 - (2 * Double.pi).squareRoot() / x * sum
  }
  var sum = 0.0
  for k in 1...20 { sum += (k % 2 == 1 ? 2 : -2) * exp(-2 * Double(k * k) * x * x) }
  return sum
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
