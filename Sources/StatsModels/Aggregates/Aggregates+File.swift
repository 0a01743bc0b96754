import DataFrames
import Foundation
import MixedModels
import Patsy

extension Aggregates {
  /// Reads sums that ``write(to:)`` wrote.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - environment: values and functions that the formulas name; functions are not saved.
  /// - Throws: ``StatsModelsError`` for a file that holds no sums, is damaged, or has another version.
  public init(contentsOf path: String, environment: EvalEnvironment = EvalEnvironment()) throws {
    let data = try SnapshotFile.read(path, options: .mappedIfSafe)
    do { try self.init(bytes: data, environment: environment) } catch let error as StatsModelsError {
      throw StatsModelsError(error.code, "\(path): \(error.message)", values: [path])
    }
  }

  /// Writes the sums; the file appears complete or not at all.
  ///
  /// It holds the formulas, all levels, and the sums of all cells: a cell of one row is that row.
  /// - Throws: ``StatsModelsError`` when the file cannot be written.
  public func write(to path: String) throws {
    try requireLevels()
    do {
      let file = try AtomicFile(path: path)
      try file.write(bytes())
      try file.finish()
    } catch {
      throw StatsModelsError(.file, "cannot write \(path): \(error)", values: [path])
    }
  }
}

/// What stands before the numbers of a file of sums.
///
/// A file is the mark, the length of this header as JSON, the header, then numbers, all of eight or four bytes, least
/// significant first: the code of each cell by key, observations of each cell, Σ v_p v of each cell and Σ v v' of each
/// class (their nearest doubles, then what these lack); at the end a checksum of all before it.
private struct AggregateHeader: Codable {
  static let mark = Array("mixedlm sums 1\r\n".utf8)
  static let currentVersion = 1

  var version: Int
  var design: AggregateDesign.Saved
  var levels: [[SnapshotLabel]]
  var keepsAllLevels: [Bool]
  var cells: Int
  var classes: Int
  var isExact: Bool
  var totals: Aggregates.Totals
}

extension Aggregates {
  /// The file's bytes.
  func bytes() throws -> [UInt8] {
    let header = AggregateHeader(
      version: AggregateHeader.currentVersion, design: design.saved,
      levels: keys.levels.map { $0.map(SnapshotLabel.init) }, keepsAllLevels: keys.keepsAllLevels,
      cells: sums.cellCount, classes: sums.classCount, isExact: sums.isExact, totals: totals)
    let text = try AggregateDesign.encoder.encode(header)
    var writer = ByteWriter(AggregateHeader.mark)
    writer.append(UInt64(text.count))
    writer.bytes += text
    writer.bytes += [UInt8](repeating: 32, count: (8 - text.count % 8) % 8)
    for key in keys.keys.indices { writer.append(keys.cellCodes(key: key)) }
    writer.append(sums.counts.map(Int64.init))
    for list in [sums.cellHigh, sums.cellLow, sums.classHigh, sums.classLow] { writer.append(list) }
    writer.append(Checksum.of(writer.bytes[...]))
    return writer.bytes
  }

  /// - Throws: ``StatsModelsError`` without the path.
  init(bytes data: Data, environment: EvalEnvironment) throws {
    let mark = AggregateHeader.mark
    guard data.count >= mark.count + 16, data.prefix(mark.count).elementsEqual(mark) else {
      throw StatsModelsError(
        .file,
        "this is no file of sums: write one by 'mixedlm aggregate DATA.csv --formula F -o FILE', or "
          + "Aggregates.write(to:)")
    }
    var reader = ByteReader(data, from: mark.count, to: data.count - 8)
    guard let end = ByteReader(data, from: data.count - 8, to: data.count).last,
      end == Checksum.of(data.dropLast(8)), let length = reader.number(),
      let text = reader.take(Int(clamping: length), padded: true)
    else { throw AggregateDesign.damaged("its checksum is wrong, or its end is missing") }
    let header: AggregateHeader
    do { header = try AggregateDesign.decoder(environment).decode(AggregateHeader.self, from: text) } catch {
      if let version = try? JSONDecoder().decode(VersionAlone.self, from: text).version,
        version != AggregateHeader.currentVersion
      {
        throw Self.wrongVersion(version)
      }
      throw AggregateDesign.damaged("its header cannot be read")
    }
    guard header.version == AggregateHeader.currentVersion else { throw Self.wrongVersion(header.version) }
    let design = try AggregateDesign(header.design, environment: environment)
    self.init(design: design)
    try read(header, &reader)
  }

  private struct VersionAlone: Decodable { var version: Int }

  private static func wrongVersion(_ version: Int) -> StatsModelsError {
    StatsModelsError(
      .file,
      "the sums have version \(version); this library reads version \(AggregateHeader.currentVersion): sum up again"
    )
  }

  private mutating func read(_ header: AggregateHeader, _ reader: inout ByteReader) throws {
    let (cells, classes, keyCount) = (header.cells, header.classes, keys.keys.count)
    let empty = sums
    // What is left must be exactly these numbers, before any of it is read.
    let perCell = 4 * keyCount + 8 + 16 * empty.cellSize
    let (cellBytes, overflow) = cells.multipliedReportingOverflow(by: perCell)
    let (classBytes, classOverflow) = classes.multipliedReportingOverflow(by: 16 * empty.classSize)
    guard cells >= 0, classes >= 0, cells <= Int(Int32.max), classes <= cells, !overflow, !classOverflow,
      cellBytes <= reader.left, cellBytes + classBytes == reader.left, header.levels.count == keyCount,
      header.keepsAllLevels.count == keyCount
    else { throw AggregateDesign.damaged("its numbers are not as many as the header says") }
    var columns: [[Int32]] = []
    for key in 0..<keyCount {
      let levels = header.levels[key].map(\.level)
      if key < keys.designCount {
        guard levels == keys.levels[key] else { throw AggregateDesign.damaged("levels and codings differ") }
      } else {
        guard Set(levels).count == levels.count, keys.codes(of: levels, key: key).count == levels.count else {
          throw AggregateDesign.damaged("a level is there twice")
        }
      }
      let codes = reader.codes(cells)
      guard codes.allSatisfy({ $0 >= 0 && Int($0) < levels.count }) else {
        throw AggregateDesign.damaged("a cell has a level that is not there")
      }
      columns.append(codes)
    }
    keys.keepsAllLevels = header.keepsAllLevels
    let (places, newClasses) = keys.cells(of: columns, rowCount: cells)
    let counts = reader.integers(cells)
    guard keys.cellCount == cells, keys.classCount == classes,
      places.enumerated().allSatisfy({ Int($1) == $0 }),
      let sums = CellSums(
        width: empty.width, participants: empty.participants, classes: newClasses, counts: counts,
        cellHigh: reader.doubles(cells * empty.cellSize), cellLow: reader.doubles(cells * empty.cellSize),
        classHigh: reader.doubles(classes * empty.classSize),
        classLow: reader.doubles(classes * empty.classSize),
        isExact: header.isExact),
      [sums.cellHigh, sums.cellLow, sums.classHigh, sums.classLow].joined().allSatisfy(\.isFinite)
    else { throw AggregateDesign.damaged("its cells are not as they were written") }
    self.sums = sums
    totals = header.totals
  }
}
