import DataFrames
import Foundation
import MixedModels
import Patsy

extension AggregateDesign {
  /// What a model needs of a text file before it is summed up; the file is read in parts, several times, and may be larger
  /// than memory.
  ///
  /// - Parameters:
  ///   - formula: as of ``init(formula:data:groups:reFormula:vcFormula:reCovariance:weights:offset:missing:environment:)``.
  ///   - csv: paths of files with the same columns, that together have all levels; none is standard input.
  ///   - options: how they are read.
  ///   - chunkSize: about how many bytes are read at a time.
  ///   - groups: column of the groups; the empty text puts all rows in one group.
  ///   - reFormula: effects of the groups, or of several factors.
  ///   - vcFormula: variance components; each a product of factors, `0 + C(a)`.
  ///   - reCovariance: forms of covariances by factor.
  ///   - weights: column of prior weights.
  ///   - offset: column that is added to the linear predictor.
  ///   - missing: what happens to rows with missing values.
  ///   - environment: values and functions that the formulas name.
  /// - Throws: `PatsyError`, ``StatsModelsError``, and `DataFrameError` for a file that cannot be read.
  public init(
    formula: String, csv: [String], options: CSVOptions = CSVOptions(), chunkSize: Int = 1 << 26,
    groups: String? = nil, reFormula: ReFormula? = nil, vcFormula: [String: String]? = nil,
    reCovariance: [String: CovarianceStructure]? = nil, weights: String? = nil, offset: String? = nil,
    missing: MissingHandling = .none, environment: EvalEnvironment = EvalEnvironment()
  ) throws {
    let arguments = AggregateArguments(
      formula: formula, groups: groups, reFormula: reFormula, vcFormula: vcFormula,
      reCovariance: reCovariance,
      weights: weights, offset: offset, missing: missing)
    let types = try Self.types(csv, options, chunkSize)
    let files = FileChunks(csv, options: options.reading(types), size: chunkSize)
    do { try self.init(arguments, environment: environment) { files.passed() } } catch {
      try files.check()
      throw error
    }
    try files.check()
    self.types = types
  }

  /// The type of each column over all parts.
  private static func types(
    _ paths: [String], _ options: CSVOptions, _ size: Int
  ) throws -> [String: ColumnType] {
    let files = FileChunks(paths, options: options, size: size)
    var types: [String: ColumnType] = [:]
    for data in files.passed() {
      types.merge(data.columns.map { ($0.name, $0.type) }) { $0 == $1 ? $0 : wider($0, $1) }
    }
    try files.check()
    return types
  }
}

extension Aggregates {
  /// The sums of a text file, which is read in parts and may be larger than memory.
  ///
  /// - Parameters:
  ///   - design: what the sums have in common with those of other parts.
  ///   - csv: path of the file; `-` is standard input.
  ///   - options: how it is read.
  ///   - chunkSize: about how many bytes are read at a time.
  /// - Throws: as ``init(design:data:)``, and `DataFrameError` for a file that cannot be read.
  public init(
    design: AggregateDesign, csv: String, options: CSVOptions = CSVOptions(), chunkSize: Int = 1 << 26
  ) throws {
    self.init(design: design)
    let chunks = CSVChunks(csv, options: options.reading(design.types), size: chunkSize)
    for data in chunks { try add(data) }
    try chunks.check()
  }
}

/// The parts of several files, one after another.
final class FileChunks {
  private let paths: [String]
  private let options: CSVOptions
  private let size: Int
  private var failure: (any Error)?

  init(_ paths: [String], options: CSVOptions, size: Int) {
    self.paths = paths
    self.options = options
    self.size = size
  }

  func check() throws { if let failure { throw failure } }

  /// One pass over all parts.
  func passed() -> some Sequence<DataFrame> {
    var waiting = paths[...]
    var current: CSVChunks?
    return sequence(state: ()) { [self] _ -> DataFrame? in
      while failure == nil {
        if let part = current?.next() { return part }
        do { try current?.check() } catch {
          failure = error
          return nil
        }
        guard let path = waiting.popFirst() else { return nil }
        current = CSVChunks(path, options: options, size: size)
      }
      return nil
    }
  }
}

extension CSVOptions {
  /// The same with columns of texts read as such, whatever a part holds of them.
  func reading(_ types: [String: ColumnType]) -> CSVOptions {
    var result = self
    for (name, type) in types where type == .string { result.types[name] = .string }
    return result
  }
}
