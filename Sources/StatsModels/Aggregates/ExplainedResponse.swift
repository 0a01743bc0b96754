import LinearAlgebra
import MixedModels
import Patsy

/// An approximate least-squares fit of the fixed effects that is taken from the response before rows are made of sums,
/// where it leaves little: what is left then has digits of its own.
///
/// It need not be accurate: estimates are those of the rest plus its coefficients.
struct ExplainedResponse: Sendable {
  /// One for each column of the fixed design, 0 of those that depend on others.
  let coefficients: [Double]
  /// Per class the coefficients of the entries.
  let classCoefficients: [[Double]]

  /// Share of the response's sum of squares left by the fit above which nothing is gained.
  fileprivate static let largestRest = 1e-4

  /// Nil where the fit leaves more, and for sums that have no more digits than the rows made of them.
  init?(_ aggregates: Aggregates, _ rows: CellRowValues) {
    guard aggregates.sums.isExact, aggregates.design.explainedEntries == nil else { return nil }
    let (design, keys) = (aggregates.design, aggregates.keys)
    if !design.pureEntries.contains(nil), design.leavesMuch(aggregates.sums) { return nil }
    let recipes = design.fixed.recipes
    let roots = rows.weights.map { $0.squareRoot() }
    var codes: [EvalFactor: (cells: [Int32], classes: [Int32])] = [:]
    for (index, key) in keys.keys.enumerated() where key.kind == .design {
      guard let factor = design.entries.categorical.first(where: { $0.code == key.code }) else { continue }
      codes[factor] = (keys.cellCodes(key: index), keys.classCodes(key: index))
    }
    // The design in standardised entries, over weighted rows: only the span matters here.
    let columns = recipes.map { recipe -> [Double] in
      let entry = design.entries.entry(of: recipe)
      let shift = design.shifts[entry] * design.scales[entry]
      var result = rows.ones.indices.map { i -> Double in
        let value = entry == 0 ? rows.ones[i] : rows.columns[entry - 1][i] + shift * rows.ones[i]
        return value * roots[i]
      }
      for coding in recipe.codings {
        guard let own = codes[coding.factor]?.cells else { continue }
        for row in result.indices { result[row] *= coding.values[Int(own[Int(rows.cells[row])])] }
      }
      return result
    }
    let y = design.entries.width - 1
    let response = rows.ones.indices.map { rows.columns[y - 1][$0] * roots[$0] }
    guard !columns.isEmpty, !response.isEmpty else { return nil }
    let total = response.reduce(0) { $0 + $1 * $1 }
    let matrix = Matrix(columns: columns, rows: response.count)
    let fit = Self.leastSquares(columns, response)
    let rest = zip(response, matrix * fit).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    guard rest < Self.largestRest * total, rest.isFinite else { return nil }

    // The fit was of (y − s)·scale on the entries' own scales; the caller's response has its shift put back.
    let (shift, scale) = (design.shifts[y], design.scales[y])
    let inUnits = zip(recipes, fit).map { recipe, value in
      value * design.scales[design.entries.entry(of: recipe)] / scale
    }
    let constant = recipes.firstIndex { $0.numbers.isEmpty && $0.codings.isEmpty }
    coefficients = inUnits.enumerated().map { $0 == constant ? $1 + shift : $1 }
    let origin = constant == nil ? -shift * scale : 0
    classCoefficients = (0..<keys.classCount).map { index in
      var result = [Double](repeating: 0, count: y)
      result[0] = origin
      for (recipe, value) in zip(recipes, fit) {
        let entry = design.entries.entry(of: recipe)
        let coded = recipe.codings.reduce(value) { product, coding in
          product * (codes[coding.factor].map { coding.values[Int($0.classes[index])] } ?? 1)
        }
        result[entry] += coded
        if entry > 0 { result[0] += coded * design.shifts[entry] * design.scales[entry] }
      }
      return result
    }
  }

