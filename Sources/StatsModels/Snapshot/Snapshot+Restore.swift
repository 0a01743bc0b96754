import DataFrames
import LinearAlgebra
import MixedModels
import Patsy

extension MixedLMResults {
  /// Results from a snapshot: they summarise, test and predict, with intervals, but fit nothing anew.
  ///
  /// All of the snapshot is checked before any of it is used.
  /// - Parameters:
  ///   - snapshot: what ``snapshot(rows:)`` gave.
  ///   - environment: values and functions that the formulas name.
  /// - Throws: ``StatsModelsError`` for a snapshot of another version or one that is damaged, naming the member.
  ///
  /// Not in statsmodels.
  public init(_ snapshot: Snapshot, environment: EvalEnvironment = EvalEnvironment()) throws {
    let state = snapshot.state
    guard Snapshot.readableVersions.contains(snapshot.version) else {
      throw Snapshot.wrongVersion(snapshot.version)
    }
    try SnapshotCheck(snapshot).all()
    let specification = try state.specification(snapshot, environment: environment)
    let model = MixedLM(specification: specification, useSqrt: state.useSqrt)
    try SnapshotCheck(snapshot).results(of: model)
    let widths = specification.termShapes.map(\.width)
    let modes = try zip(state.modes, widths).map { try Matrix(rowList: $0, columns: $1) }
    let covParams = try Matrix(rowList: snapshot.covParams, columns: model.layout.count)
    let variance = try Matrix(rowList: state.varianceCovariance, columns: model.layout.entries.count + 1)
    let cache = ResultsCache()
    _ = cache.covariance.value { ParameterCovariance(matrix: covParams) }
    _ = cache.modes.value { modes }
    _ = cache.fitted.value { snapshot.fittedvalues?.values ?? [] }
    _ = cache.varianceCovariance.value { variance }
    _ = cache.effectVariances.value { state.effectVariances ?? Self.ownVariances(snapshot, model: model) }
    self.init(
      model: model, estimate: try state.estimate(snapshot, widths: widths),
      warnings: state.warnings.compactMap { warning in
        FitWarning.Kind(rawValue: warning.kind).map {
          FitWarning(kind: $0, message: warning.message, category: warning.category)
        }
      },
      fitSeconds: 0, penalty: FitPenalty(value: state.penaltyValue),
      restrictions: FitRestrictions(
        free: state.freepat, errorVariance: state.scaleIsHeld ? .held(snapshot.scale) : .profiled),
      robust: try state.robustCovariance.map {
        RobustErrors(covariance: try Matrix(rowList: $0, columns: state.rank), clusters: nil)
      }, cache: cache)
    useT = state.useT
  }

  /// Variances of the groups' own effects from their covariance matrices, for files of version 2.
  private static func ownVariances(_ snapshot: Snapshot, model: MixedLM) -> [[Double]]? {
    let width = model.kRe
    guard let saved = snapshot.randomEffectsCov?.values, width > 0, model.specification.blocks.count == 1
    else { return nil }
    return [saved.flatMap { rows in (0..<width).flatMap { i in (0..<width).map { rows[i][$0] } } }]
  }
}

extension SnapshotState {
  fileprivate func estimate(_ snapshot: MixedLMResults.Snapshot, widths: [Int]) throws -> Estimate {
    var estimate = Estimate(
      relativeCovariances: try zip(relativeCovariances, widths).map {
        try Matrix(rowList: $0, columns: $1)
      },
      scale: snapshot.scale, fixedEffects: fixedEffects, aliased: aliased, rank: rank,
      fixedCovariance: try Matrix(rowList: fixedCovariance, columns: exogNames.count - aliased.count),
      logLikelihood: logLikelihood, reml: snapshot.method == "REML", converged: snapshot.converged,
      certificate: restoredCertificate, held: held.map { HeldTerm(term: $0, reason: .oneLevel) },
      singular: singular)
    estimate.monteCarlo = monteCarlo.map { errors in
      MonteCarloReport(
        probes: errors.probes, relativeCovariances: errors.relativeCovariances,
        covariances: errors.covariances, scale: errors.scale, fixedEffects: errors.fixedEffects,
        logLikelihood: errors.logLikelihood)
    }
    return estimate
  }

