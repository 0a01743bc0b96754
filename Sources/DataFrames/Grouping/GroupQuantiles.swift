/// Quantiles of the numbers of each group.
enum GroupQuantiles {
  /// The quantile at a fraction of each group's numbers, linear between neighbours; nan without numbers.
  static func quantiles(_ values: [Double], _ grouping: Grouping, at fraction: Double) -> [Double] {
    let (rows, starts) = grouping.ordered()
    var scratch: [Double] = []
    return (0..<grouping.count).map { group in
      scratch.removeAll(keepingCapacity: true)
      for row in rows[starts[group]..<starts[group + 1]] where !values[row].isNaN {
        scratch.append(values[row])
      }
      return quantile(of: &scratch, at: fraction)
    }
  }

  /// The quantile of numbers, which are put in another order.
  static func quantile(of numbers: inout [Double], at fraction: Double) -> Double {
    guard !numbers.isEmpty, fraction >= 0, fraction <= 1 else { return .nan }
    let place = fraction * Double(numbers.count - 1)
    let lower = Int(place)
    let weight = place - Double(lower)
    return numbers.withUnsafeMutableBufferPointer { numbers in
      let low = select(numbers, lower)
      if weight == 0 { return low }
      var high = numbers[lower + 1]
      for index in (lower + 1)..<numbers.count where numbers[index] < high { high = numbers[index] }
      return weight == 0.5 ? (low + high) / 2 : low + weight * (high - low)
    }
  }

  /// The number that sorting would put at a place; those before it are not greater, those after not less.
  ///
  /// Hoare's quickselect with the median of three as pivot.
  private static func select(_ numbers: UnsafeMutableBufferPointer<Double>, _ place: Int) -> Double {
    var low = 0
    var high = numbers.count - 1
    while low < high {
      let middle = low + (high - low) / 2
      if numbers[middle] < numbers[low] { numbers.swapAt(middle, low) }
      if numbers[high] < numbers[low] { numbers.swapAt(high, low) }
      if numbers[high] < numbers[middle] { numbers.swapAt(high, middle) }
      let pivot = numbers[middle]
      var (left, right) = (low, high)
      while left <= right {
        while numbers[left] < pivot { left += 1 }
        while pivot < numbers[right] { right -= 1 }
        if left <= right {
          numbers.swapAt(left, right)
          left += 1
          right -= 1
        }
      }
      if place <= right { high = right } else if place >= left { low = left } else { break }
    }
    return numbers[place]
  }
}
