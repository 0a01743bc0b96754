import DataFrames
import Foundation
import Patsy

extension MixedLMResults {
  /// Writes the results as JSON; ``load(_:environment:)`` reads them. ``Snapshot`` says what the file holds.
  ///
  /// The text is written beside the target and renamed, so that a crash leaves an earlier file whole.
  ///
  /// The fixed design is never written. With rows, the file tells of each row its label, the response (fitted value
  /// and residual), its levels and the regressors of the random effects. Without them, everything is left out from
  /// which a row could be rebuilt: these, and predicted effects, their errors and sums of levels with fewer than
  /// 2k + 1 rows (k effects a level), at least three. What remains: estimates, covariances, sums over all rows and over
  /// the rows of larger levels; the names of all levels, of groups and of categories; what transforms remember, such as
  /// means, knots and, for splines, the smallest and largest value. Where the name of a level itself is confidential,
  /// so is the file.
  /// - Parameters:
  ///   - fname: path of the file.
  ///   - rows: whether numbers of single rows are written.
  /// - Throws: ``StatsModelsError`` when the file cannot be written.
  ///
  /// Python: MixedLMResults.save
  public func save(_ fname: String, rows: Bool = true) throws {
    try specification.requireLevels("a saved fit")
    do {
      let file = try AtomicFile(path: fname)
      let stream = JSONStream(file)
      try snapshot(rows: rows).encode(to: JSONStreamEncoder(stream: stream))
      try stream.finish()
      try file.finish()
    } catch {
      throw StatsModelsError(.file, "cannot write results to \(fname): \(error)", values: [fname])
    }
  }

  /// ``save(_:rows:)`` with Python's argument: true writes no rows. Python: MixedLMResults.save
  public func save(_ fname: String, removeData: Bool) throws { try save(fname, rows: !removeData) }

  /// Results that ``save(_:rows:)`` wrote: they summarise, test, predict with intervals and simulate; what takes the
  /// fixed design, such as another fit, a profile or leverages, is an error.
  ///
  /// - Parameters:
  ///   - fname: path of the file.
  ///   - environment: values and functions that the formulas name; functions are not saved.
  /// - Throws: ``StatsModelsError`` when the file cannot be read or holds no results.
  ///
  /// Python: MixedLMResults.load
  public static func load(_ fname: String, environment: Environment = Environment()) throws -> MixedLMResults
  {
    let data: Data
    do { data = try Data(contentsOf: URL(fileURLWithPath: fname)) } catch {
      throw StatsModelsError(.file, "cannot read \(fname): \(error.localizedDescription)", values: [fname])
    }
    return try load(bytes: data, name: fname, environment: environment)
  }

  /// Results from the bytes of a file of that name.
  package static func load(
    bytes data: Data, name fname: String, environment: Environment = Environment()
  ) throws -> MixedLMResults {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    if let key = DesignInfo.environmentKey { decoder.userInfo[key] = environment }
    do {
      return try MixedLMResults(decoder.decode(Snapshot.self, from: data), environment: environment)
    } catch let error as StatsModelsError {
      throw StatsModelsError(.file, "\(fname): \(error.message)", values: [fname])
    } catch {
      if (try? decoder.decode(ReportMark.self, from: data)) != nil {
        throw StatsModelsError(
          .file,
          "\(fname) is a report of 'mixedlm fit --format json', which cannot be loaded: write the results themselves, "
            + "'mixedlm fit … --save FILE' or results.save(\"FILE\")",
          values: [fname])
      }
      if let other = try? decoder.decode(SnapshotVersion.self, from: data).version,
        !Snapshot.readableVersions.contains(other)
      {
        throw StatsModelsError(
          .file, "\(fname): \(Snapshot.wrongVersion(other).message)", values: [fname, String(other)])
      }
      throw StatsModelsError(
        .file, "\(fname) holds no results of a mixed model: \(Self.place(of: error))", values: [fname])
    }
  }

  /// Where reading a file failed, and why.
  private static func place(of error: any Error) -> String {
    func path(_ context: DecodingError.Context) -> String {
      let path = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined()
      let place = path.hasPrefix(".") ? String(path.dropFirst()) : path
      return place.isEmpty ? context.debugDescription : "\(place): \(context.debugDescription)"
    }
    switch error as? DecodingError {
    case .keyNotFound(let key, let context):
      return "'\(key.stringValue)' is missing"
        + (context.codingPath.isEmpty
          ? "" : " in \(context.codingPath.map(\.stringValue).joined(separator: "."))")
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
      return path(context)
    default: return "\(error)"
    }
  }

  /// The same results without everything from which a row of the data could be rebuilt, as ``save(_:rows:)`` without
  /// rows writes them; the model cannot be fitted again.
  ///
  /// Python: MixedLMResults.remove_data
  public func removeData() throws -> MixedLMResults {
    try MixedLMResults(
      snapshot(rows: false), environment: specification.source?.environment ?? Environment())
  }
}

/// A member that only the command's reports have.
private struct ReportMark: Decodable {
  struct Timing: Decodable {}
  var timing: Timing
}

/// The version alone, which says why the rest could not be read.
private struct SnapshotVersion: Decodable {
  var version: Int
}

extension MixedLMResults.Snapshot {
  static func wrongVersion(_ version: Int) -> StatsModelsError {
    StatsModelsError(
      .file,
      "these results have version \(version); this library reads versions \(readableVersions.lowerBound) to "
        + "\(currentVersion): fit and save again",
      values: [String(version)])
  }
}