  private var restoredCertificate: Certificate {
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
    _ snapshot: MixedLMResults.Snapshot, environment: EvalEnvironment
  ) throws -> ModelSpecification {
    var firstTerm = 0
    let blocks = try self.blocks.map { block -> RandomBlock in
      defer { firstTerm += block.partLevelCounts.count }
      return try restored(block, firstTerm: firstTerm)
    }
    var source: ModelSpecification.FormulaSource?
    if let fixedInfo, let effectInfos {
      source = .init(
        arguments: FormulaArguments(
          formula: formula ?? "", groups: groups, reFormula: nil, vcFormula: vcFormula, missing: .none),
        fixedInfo: fixedInfo, effectInfos: effectInfos, environment: environment,
        plan: try FormulaPlan(
          formula: formula ?? "", groupNames: [groupColumn ?? groupName], reFormula: nil, vcFormula: nil,
          environment: environment),
        data: DataFrame())
    }
    let endog = zip(snapshot.fittedvalues?.values ?? [], snapshot.resid?.values ?? []).map { $0 + $1 }
    var specification = ModelSpecification(
      endogName: endogName, endog: endog, exogNames: exogNames,
      exog: Matrix(rows: 0, columns: exogNames.count),
      rowLabels: RowLabels(snapshot.fittedvalues?.index ?? []), blocks: blocks,
      layout: grouped ? .grouped : .severalFactors, grouping: try grouping.restored(codes: groupCodes),
      groupName: groupName, groupColumn: groupColumn, exogReNames: snapshot.exogReNames, source: source,
      warnings: [])
    // Files of version 2 name no effects where there are several factors.
    if !grouped { specification.exogReNames = specification.ownEffectNames }
    specification.weights = weights?.restored
    specification.offset = offset?.restored
    specification.residuals = try residuals?.restored(
      parameters: snapshot.params.count, variances: varianceCovariance.count)
    specification.restored = RestoredData(
      rowCount: snapshot.nobs, groupSizes: groupCodes.isEmpty ? groupSizes : nil,
      hasRows: snapshot.fittedvalues != nil, hasTermRows: termRows != nil,
      withheld: withheld.map(WithheldLevels.init), population: population,
      effectCovariances: try snapshot.randomEffectsCov?.values.map { try Matrix(rowsOf: $0) },
      statistics: try statistics?.restored(), shares: shares)
    return specification
  }

  /// A block with the rows of its terms where they were saved.
  private func restored(_ block: Block, firstTerm: Int) throws -> RandomBlock {
    guard let covariance = block.form else {
      throw SnapshotCheck.damaged(
        "state.blocks.covariance", "'\(block.covariance)' is no form of a covariance")
    }
    let width = block.names.count
    return RandomBlock(
      group: block.group, names: block.names, covariance: covariance,
      parts: block.partLevelCounts.enumerated().map { part, levels in
        let rows = termRows?[firstTerm + part]
        return RandomBlock.Part(
          codes: rows?.codes ?? [], levelCount: levels,
          columns: rows?.columns ?? [[Double]?](repeating: nil, count: width))
      },
      factor: try block.factor?.restored(),
      component: try block.columns.map { lists in
        .listed(
          lists.map { $0.map { .init(name: $0.name, part: $0.part, level: $0.level) } },
          coding: try block.coding?.restored(levelCount: block.partLevelCounts.first ?? 0))
      })
  }
}

extension SnapshotState.Block {
  /// The form of the covariance, nil for a text that names none.
  var form: RandomTerm.Covariance? { RandomTerm.Covariance(key: covariance) }
}

extension SnapshotState.Statistics {
  fileprivate func restored() throws -> PredictionStatistics {
    let factors = try roots.map { try $0.map { try $0.map { try Matrix(rowsOf: $0) } } }
    let random = columnStarts.map {
      PredictionStatistics.Random(
        columnStarts: $0, rowIndices: rowIndices ?? [], values: values ?? [], products: products ?? [],
        factors: factors)
    }
    return PredictionStatistics(
      basis: .init(
        kept: kept, toBasis: try Matrix(rowList: toBasis, columns: kept.count),
        factor: try Matrix(rowList: factor, columns: kept.count)),
      random: random)
  }
}
