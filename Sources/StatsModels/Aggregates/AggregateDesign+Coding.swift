import DataFrames
import Foundation
import Patsy

extension AggregateDesign {
  /// The design as files hold it.
  struct Saved: Codable {
    struct Component: Codable {
      var code: String
      var isCategorical: Bool
    }
    var arguments: AggregateArguments
    var response: DesignInfo
    var fixed: DesignInfo
    var effects: [DesignInfo?]
    var components: [Component]
    var shifts: [Double]
    var scales: [Double]
    var types: [String: String]
    var explained: [Double]?
  }

  var saved: Saved {
    let numbers = componentNumbers.map { Saved.Component(code: $0.code, isCategorical: false) }
    let categories = keys.filter { $0.kind == .component }.map {
      Saved.Component(code: $0.code, isCategorical: true)
    }
    return Saved(
      arguments: arguments, response: response, fixed: fixed, effects: effects,
      components: numbers + categories,
      shifts: shifts, scales: scales, types: types.mapValues(\.rawValue),
      explained: explainedEntries)
  }

  /// - Throws: ``StatsModelsError`` for a design that is damaged.
  init(_ saved: Saved, environment: EvalEnvironment) throws {
    let plan = try saved.arguments.plan(environment: environment)
    guard saved.effects.count == plan.blocks.count,
      zip(saved.effects, plan.blocks).allSatisfy({ ($0 == nil) == ($1.effects == [.intercept]) })
    else { throw Self.damaged("the designs of the random effects do not fit the formula") }
    let components = try saved.components.map { component in
      guard let factor = plan.factor(code: component.code) else {
        throw Self.damaged("'\(component.code)' is no factor of a variance component")
      }
      return (factor: factor, isCategorical: component.isCategorical)
    }
    try self.init(
      arguments: saved.arguments, plan: plan, environment: environment, response: saved.response,
      fixed: saved.fixed, effects: saved.effects, components: components)
    guard saved.shifts.count == entries.width, saved.scales.count == entries.width,
      (saved.shifts + saved.scales).allSatisfy(\.isFinite), saved.scales.allSatisfy({ $0 > 0 }),
      saved.shifts[0] == 0, saved.scales[0] == 1
    else { throw Self.damaged("the shifts do not fit the formula") }
    shifts = saved.shifts
    scales = saved.scales
    types = saved.types.compactMapValues(ColumnType.init(rawValue:))
    if let explained = saved.explained {
      guard explained.count == entries.width - 1, explained.allSatisfy(\.isFinite) else {
        throw Self.damaged("what was taken from the response does not fit the formula")
      }
      explainedEntries = explained
    }
  }

  static func damaged(_ what: String) -> StatsModelsError {
    StatsModelsError(.file, "the file is damaged: \(what)")
  }

  /// Reads a design.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - environment: values and functions that the formulas name; functions are not saved.
  /// - Throws: ``StatsModelsError`` for a file that holds no design.
  public init(contentsOf path: String, environment: EvalEnvironment = EvalEnvironment()) throws {
    let data = try SnapshotFile.read(path)
    let file: DesignFile
    do { file = try Self.decoder(environment).decode(DesignFile.self, from: data) } catch {
      throw StatsModelsError(
        .file,
        "\(path) holds no shifts of a mixed model: write them by 'mixedlm aggregate DATA.csv --formula F --stats -o FILE', "
          + "or AggregateDesign.write(to:)",
        values: [path])
    }
    guard file.version == DesignFile.currentVersion else {
      throw StatsModelsError(
        .file,
        "\(path) has version \(file.version); this library reads version \(DesignFile.currentVersion): write it again",
        values: [path])
    }
    do { try self.init(file.design, environment: environment) } catch let error as StatsModelsError {
      throw StatsModelsError(error.code, "\(path): \(error.message)", values: [path])
    }
  }

  /// Writes the design as JSON; the file appears complete or not at all.
  ///
  /// It holds formulas, names and levels of categorical variables, and means; no row.
  /// - Throws: ``StatsModelsError`` when the file cannot be written.
  public func write(to path: String) throws {
    do {
      let bytes = try Self.encoder.encode(DesignFile(version: DesignFile.currentVersion, design: saved))
      let file = try AtomicFile(path: path)
      try file.write(Array(bytes) + [10])
      try file.finish()
    } catch {
      throw StatsModelsError(.file, "cannot write \(path): \(error)", values: [path])
    }
  }

  private struct DesignFile: Codable {
    static let currentVersion = 1
    var version: Int
    var design: Saved
  }

  static var encoder: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return encoder
  }

  static func decoder(_ environment: EvalEnvironment) -> JSONDecoder {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    if let key = DesignInfo.environmentKey { decoder.userInfo[key] = environment }
    return decoder
  }

  /// What must agree between parts that are merged.
  struct Identity {
    fileprivate let arguments: AggregateArguments
    fileprivate let codings: Data
    fileprivate let shifts: [Double]

    /// - Parameter position: of the other part among those that are merged, for the message.
    func require(_ other: Identity, position: Int) throws {
      let part = "part \(position + 1)"
      if arguments.formula != other.arguments.formula {
        throw StatsModelsError(
          .contradictoryArguments,
          "\(part) sums up the formula '\(other.arguments.formula)', the first '\(arguments.formula)': sums of different "
            + "models do not add up",
          values: [other.arguments.formula])
      }
      if arguments != other.arguments {
        throw StatsModelsError(
          .contradictoryArguments,
          "\(part) was made with other groups, random effects, weights, offset or missing values than the first: sums of "
            + "different models do not add up")
      }
      if codings != other.codings {
        throw StatsModelsError(
          .contradictoryArguments,
          "\(part) has other codings than the first: levels of categorical variables, or what transforms remember. Sum up "
            + "all parts by one design (mixedlm aggregate --shifts FILE)")
      }
      if shifts != other.shifts {
        throw StatsModelsError(
          .contradictoryArguments,
          "\(part) has other shifts than the first. Sum up all parts by one design (mixedlm aggregate --shifts FILE)"
        )
      }
    }
  }

  func identity() throws -> Identity {
    var codings = saved
    codings.shifts = []
    codings.scales = []
    codings.types = [:]
    codings.explained = nil
    // A design that was read lists its factors in another order than one that was learned.
    let read = try Self.decoder(environment).decode(Saved.self, from: Self.encoder.encode(codings))
    return Identity(
      arguments: arguments, codings: try Self.encoder.encode(read),
      shifts: shifts + scales + (explainedEntries ?? []))
  }
}
