import Foundation
import Patsy

/// A file of results: how it is written and read, and what is said of one that cannot be.
enum SnapshotFile {
  /// Writes a snapshot as JSON beside the target and renames it.
  ///
  /// - Throws: ``StatsModelsError`` when the file cannot be written.
  static func write(_ snapshot: some Encodable, to fname: String) throws {
    do {
      let file = try AtomicFile(path: fname)
      let stream = JSONStream(file)
      try snapshot.encode(to: JSONStreamEncoder(stream: stream))
      try stream.finish()
      try file.finish()
    } catch {
      throw StatsModelsError(.file, "cannot write results to \(fname): \(error)", values: [fname])
    }
  }

  /// The bytes of a file.
  static func read(_ fname: String, options: Data.ReadingOptions = []) throws -> Data {
    var isFolder: ObjCBool = false
    let isThere = FileManager.default.fileExists(atPath: fname, isDirectory: &isFolder)
    do { return try Data(contentsOf: URL(fileURLWithPath: fname), options: options) } catch {
      let reason =
        isFolder.boolValue ? "it is a folder" : isThere ? error.localizedDescription : "there is no such file"
      throw StatsModelsError(.file, "cannot read \(fname): \(reason)", values: [fname])
    }
  }

  /// Results from a snapshot in the bytes of a file of that name.
  ///
  /// - Throws: ``StatsModelsError`` that says what the file holds instead, or where it is damaged.
  static func results<S: Decodable, Results>(
    of type: S.Type, in data: Data, name fname: String, environment: EvalEnvironment,
    make: (S) throws -> Results
  ) throws -> Results {
    let decoder = decoder(environment)
    do {
      return try make(decoder.decode(type, from: data))
    } catch let error as StatsModelsError {
      throw StatsModelsError(.file, "\(fname): \(error.message)", values: [fname])
    } catch {
      let marks = try? decoder.decode(Marks.self, from: data)
      if marks?.timing != nil {
        throw StatsModelsError(
          .file,
          "\(fname) is a report of 'mixedlm fit --format json', which cannot be loaded: write the results themselves, "
            + "'mixedlm fit … --save FILE' or results.save(\"FILE\")",
          values: [fname])
      }
      if type == MixedLMResults.Snapshot.self, marks?.working != nil {
        throw StatsModelsError(
          .file, "\(fname) holds results of a generalised model: MixedGLMResults.load reads it",
          values: [fname])
      }
      if type == GeneralizedSnapshot.self, marks?.state != nil {
        throw StatsModelsError(
          .file, "\(fname) holds results of a linear model: MixedLMResults.load reads it", values: [fname])
      }
      if let other = marks?.version, !MixedLMResults.Snapshot.readableVersions.contains(other) {
        throw StatsModelsError(
          .file, "\(fname): \(MixedLMResults.Snapshot.wrongVersion(other).message)",
          values: [fname, String(other)])
      }
      throw StatsModelsError(
        .file, "\(fname) holds no results of a mixed model: \(place(of: error))", values: [fname])
    }
  }

  /// Whether bytes are those of a generalised model's results.
  static func isGeneralized(_ data: Data) -> Bool {
    (try? decoder(EvalEnvironment()).decode(Marks.self, from: data))?.working != nil
  }

  private static func decoder(_ environment: EvalEnvironment) -> JSONDecoder {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    if let key = DesignInfo.environmentKey { decoder.userInfo[key] = environment }
    return decoder
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

  /// Members that tell what a file is.
  private struct Marks: Decodable {
    struct Present: Decodable {}
    /// Of the command's reports.
    var timing: Present?
    /// Of linear results.
    var state: Present?
    /// Of generalised results.
    var working: Present?
    var version: Int?
  }
}

/// Results of either kind, as a file holds them.
package enum SavedResults {
  case linear(MixedLMResults)
  case generalized(MixedGLMResults)

  /// What `save` wrote.
  package init(_ fname: String) throws {
    let data = try SnapshotFile.read(fname)
    self =
      SnapshotFile.isGeneralized(data)
      ? .generalized(try MixedGLMResults.load(bytes: data, name: fname))
      : .linear(try MixedLMResults.load(bytes: data, name: fname))
  }
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
