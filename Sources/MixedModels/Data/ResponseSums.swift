internal import LinearAlgebra

extension CrossProducts.Sums {
  /// The sums with another response: only its products with the other columns are made anew.
  ///
  /// - Returns: nil where the other columns depend on the response.
  func replacing(response values: [Double]) -> CrossProducts.Sums? {
    guard let table = table.replacing(response: values) else { return nil }
    var result = self
    result.table = table
    let y = table.response.entry
    let response = table.weightedValues(of: y)
    let entries = (0...table.columns.count).map { $0 == y ? response : table.weightedValues(of: $0) }
    for (e, column) in entries.enumerated() {
      result.gram[e, y] = dot(column, response)
      result.gram[y, e] = result.gram[e, y]
    }
    func refilled(_ record: Buffer, factor: Factor, participants: [Int]) -> Buffer {
      let sums = Buffer(record.count)
      sums.copy(from: record)
      let stride = table.width * participants.count
      for (position, participant) in participants.enumerated() {
        let first = sums.pointer + position * table.width + y
        for level in 0..<factor.levelCount { first[level * stride] = 0 }
        entries[participant].withUnsafeBufferPointer { column in
          response.withUnsafeBufferPointer { response in
            factor.codes.withUnsafeBufferPointer { codes in
              for row in codes.indices where codes[row] >= 0 {
                first[Int(codes[row]) * stride] += column[row] * response[row]
              }
            }
          }
        }
      }
      return sums
    }
    if let leader = structure.chain.first {
      result.chainRecord = refilled(
        chainRecord, factor: structure.factors[leader], participants: chainParticipants)
    }
    result.trailingRecords = zip(structure.trailing, zip(trailingRecords, trailingParticipants)).map {
      refilled($1.0, factor: structure.factors[$0], participants: $1.1)
    }
    return result
  }
}
