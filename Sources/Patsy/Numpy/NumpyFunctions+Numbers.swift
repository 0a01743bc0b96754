import DataFrames

// Positions among edges, interpolation, running sums and quantiles.

extension NumpyFunctions {
  /// Positions of values among sorted edges.
  static func search(_ edges: FormulaValue, _ value: FormulaValue, right: Bool) throws -> FormulaValue {
    let bins = try edges.doubles()
    let isDescending = bins.count > 1 && bins[0] > bins[bins.count - 1]
    let sorted = isDescending ? bins.reversed() : bins
    func position(_ number: Double) -> Int {
      var (low, high) = (0, sorted.count)
      while low < high {
        let middle = (low + high) / 2
        let before = right ? !(sorted[middle] > number) : sorted[middle] < number
        if before { low = middle + 1 } else { high = middle }
      }
      return isDescending ? sorted.count - low : low
    }
    if value.isScalar, let number = value.number { return .integer(position(number)) }
    return .vector(FormulaVector(.integer(try value.doubles().map(position), missing: nil)))
  }

  static func interpolate(_ value: FormulaValue, _ at: FormulaValue, _ heights: FormulaValue) throws
    -> FormulaValue
  {
    let (x, y) = (try at.doubles(), try heights.doubles())
    guard x.count == y.count, let first = y.first, let last = y.last else {
      throw EvaluationError.value("fp and xp are not of the same length.")
    }
    let result = try value.doubles().map { number -> Double in
      if number.isNaN { return .nan }
      guard let upper = x.firstIndex(where: { $0 > number }) else { return last }
      guard upper > 0 else { return first }
      let slope = (y[upper] - y[upper - 1]) / (x[upper] - x[upper - 1])
      return slope * (number - x[upper - 1]) + y[upper - 1]
    }
    return value.isScalar ? .double(result[0]) : .vector(FormulaVector(result))
  }

  static func accumulate(
    _ arguments: FunctionArguments, _ name: String, _ combine: (Double, Double) -> Double,
    _ integers: (Int, Int) -> Int
  ) throws -> FormulaValue {
    let value = try arguments.bound(to: ["a", "axis"], in: name)["a"] ?? .none
    guard let operand = Operand(value) else {
      throw EvaluationError.type("\(name) is not supported for '\(value.elementTypeName)' values")
    }
    func running<T>(_ values: [T], _ combine: (T, T) -> T) -> [T] {
      var result: [T] = []
      for value in values { result.append(result.last.map { combine($0, value) } ?? value) }
      return result
    }
    if operand.isIntegral, case .many(let values) = operand.integers {
      return FormulaValue(Elements.many(running(values, integers)), isSeries: value.isSeries)
    }
    guard case .many(let values) = operand.doubles else { return value }
    if value.isSeries && values.contains(where: \.isNaN) {
      // pandas skips missing values and keeps their places.
      var rest = running(values.filter { !$0.isNaN }, combine)[...]
      return .vector(FormulaVector(values.map { $0.isNaN ? .nan : rest.removeFirst() }, isSeries: true))
    }
    return .vector(FormulaVector(running(values, combine), isSeries: value.isSeries))
  }

  static func quantile(
    _ arguments: FunctionArguments, _ name: String, scale: Double, skipsMissing: Bool
  ) throws -> FormulaValue {
    let bound = try arguments.bound(to: ["a", "q", "axis"], required: 2, in: name)
    var values = try (bound["a"] ?? .none).doubles()
    if skipsMissing { values.removeAll(where: \.isNaN) }
    let probabilities = bound["q"] ?? .none
    if let number = probabilities.level?.number {
      return .double(Reductions.quantile(values, number / scale))
    }
    return .vector(FormulaVector(try probabilities.doubles().map { Reductions.quantile(values, $0 / scale) }))
  }
}
