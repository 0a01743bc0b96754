import DataFrames
import LinearAlgebra
import MixedModels
import Patsy

extension SnapshotState {
  init(_ results: MixedLMResults) {
    let specification = results.specification
    let estimate = results.estimate
    let rows = results.model.groupRows
    endogName = specification.endogName
    exogNames = specification.exogNames
    grouped = specification.layout == .grouped
    groupName = specification.groupName
    groupColumn = specification.groupColumn
    groupCodes = specification.grouping.codes
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
        group: block.group, names: block.names, covariance: "\(block.covariance)",
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
    varianceCovariance = results.varianceCovariance.rowList
    modes = results.modes.map(\.rowList)
    population = results.predict().values
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
        scale: $0.scale,
        fixedEffects: $0.fixedEffects, logLikelihood: $0.logLikelihood)
    }
    useSqrt = results.useSqrt
    useT = results.useT
    freepat = results.freepat
    scaleIsHeld = results.restrictions.errorVariance.isHeld
  }
}

extension SnapshotState.Factor {
  init(_ factor: GroupingFactor) {
    name = factor.name
    parts = factor.partNames
    levels = (0..<factor.levelCount).map { factor.levels(of: $0).map(SnapshotLabel.init) }
  }

  func restored(codes: [Int32] = []) throws -> GroupingFactor {
    guard levels.allSatisfy({ $0.count == parts.count }) else {
      throw StatsModelsError(.file, "the levels of '\(name)' are damaged")
    }
    return GroupingFactor(
      name: name, partNames: parts, codes: codes, combinations: levels.map { $0.map(\.level) })
  }
}

extension SnapshotState.Coding {
  init(_ coding: ComponentCoding) {
    effects = coding.effects
    factors = coding.factors.map {
      switch $0 {
      case .numeric(let name): .init(name: name)
      case .categorical(let name, let levels): .init(name: name, levels: levels.map(SnapshotLabel.init))
      }
    }
  }

  func restored(levelCount: Int) throws -> ComponentCoding {
    let width = 1 + factors.count { $0.levels != nil }
    guard effects.count == levelCount, effects.allSatisfy({ $0.count == width }) else {
      throw StatsModelsError(
        .file, "these results are damaged: the effects of a variance component do not fit")
    }
    return ComponentCoding(
      factors: factors.map { factor in
        guard let levels = factor.levels else { return .numeric(name: factor.name) }
        return .categorical(name: factor.name, levels: levels.map(\.level))
      }, effects: effects)
  }
}

extension MixedLMResults {
  /// Results from a snapshot: they summarise, test and predict, but compute nothing anew from data.
  ///
  /// - Parameters:
  ///   - snapshot: what ``snapshot()`` gave.
  ///   - environment: values and functions that the formulas name.
  /// - Throws: ``StatsModelsError`` for a snapshot of another version or one that is damaged.
  ///
  /// Not in statsmodels.
  public init(_ snapshot: Snapshot, environment: Environment = Environment()) throws {
    let state = snapshot.state
    guard snapshot.version == Snapshot.currentVersion else { throw Snapshot.wrongVersion(snapshot.version) }
    guard snapshot.fittedvalues.values.count == snapshot.nobs, snapshot.resid.values.count == snapshot.nobs,
      snapshot.fittedvalues.index.count == snapshot.nobs, state.groupCodes.count == snapshot.nobs,
      state.groupCodes.allSatisfy({ $0 >= 0 && Int($0) < state.grouping.levels.count }),
      state.fixedEffects.count == state.exogNames.count, state.certificate.count == 6
    else {
      throw StatsModelsError(.file, "these results are damaged: their lengths do not fit together")
    }
    let specification = try state.specification(snapshot, environment: environment)
    let model = MixedLM(specification: specification, useSqrt: state.useSqrt)
    let widths = specification.engineTerms.map(\.width)
    let count = model.layout.count
    let covariances = try zip(state.relativeCovariances, widths).map { try Matrix(rowList: $0, columns: $1) }
    let modes = try zip(state.modes, widths).map { try Matrix(rowList: $0, columns: $1) }
    let covParams = try Matrix(rowList: snapshot.covParams, columns: count)
    let variance = try Matrix(rowList: state.varianceCovariance, columns: model.layout.entries.count + 1)
    guard covariances.count == widths.count, modes.count == widths.count, covParams.rows == count,
      zip(covariances, widths).allSatisfy({ $0.rows == $1 && $0.columns == $1 }),
      zip(modes, specification.engineTerms).allSatisfy({ $0.rows == $1.levelCount && $0.columns == $1.width }
      ),
      variance.rows == model.layout.entries.count + 1, state.population.count == snapshot.nobs
    else {
      throw StatsModelsError(.file, "these results are damaged: their matrices do not fit together")
    }
    let cache = ResultsCache(
      population: state.population,
      effectCovariances: try snapshot.randomEffectsCov?.values.map { try Matrix(rowsOf: $0) })
    _ = cache.covariance.value { ParameterCovariance(matrix: covParams) }
    _ = cache.modes.value { modes }
    _ = cache.fitted.value { snapshot.fittedvalues.values }
    _ = cache.varianceCovariance.value { variance }
    let fixedCount = state.exogNames.count - state.aliased.count
    let fixedCovariance = try Matrix(rowList: state.fixedCovariance, columns: max(fixedCount, 0))
    guard fixedCovariance.rows == fixedCount else {
      throw StatsModelsError(.file, "these results are damaged: the fixed effects' covariance does not fit")
    }
    var estimate = Estimate(
      relativeCovariances: covariances, scale: snapshot.scale, fixedEffects: state.fixedEffects,
      aliased: state.aliased, rank: state.rank, fixedCovariance: fixedCovariance,
      logLikelihood: state.logLikelihood, reml: snapshot.method == "REML", converged: snapshot.converged,
      certificate: state.restoredCertificate,
      held: state.held.map { HeldTerm(term: $0, reason: .oneLevel) }, singular: state.singular)
    estimate.monteCarlo = try state.monteCarlo.map { errors in
      guard errors.fixedEffects.count == state.exogNames.count, errors.covariances.count == widths.count,
        errors.relativeCovariances.count == widths.count
      else { throw StatsModelsError(.file, "these results are damaged: the Monte-Carlo errors do not fit") }
      return MonteCarloReport(
        probes: errors.probes, relativeCovariances: errors.relativeCovariances,
        covariances: errors.covariances,
        scale: errors.scale, fixedEffects: errors.fixedEffects, logLikelihood: errors.logLikelihood)
    }
    let warnings = state.warnings.compactMap { warning in
      FitWarning.Kind(rawValue: warning.kind).map {
        FitWarning(kind: $0, message: warning.message, category: warning.category)
      }
    }
    self.init(
      model: model, estimate: estimate, warnings: warnings, fitSeconds: 0,
      penalty: FitPenalty(value: state.penaltyValue),
      restrictions: FitRestrictions(
        free: state.freepat, errorVariance: state.scaleIsHeld ? .held(snapshot.scale) : .profiled),
      cache: cache)
    useT = state.useT
  }
}

