/// Sums of products over observations by cells, to about 30 digits, from which rows with these products are made.
///
/// An observation is v = (1, v₁, …, v_{w−1}), the last entry being the response. A cell is a combination of levels of all
/// factors of the model; a class holds the cells in which the fixed and random columns follow from v in the same way. Of
/// each cell Σ v_p v is kept for the participants p, the entries that random effects multiply; of each class Σ v v'.
package struct CellSums: Sendable, Equatable {
  /// w, entries of an observation.
  package let width: Int
  /// Entries that random effects multiply, the column of ones first.
  package let participants: [Int]
  /// Class of each cell.
  package private(set) var classes: [Int32] = []
  /// Observations of each cell.
  package private(set) var counts: [Int] = []
  /// Per cell Σ v_p v, participants × w, row by row: the nearest double, and what it lacks.
  package private(set) var cellHigh: [Double] = []
  package private(set) var cellLow: [Double] = []
  /// Per class the lower triangle of Σ v v', row by row.
  package private(set) var classHigh: [Double] = []
  package private(set) var classLow: [Double] = []
  /// Whether all sums have all their digits: those of a database are rounded as it adds.
  package private(set) var isExact = true

  /// Numbers of a cell and of a class.
  package var cellSize: Int { participants.count * width }
  package var classSize: Int { width * (width + 1) / 2 }
  package var cellCount: Int { counts.count }
  package var classCount: Int { classHigh.count / classSize }
  /// Number of observations.
  package var observations: Int { counts.reduce(0, +) }

  /// No observations yet.
  ///
  /// - Parameter participants: further entries that random effects multiply.
  package init(width: Int, participants: [Int]) {
    self.width = width
    self.participants = [0] + Set(participants).subtracting([0]).sorted()
  }

  /// Makes room for new cells and classes.
  ///
  /// - Parameter classes: the class of each new cell.
  package mutating func grow(classes new: [Int32], classCount: Int) {
    classes += new
    counts += [Int](repeating: 0, count: new.count)
    let cells = [Double](repeating: 0, count: new.count * cellSize)
    cellHigh += cells
    cellLow += cells
    let more = [Double](repeating: 0, count: max(classCount - self.classCount, 0) * classSize)
    classHigh += more
    classLow += more
  }

  /// Adds observations.
  ///
  /// - Parameters:
  ///   - columns: v₁, …, of each observation.
  ///   - weights: prior weights; nil for ones.
  ///   - cells: the cell of each observation.
  package mutating func add(_ columns: [[Double]], weights: [Double]?, cells: [Int32]) {
    let (w, n) = (width, cells.count)
    let (cellSize, classSize, classes) = (cellSize, classSize, classes)
    // Where the products of a cell stand among those of a class, row by row.
    let places = participants.flatMap { p in (0..<w).map { max(p, $0) * (max(p, $0) + 1) / 2 + min(p, $0) } }
    let values = columns.flatMap(\.self)
    for cell in cells { counts[Int(cell)] += 1 }
    var products = [DoubleDouble](repeating: 1, count: classSize)
    values.withUnsafeBufferPointer { values in
      products.withUnsafeMutableBufferPointer { products in
        places.withUnsafeBufferPointer { places in
          cellHigh.withUnsafeMutableBufferPointer { cellHigh in
            cellLow.withUnsafeMutableBufferPointer { cellLow in
              classHigh.withUnsafeMutableBufferPointer { classHigh in
                classLow.withUnsafeMutableBufferPointer { classLow in
                  for (i, cell) in cells.enumerated() {
                    Self.multiply(values, row: i, of: n, width: w, weight: weights?[i], into: products)
                    let cellPlace = Int(cell) * cellSize
                    for (offset, place) in places.enumerated() {
                      Self.accumulate(products[place], cellHigh, cellLow, cellPlace + offset)
                    }
                    let classPlace = Int(classes[Int(cell)]) * classSize
                    for offset in 0..<classSize {
                      Self.accumulate(products[offset], classHigh, classLow, classPlace + offset)
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
  }

  /// The lower triangle of w v v' of an observation, row by row.
  @inline(__always)
  private static func multiply(
    _ values: UnsafeBufferPointer<Double>, row: Int, of count: Int, width: Int, weight: Double?,
    into products: UnsafeMutableBufferPointer<DoubleDouble>
  ) {
    products[0] = DoubleDouble(weight ?? 1)
    var place = 1
    for a in 1..<width {
      let value = values[(a - 1) * count + row]
      // Products with 1 need no arithmetic.
      let weighted = weight.map { DoubleDouble.product($0, value) } ?? DoubleDouble(value)
      products[place] = weighted
      for b in 1...a {
        let other = values[(b - 1) * count + row]
        products[place + b] = weight == nil ? DoubleDouble.product(value, other) : other * weighted
      }
      place += a + 1
    }
  }

  @inline(__always)
  private static func accumulate(
    _ value: DoubleDouble, _ high: UnsafeMutableBufferPointer<Double>,
    _ low: UnsafeMutableBufferPointer<Double>, _ place: Int
  ) {
    let sum = DoubleDouble(high: high[place], low: low[place]) + value
    high[place] = sum.high
    low[place] = sum.low
  }

  /// Adds sums that were made elsewhere, of the same entries.
  ///
  /// - Parameters:
  ///   - cells: the cell here of each of the other's cells.
  ///   - classes: the class here of each of its classes.
  package mutating func add(_ other: CellSums, cells: [Int32], classes: [Int32]) {
    isExact = isExact && other.isExact
    for (cell, target) in cells.enumerated() { counts[Int(target)] += other.counts[cell] }
    Self.add(other.cellHigh, other.cellLow, size: cellSize, to: cells, &cellHigh, &cellLow)
    Self.add(other.classHigh, other.classLow, size: classSize, to: classes, &classHigh, &classLow)
  }

  /// Adds sums as a database gave them, cell after cell and class after class.
  package mutating func add(
    counts new: [Int], cellSums: [Double], cells: [Int32], classSums: [Double], classes: [Int32]
  ) {
    isExact = false
    for (count, target) in zip(new, cells) { counts[Int(target)] += count }
    Self.add(cellSums, nil, size: cellSize, to: cells, &cellHigh, &cellLow)
    Self.add(classSums, nil, size: classSize, to: classes, &classHigh, &classLow)
  }

  private static func add(
    _ otherHigh: [Double], _ otherLow: [Double]?, size: Int, to targets: [Int32], _ high: inout [Double],
    _ low: inout [Double]
  ) {
    for (index, target) in targets.enumerated() {
      for i in 0..<size {
        let (from, to) = (index * size + i, Int(target) * size + i)
        let sum =
          DoubleDouble(high: high[to], low: low[to])
          + DoubleDouble(high: otherHigh[from], low: otherLow?[from] ?? 0)
        high[to] = sum.high
        low[to] = sum.low
      }
    }
  }

  /// A weighted sum of sums over the same cells and classes; the observations are those of the first.
  static func combined(_ parts: [(factor: Double, sums: CellSums)]) -> CellSums {
    var result = parts[0].sums
    func combine(_ high: KeyPath<CellSums, [Double]>, _ low: KeyPath<CellSums, [Double]>) -> (
      [Double], [Double]
    ) {
      var total = [DoubleDouble](repeating: 0, count: result[keyPath: high].count)
      for part in parts {
        let (highs, lows) = (part.sums[keyPath: high], part.sums[keyPath: low])
        for i in total.indices {
          total[i] = total[i] + part.factor * DoubleDouble(high: highs[i], low: lows[i])
        }
      }
      return (total.map(\.high), total.map(\.low))
    }
    (result.cellHigh, result.cellLow) = combine(\.cellHigh, \.cellLow)
    (result.classHigh, result.classLow) = combine(\.classHigh, \.classLow)
    return result
  }

  /// Sums read from a file; nil where their numbers do not fit.
  package init?(
    width: Int, participants: [Int], classes: [Int32], counts: [Int], cellHigh: [Double], cellLow: [Double],
    classHigh: [Double], classLow: [Double], isExact: Bool
  ) {
    guard width >= 2, participants.first == 0, Set(participants).count == participants.count,
      participants.allSatisfy({ (0..<width).contains($0) }), classHigh.count % (width * (width + 1) / 2) == 0,
      classes.count == counts.count, cellHigh.count == counts.count * participants.count * width,
      cellLow.count == cellHigh.count, classLow.count == classHigh.count
    else { return nil }
    let classCount = classHigh.count / (width * (width + 1) / 2)
    guard classes.allSatisfy({ $0 >= 0 && Int($0) < classCount }), counts.allSatisfy({ $0 > 0 }) else {
      return nil
    }
    (self.width, self.participants, self.classes, self.counts) = (width, participants, classes, counts)
    (self.cellHigh, self.cellLow, self.isExact) = (cellHigh, cellLow, isExact)
    (self.classHigh, self.classLow) = (classHigh, classLow)
  }
}
