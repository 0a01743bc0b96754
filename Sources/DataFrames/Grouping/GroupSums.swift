/// Sums, means and moments of the numbers of each group; missing numbers do not count.
struct GroupSums {
  /// The numbers, nan where missing.
  let values: [Double]
  /// The group of each row, -1 for none.
  let codes: [Int32]
  /// Number of groups.
  let count: Int

  /// How many numbers each group has.
  func counts() -> [Int] {
    var counts = [Int](repeating: 0, count: count)
    eachNumber { group, _ in counts[group] += 1 }
    return counts
  }

  /// The sums, 0 for none, with Kahan's compensation as pandas has it.
  func sums() -> [Double] { sumsAndCounts().sums }

  /// The arithmetic means, nan for groups without numbers.
  func means() -> [Double] {
    let (sums, counts) = sumsAndCounts()
    return zip(sums, counts).map { $1 == 0 ? .nan : $0 / Double($1) }
  }

  /// The products, 1 for none.
  func products() -> [Double] {
    var products = [Double](repeating: 1, count: count)
    eachNumber { group, value in products[group] *= value }
    return products
  }

  /// The variances with divisor n - `ddof`, nan where that is not positive.
  func variances(ddof: Int) -> [Double] {
    let (sums, counts) = sumsAndCounts()
    let means = zip(sums, counts).map { $0 / Double($1) }
    var squares = [Double](repeating: 0, count: count)
    means.withUnsafeBufferPointer { means in
      eachNumber(into: &squares) { square, group, value in
        let difference = value - means[group]
        square += difference * difference
      }
    }
    return zip(squares, counts).map { $1 > ddof ? $0 / (Double($1) - Double(ddof)) : .nan }
  }

  /// The standard errors of the means.
  func standardErrors(ddof: Int) -> [Double] {
    zip(variances(ddof: ddof), counts()).map { ($0 / Double($1)).squareRoot() }
  }

  private struct Sum {
    var value = 0.0
    var compensation = 0.0
    var count = 0
  }

  private func sumsAndCounts() -> (sums: [Double], counts: [Int]) {
    var totals = [Sum](repeating: Sum(), count: count)
    eachNumber(into: &totals) { total, _, value in
      let corrected = value - total.compensation
      let next = total.value + corrected
      total.compensation = (next - total.value) - corrected
      // An infinite sum has no error to carry on.
      if !total.compensation.isFinite { total.compensation = 0 }
      total.value = next
      total.count += 1
    }
    return (totals.map(\.value), totals.map(\.count))
  }

  @inline(__always)
  private func eachNumber(_ body: (Int, Double) -> Void) {
    values.withUnsafeBufferPointer { values in
      codes.withUnsafeBufferPointer { codes in
        for row in codes.indices where codes[row] >= 0 && !values[row].isNaN {
          body(Int(codes[row]), values[row])
        }
      }
    }
  }

  @inline(__always)
  private func eachNumber<State>(into states: inout [State], _ body: (inout State, Int, Double) -> Void) {
    states.withUnsafeMutableBufferPointer { states in
      eachNumber { group, value in body(&states[group], group, value) }
    }
  }
}
