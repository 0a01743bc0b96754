import Distributions
import LinearAlgebra
import MixedModels

/// A parameter of a profile with its name.
struct ProfiledName {
  var name: String
  var parameter: ProfiledParameter
  var isCoefficient: Bool {
    if case .coefficient = parameter { return true }
    return false
  }
}

extension MixedModelFit {
  /// What can be profiled: of each factor, by decreasing number of levels, the standard deviation of an effect, its
  /// correlations with those that follow, the next standard deviation; then the dispersion; then the fixed effects.
  ///
  /// - Parameters:
  ///   - held: blocks whose variances are no parameters.
  ///   - dispersion: name of the dispersion; nil where none is estimated.
  func profiledNames(heldBlocks held: Set<Int>, dispersion: String?) -> [ProfiledName] {
    var result: [ProfiledName] = []
    let levels = specification.blocks.map { $0.parts.reduce(0) { $0 + $1.levelCount } }
    let order = specification.blocks.indices.filter { !held.contains($0) }.sorted {
      (-levels[$0], $0) < (-levels[$1], $1)
    }
    for position in order {
      let block = specification.blocks[position]
      let term = specification.firstTerm(of: position)
      let isTied = block.covariance == .tied
      for effect in block.names.indices where !isTied || effect == 0 {
        let name = block.isComponent ? "sd_\(block.group)" : "sd_\(block.names[effect])|\(block.group)"
        result.append(.init(name: name, parameter: .deviation(term: term, effect: effect)))
        guard block.covariance == .unstructured else { continue }
        for other in block.names.indices.dropFirst(effect + 1) {
          result.append(
            .init(
              name: "cor_\(block.names[other]).\(block.names[effect])|\(block.group)",
              parameter: .correlation(term: term, effect: effect, other: other)))
        }
      }
    }
    if let dispersion { result.append(.init(name: dispersion, parameter: .residual)) }
    let aliased = Set(aliased)
    for (column, name) in layout.fixedNames.enumerated() where !aliased.contains(column) {
      result.append(.init(name: name, parameter: .coefficient(column)))
    }
    return result
  }

  /// The parameters of given names; all without any.
  func chosen(_ names: [String]?, of all: [ProfiledName]) throws -> [ProfiledName] {
    guard let names else { return all }
    return try names.map { name in
      guard let found = all.first(where: { $0.name == name }) else {
        throw StatsModelsError(
          .invalidArgument,
          "there is no parameter '\(name)' to profile; there are \(shortList(all.map(\.name)))",
          values: [name])
      }
      return found
    }
  }

  func requireProfiledForms() throws {
    if let block = specification.blocks.first(where: { !$0.covariance.form.reportsEntries }) {
      throw StatsModelsError(
        .notAvailable,
        "covariances of the form '\(block.covariance.form.key)' (of '\(block.group)') have no profiles: take "
          + "confInt(method: .bootstrap(count:seed:)), or an unstructured covariance", values: [block.group])
    }
  }

  func requireLevel(_ level: Double) throws {
    guard level > 0, level < 1 else {
      throw StatsModelsError(
        .invalidArgument, "level is \(level): it must lie between 0 and 1", values: [String(level)])
    }
  }

  /// A bootstrap in the parameters of profiles.
  ///
  /// - Parameter parts: covariances of every term, the dispersion and the fixed effects of a replicate.
  func profiledBootstrap(
    _ drawn: BootstrapResult, named names: [ProfiledName],
    parts: ([Double]) -> (covariances: [Matrix], dispersion: Double, fixedEffects: [Double])
  ) throws -> BootstrapResult {
    func moved(_ values: [Double]) -> [Double] {
      let (covariances, dispersion, fixedEffects) = parts(values)
      return names.map { item in
        switch item.parameter {
        case .deviation(let term, let effect): return max(covariances[term][effect, effect], 0).squareRoot()
        case .correlation(let term, let a, let b):
          let product = covariances[term][a, a] * covariances[term][b, b]
          return product > 0 ? covariances[term][a, b] / product.squareRoot() : .nan
        case .residual: return dispersion
        case .coefficient(let column): return fixedEffects[column]
        }
      }
    }
    let rows = (0..<drawn.replicates.values.rows).map { moved(drawn.replicates.values.row($0)) }
    return BootstrapResult(
      replicates: LabeledMatrix(
        index: drawn.replicates.index, columns: names.map(\.name),
        values: rows.isEmpty ? Matrix(rows: 0, columns: names.count) : try Matrix(rowsOf: rows)),
      estimates: Series(index: names.map(\.name), values: moved(drawn.estimates.values)),
      requested: drawn.requested, failures: drawn.failures)
  }
}

extension LikelihoodProfile {
  /// Profiles of some parameters.
  init(
    _ profiler: LikelihoodProfiler, of parameters: [ProfiledName], level: Double, points: Int,
    deviance: Double, specification: ModelSpecification
  ) throws {
    let quantile = Normal.ppf(0.5 + level / 2)
    self.init(
      parameters: try parameters.map { item in
        let profile = try specification.running { () throws(EngineError) in
          try profiler.profile(item.parameter, quantile: quantile, points: max(points, 0))
        }
        return .init(
          name: item.name, estimate: profile.estimate, lower: profile.lower, upper: profile.upper,
          values: profile.points.map(\.value), zeta: profile.points.map(\.zeta))
      }, level: level, deviance: deviance)
  }
}