extension SnapshotState {
  fileprivate var restoredCertificate: Certificate {
    func whole(_ position: Int) -> Int { Int(exactly: certificate[position]) ?? 0 }
    var result = Certificate()
    result.gradientNorm = certificate[0]
    result.predictedDecrease = certificate[1]
    result.evaluations = whole(2)
    result.gradients = whole(3)
    result.atBound = whole(4)
    result.conditionNumber = certificate[5]
    return result
  }

  fileprivate func specification(
    _ snapshot: MixedLMResults.Snapshot, environment: Environment
  ) throws -> ModelSpecification {
    let blocks = try self.blocks.map { block -> RandomBlock in
      guard !block.names.isEmpty, block.partLevelCounts.allSatisfy({ $0 >= 0 }) else {
        throw StatsModelsError(.file, "the term '\(block.group)' is damaged")
      }
      let covariance: RandomTerm.Covariance =
        block.covariance == "tied" ? .tied : (block.covariance == "diagonal" ? .diagonal : .unstructured)
      let width = covariance == .tied ? 1 : block.names.count
      return RandomBlock(
        group: block.group, names: block.names, covariance: covariance,
        parts: block.partLevelCounts.map {
          RandomBlock.Part(codes: [], levelCount: $0, columns: [[Double]?](repeating: nil, count: width))
        },
        factor: try block.factor?.restored(),
        component: try block.columns.map { lists in
          .listed(
            lists.map { $0.map { .init(name: $0.name, part: $0.part, level: $0.level) } },
            coding: try block.coding?.restored(levelCount: block.partLevelCounts.first ?? 0))
        })
    }
    var source: ModelSpecification.FormulaSource?
    if let fixedInfo, let effectInfos, effectInfos.count == blocks.count {
      source = .init(
        arguments: FormulaArguments(
          formula: formula ?? "", groups: groups, reFormula: nil, vcFormula: vcFormula, missing: .none),
        fixedInfo: fixedInfo, effectInfos: effectInfos, environment: environment,
        plan: try FormulaPlan(
          formula: formula ?? "", groupNames: [groupColumn ?? groupName], reFormula: nil, vcFormula: nil),
        data: DataFrame())
    }
    return ModelSpecification(
      endogName: endogName, endog: zip(snapshot.fittedvalues.values, snapshot.resid.values).map { $0 + $1 },
      exogNames: exogNames, exog: Matrix(rows: 0, columns: exogNames.count),
      rowLabels: RowLabels(snapshot.fittedvalues.index), blocks: blocks,
      layout: grouped ? .grouped : .severalFactors, grouping: try grouping.restored(codes: groupCodes),
      groupName: groupName, groupColumn: groupColumn, exogReNames: snapshot.exogReNames, source: source,
      warnings: [], isRestored: true)
  }
}
