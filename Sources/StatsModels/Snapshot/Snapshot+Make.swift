import LinearAlgebra
import MixedModels
import Patsy

extension SnapshotState {
  /// - Parameters:
  ///   - hasRows: whether numbers of single rows are written.
  ///   - withheld: levels that are not told of; nil for none.
  init(_ results: MixedLMResults, rows hasRows: Bool, withheld levels: WithheldLevels?) {
    let specification = results.specification
    let estimate = results.estimate
    let rows = results.model.groupRows
    endogName = specification.endogName
    exogNames = specification.exogNames
    grouped = specification.layout == .grouped
    groupName = specification.groupName
    groupColumn = specification.groupColumn
    groupCodes = hasRows ? specification.grouping.codes : []
    grouping = Factor(specification.grouping)
    blocks = specification.blocks.map { block in
      let columns = block.component.map { component in
        (0..<rows.count).map { group in
          component.columns(ofGroup: group, rows: rows[group]).map {
            Column(name: $0.name, part: $0.part, level: $0.level)
          }
        }
      }
      return Block(
        group: block.group, names: block.names, covariance: block.covariance.form.key,
        partLevelCounts: block.parts.map(\.levelCount), factor: block.factor.map(Factor.init),
        columns: columns,
        coding: block.component?.coding(groups: specification.grouping.codes).map(Coding.init))
    }
    formula = specification.source?.arguments.formula
    groups = specification.source?.arguments.groups
    vcFormula = specification.source?.arguments.vcFormula
    fixedInfo = specification.source?.fixedInfo
    effectInfos = specification.source?.effectInfos
    relativeCovariances = estimate.relativeCovariances.map(\.rowList)
    fixedEffects = estimate.fixedEffects
    aliased = estimate.aliased
    rank = estimate.rank
    fixedCovariance = estimate.fixedCovariance.rowList
    robustCovariance = results.robust?.covariance.rowList
    varianceCovariance = results.varianceCovariance.rowList
    modes = results.modes.enumerated().map { term, matrix in
      matrix.rowList.enumerated().map { level, effects in
        levels?.effects[term].contains(level) == true ? effects.map { _ in .nan } : effects
      }
    }
    population = hasRows ? results.predict().values : []
    singular = estimate.singular
    held = estimate.held.map(\.term)
    logLikelihood = estimate.logLikelihood
    let certificate = estimate.certificate
    self.certificate = [
      certificate.gradientNorm, certificate.predictedDecrease, Double(certificate.evaluations),
      Double(certificate.gradients), Double(certificate.atBound), certificate.conditionNumber,
    ]
    penaltyValue = results.penalty.value
    warnings = results.warnings.map {
      Warning(kind: $0.kind.rawValue, message: $0.message, category: $0.category)
    }
    monteCarlo = estimate.monteCarlo.map {
      MonteCarlo(
        probes: $0.probes, relativeCovariances: $0.relativeCovariances, covariances: $0.covariances,
        scale: $0.scale, fixedEffects: $0.fixedEffects, logLikelihood: $0.logLikelihood)
    }
    useSqrt = results.useSqrt
    useT = results.useT
    freepat = results.freepat
    scaleIsHeld = results.restrictions.errorVariance.isHeld
    addErrors(results, withheld: levels)
    weights = Numbers(specification.savedWeights, rows: hasRows)
    residuals = SnapshotResiduals(specification.residuals, rows: hasRows)
    offset = Numbers(specification.offset, rows: hasRows)
    if hasRows, specification.hasTermRows {
      termRows = specification.blocks.flatMap(\.parts).map { TermRows(codes: $0.codes, columns: $0.columns) }
    }
  }

  /// What intervals, errors of effects and shares of variance take.
  private mutating func addErrors(_ results: MixedLMResults, withheld levels: WithheldLevels?) {
    let specification = results.specification
    withheld = levels?.saved
    groupSizes = results.model.groupSizeLimits
    statistics = (try? results.predictionSystem()).map { system in
      var statistics = system.statistics
      if let levels { statistics.withhold(levels, specification: specification, results.estimate) }
      return Statistics(statistics)
    }
    effectVariances = results.effectVariances.map { variances in
      variances.enumerated().map { term, values in
        guard let hidden = levels?.effects[term], !hidden.isEmpty, !values.isEmpty else { return values }
        let size = values.count / specification.engineTerms[term].levelCount
        return values.enumerated().map { hidden.contains($0 / size) ? .nan : $1 }
      }
    }
    shares = (try? results.varianceShares()).map {
      Shares(fixed: $0.fixed, random: $0.random.values, residual: $0.residual)
    }
  }
}

extension SnapshotState.Statistics {
  init(_ statistics: PredictionStatistics) {
    kept = statistics.basis.kept
    toBasis = statistics.basis.toBasis.rowList
    factor = statistics.basis.factor.rowList
    guard let random = statistics.random,
      random.values.count + random.products.count <= PredictionStatistics.mostNumbers
    else { return }
    columnStarts = random.columnStarts
    rowIndices = random.rowIndices
    values = random.values
    products = random.products
    roots = random.factors.map { $0.map { $0?.rowList } }
  }
}

extension PredictionStatistics {
  /// Numbers that a file may hold of the random effects; larger systems are left out, as the file would be larger
  /// than the data.
  static let mostNumbers = 20_000_000

  /// Takes the withheld levels out of the system: they share no row with the others, so that the others' errors stay.
  fileprivate mutating func withhold(
    _ levels: WithheldLevels, specification: ModelSpecification, _ estimate: Estimate
  ) {
    guard var random else { return }
    let shapes = specification.termShapes
    let starts = PredictionStatistics.starts(shapes, covariances: estimate.relativeCovariances)
    var hidden = Set<Int>()
    for (term, start) in starts.enumerated() {
      guard let start else { continue }
      let width = shapes[term].width
      for level in levels.errors[term] {
        hidden.formUnion(start + level * width..<start + (level + 1) * width)
      }
    }
    let count = random.count
    // The pattern too tells who met whom.
    let isKept = (0..<count).flatMap { column in
      (random.columnStarts[column]..<random.columnStarts[column + 1]).map {
        !hidden.contains(column) || Int(random.rowIndices[$0]) == column
      }
    }
    var starting = [0]
    for column in 0..<count {
      let entries = random.columnStarts[column]..<random.columnStarts[column + 1]
      starting.append(starting[column] + entries.count { isKept[$0] })
      guard hidden.contains(column) else { continue }
      for entry in entries where isKept[entry] { random.values[entry] = 1 }
      for c in 0..<basis.rank { random.products[c * count + column] = 0 }
    }
    random.rowIndices = zip(random.rowIndices, isKept).compactMap { $1 ? $0 : nil }
    random.values = zip(random.values, isKept).compactMap { $1 ? $0 : nil }
    random.columnStarts = starting
    self.random = random
  }
}
