import DataFrames
import Foundation
import Patsy

extension MixedLMResults {
  /// Writes the results as JSON, without the data.
  ///
  /// The text is written beside the target and renamed, so that a crash leaves an earlier file whole. ``Snapshot`` says
  /// what it holds, in which order.
  /// - Parameters:
  ///   - fname: path of the file.
  ///   - removeData: accepted; no data are written in any case.
  /// - Throws: ``StatsModelsError`` when the file cannot be written.
  ///
  /// Python: MixedLMResults.save
  public func save(_ fname: String, removeData: Bool = false) throws {
    do {
      let file = try AtomicFile(path: fname)
      let stream = JSONStream(file)
      try snapshot().encode(to: JSONStreamEncoder(stream: stream))
      try stream.finish()
      try file.finish()
    } catch {
      throw StatsModelsError(.file, "cannot write results to \(fname): \(error)", values: [fname])
    }
  }

  /// Results that ``save(_:removeData:)`` wrote: they summarise, test and predict without the data.
  ///
  /// - Parameters:
  ///   - fname: path of the file.
  ///   - environment: values and functions that the formulas name; functions are not saved.
  /// - Throws: ``StatsModelsError`` when the file cannot be read or holds no results.
  ///
  /// Python: MixedLMResults.load
  public static func load(_ fname: String, environment: Environment = Environment()) throws -> MixedLMResults
  {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    if let key = DesignInfo.environmentKey { decoder.userInfo[key] = environment }
    let data: Data
    do { data = try Data(contentsOf: URL(fileURLWithPath: fname)) } catch {
      throw StatsModelsError(.file, "cannot read \(fname): \(error.localizedDescription)", values: [fname])
    }
    do {
      return try MixedLMResults(decoder.decode(Snapshot.self, from: data), environment: environment)
    } catch let error as StatsModelsError {
      throw StatsModelsError(.file, "\(fname): \(error.message)", values: [fname])
    } catch {
      if let other = try? decoder.decode(SnapshotVersion.self, from: data).version,
        other != Snapshot.currentVersion
      {
        throw StatsModelsError(
          .file, "\(fname): \(Snapshot.wrongVersion(other).message)", values: [fname, String(other)])
      }
      throw StatsModelsError(.file, "\(fname) holds no results of a mixed model: \(error)", values: [fname])
    }
  }

  /// The same results without designs and codes of the data; the model cannot be fitted again.
  ///
  /// Python: MixedLMResults.remove_data
  public func removeData() throws -> MixedLMResults {
    try MixedLMResults(snapshot(), environment: specification.source?.environment ?? Environment())
  }
}

/// The version alone, which says why the rest could not be read.
private struct SnapshotVersion: Decodable {
  var version: Int
}

extension MixedLMResults.Snapshot {
  static func wrongVersion(_ version: Int) -> StatsModelsError {
    StatsModelsError(
      .file, "these results have version \(version); this library reads version \(currentVersion)",
      values: [String(version)])
  }
}