  /// Coefficients of the columns, 0 of those that depend on others.
  fileprivate static func leastSquares(_ columns: [[Double]], _ response: [Double]) -> [Double] {
    let lengths = columns.map { column in
      let length = column.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return length > 0 && length.isFinite ? length : 1
    }
    let scaled = zip(columns, lengths).map { column, length in column.map { $0 / length } }
    let factored = PivotedQR(Matrix(columns: scaled, rows: response.count))
    let projected = factored.q.transposedTimes(response)
    var result = [Double](repeating: 0, count: columns.count)
    for i in stride(from: factored.rank - 1, through: 0, by: -1) {
      var value = projected[i]
      for j in i + 1..<factored.rank {
        value -= factored.r[i, j] * result[factored.pivots[j]] * lengths[factored.pivots[j]]
      }
      result[factored.pivots[i]] = value / factored.r[i, i] / lengths[factored.pivots[i]]
    }
    return result
  }
}

extension AggregateDesign {
  /// Entry of each column of the fixed design that is an entry itself, nil of the others.
  fileprivate var pureEntries: [Int?] {
    fixed.recipes.map { $0.codings.isEmpty ? entries.entry(of: $0) : nil }
  }

  /// Whether the entries among the columns of the fixed design, with a constant, leave so much of the response that the
  /// sums of squares tell it without a fit: ten times the share at which something is gained.
  fileprivate func leavesMuch(_ sums: CellSums) -> Bool {
    let (width, pure) = (entries.width, Set(pureEntries.compactMap(\.self)))
    guard pure.contains(0) else { return false }
    var gram = [[Double]](repeating: [Double](repeating: 0, count: width), count: width)
    for index in 0..<sums.classCount {
      var place = index * sums.classSize
      for a in 0..<width {
        for b in 0...a {
          gram[a][b] += sums.classHigh[place]
          gram[b][a] = gram[a][b]
          place += 1
        }
      }
    }
    let squares = gram.indices.map { gram[$0][$0] }
    for entry in pure.sorted() where gram[entry][entry] > Self.dependent * squares[entry] {
      let row = gram[entry]
      for a in 0..<width { for b in 0..<width { gram[a][b] -= row[a] * row[b] / row[entry] } }
    }
    return gram[width - 1][width - 1] > 10 * ExplainedResponse.largestRest * squares[width - 1]
  }

  /// Share of its square below which an entry is taken to depend on the others: less would be rounding.
  private static let dependent = 1e-10

  /// The coefficients of the fixed effects that ``explainedEntries`` are.
  var explainedCoefficients: [Double]? {
    guard let explained = explainedEntries else { return nil }
    let response = entries.width - 1
    var constant = explained[0] / scales[response] + shifts[response]
    var result = pureEntries.map { entry -> Double in
      guard let entry, entry > 0 else { return 0 }
      let value = explained[entry] * scales[entry] / scales[response]
      constant -= value * shifts[entry]
      return value
    }
    if let place = pureEntries.firstIndex(of: 0) { result[place] = constant }
    return result
  }

  /// What a first pass tells of the response: coefficients of the entries, where they leave little of it; nil where a
  /// second pass gains nothing, or the fixed design has no constant.
  func explained(by sums: CellSums) -> [Double]? {
    guard
      let entries = { () -> [Int]? in
        var seen = Set<Int>()
        let list = pureEntries.compactMap(\.self).filter { seen.insert($0).inserted }
        return list.contains(0) ? list.sorted() : nil
      }()
    else { return nil }
    if leavesMuch(sums) { return nil }
    let rows = sums.rows()
    let roots = rows.weights.map { $0.squareRoot() }
    let columns = entries.map { entry in
      rows.ones.indices.map { (entry == 0 ? rows.ones[$0] : rows.columns[entry - 1][$0]) * roots[$0] }
    }
    let last = rows.columns.count - 1
    let response = rows.ones.indices.map { rows.columns[last][$0] * roots[$0] }
    let total = response.reduce(0) { $0 + $1 * $1 }
    let fit = ExplainedResponse.leastSquares(columns, response)
    let matrix = Matrix(columns: columns, rows: response.count)
    let rest = zip(response, matrix * fit).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    guard rest < ExplainedResponse.largestRest * total, rest.isFinite else { return nil }
    var result = [Double](repeating: 0, count: self.entries.width - 1)
    for (entry, value) in zip(entries, fit) { result[entry] = value }
    return result
  }
}
