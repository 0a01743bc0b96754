/// Puts the pieces of a column that the chunks have read into one.
enum CSVAssembly {
  /// The values of one field in all chunks, which all are of type `kind` or widen to it.
  static func storage(
    _ chunks: [CSVChunk], _ field: Int, _ kind: ColumnBuilder.Kind, rows: Int
  ) -> Column.Storage {
    switch kind {
    case .skip, .unknown:
      // No values: pandas has an `object` column for no rows and numbers for missing values only.
      return rows == 0
        ? .string(StringColumn(pool: [], codes: [])) : .double([Double](repeating: .nan, count: rows))
    case .integer:
      return .integer(joined(chunks, rows) { chunk, _ in chunk.columns[field].integers }, missing: nil)
    case .double: return .double(doubles(chunks, field, rows))
    case .boolean: return booleans(chunks, field, rows)
    case .text: return texts(chunks, field, rows)
    }
  }

  /// Concatenates the values of the chunks that hold rows.
  private static func joined<T>(
    _ chunks: [CSVChunk], _ rows: Int, _ values: (CSVChunk, Int) -> UnsafeMutablePointer<T>
  ) -> [T] {
    [T](unsafeUninitializedCapacity: rows) { buffer, count in
      for (index, chunk) in chunks.enumerated() where chunk.outcome.rows > 0 {
        guard let base = buffer.baseAddress else { return }
        (base + count).initialize(from: values(chunk, index), count: chunk.outcome.rows)
        count += chunk.outcome.rows
      }
    }
  }

  private static func doubles(_ chunks: [CSVChunk], _ field: Int, _ rows: Int) -> [Double] {
    [Double](unsafeUninitializedCapacity: rows) { buffer, count in
      for chunk in chunks {
        let column = chunk.columns[field]
        for row in 0..<chunk.outcome.rows {
          switch column.kind {
          case .double: buffer.initializeElement(at: count, to: column.doubles[row])
          case .integer: buffer.initializeElement(at: count, to: Double(column.integers[row]))
          default: buffer.initializeElement(at: count, to: .nan)
          }
          count += 1
        }
      }
    }
  }

  private static func booleans(_ chunks: [CSVChunk], _ field: Int, _ rows: Int) -> Column.Storage {
    var values: [Bool] = []
    var missing: [Bool] = []
    values.reserveCapacity(rows)
    missing.reserveCapacity(rows)
    for chunk in chunks {
      let column = chunk.columns[field]
      for row in 0..<chunk.outcome.rows {
        let value = column.kind == .boolean ? column.booleans[row] : 2
        values.append(value == 1)
        missing.append(value == 2)
      }
    }
    return .boolean(values, missing: missing.contains(true) ? missing : nil)
  }

  private static func texts(_ chunks: [CSVChunk], _ field: Int, _ rows: Int) -> Column.Storage {
    if chunks.count == 1, let interner = chunks[0].columns[field].interner {
      var codes = joined(chunks, rows) { chunk, _ in chunk.columns[field].codes }
      let pool = StringColumn.sorted(interner.pointee.pool(), &codes)
      return .string(StringColumn(pool: pool, codes: codes))
    }
    var merged = ByteInterner()
    defer { merged.deallocate() }
    var codes = [Int32](unsafeUninitializedCapacity: rows) { buffer, count in
      for chunk in chunks {
        let column = chunk.columns[field]
        var target: [Int32] = []
        column.interner?.pointee.eachText { bytes, length in
          target.append(merged.code(for: bytes, length) { true })
        }
        for row in 0..<chunk.outcome.rows {
          let code = column.codes[row]
          buffer.initializeElement(at: count, to: code < 0 ? -1 : target[Int(code)])
          count += 1
        }
      }
    }
    let pool = StringColumn.sorted(merged.pool(), &codes)
    return .string(StringColumn(pool: pool, codes: codes))
  }
}
