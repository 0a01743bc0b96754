import DataFrames
import LinearAlgebra
import MixedModels
import Patsy

/// Checks a snapshot as a whole, so that results made of it never meet a number that does not fit.
struct SnapshotCheck {
  private let snapshot: MixedLMResults.Snapshot
  private var state: SnapshotState { snapshot.state }

  init(_ snapshot: MixedLMResults.Snapshot) { self.snapshot = snapshot }

  /// The error for a member that is wrong.
  static func damaged(_ member: String, _ why: String) -> StatsModelsError {
    StatsModelsError(.file, "these results are damaged: \(member): \(why)", values: [member])
  }

  /// What can be told without the model.
  func all() throws {
    try counts()
    try rows()
    try fixedEffects()
    try factors()
    try blocks()
    try SnapshotErrorsCheck(snapshot).all()
  }

  private func require(_ condition: Bool, _ member: String, _ why: @autoclosure () -> String) throws {
    if !condition { throw Self.damaged(member, why()) }
  }

  // MARK: - Counts

  private func counts() throws {
    try require((1...Int(Int32.max)).contains(snapshot.nobs), "nobs", "\(snapshot.nobs) is no number of rows")
    try require(
      ["REML", "ML"].contains(snapshot.method), "method", "'\(snapshot.method)' is neither REML nor ML")
    try require(
      snapshot.scale.isFinite && snapshot.scale >= 0, "scale", "\(snapshot.scale) is no variance")
    try require(state.certificate.count == 6, "state.certificate", "\(state.certificate.count) values, not 6")
    for warning in state.warnings {
      try require(
        FitWarning.Kind(rawValue: warning.kind) != nil, "state.warnings",
        "'\(warning.kind)' is no kind of warning")
    }
    try require(
      state.groupSizes.map { $0.count == 2 } ?? true, "state.groupSizes", "takes two numbers")
    try require(
      state.residuals?.isSound(rows: snapshot.nobs) ?? true, "state.residuals",
      "the parts do not belong together")
  }

  /// Members with a value for each row.
  private func rows() throws {
    let nobs = snapshot.nobs
    let fitted = snapshot.fittedvalues
    try require(
      (fitted == nil) == (snapshot.resid == nil), "resid", "fittedvalues and resid belong together")
    if let fitted, let resid = snapshot.resid {
      try length(fitted.values, nobs, "fittedvalues.values")
      try length(fitted.index, nobs, "fittedvalues.index")
      try length(resid.values, nobs, "resid.values")
      try length(state.population, nobs, "state.population")
      try length(state.groupCodes, nobs, "state.groupCodes")
      for (numbers, member) in [(state.weights, "state.weights"), (state.offset, "state.offset")] {
        if let numbers { try length(numbers.values, nobs, member) }
      }
    } else {
      try length(state.population, 0, "state.population")
      try length(state.groupCodes, 0, "state.groupCodes")
      try require(state.termRows == nil, "state.termRows", "there are no fitted values")
      try require(state.groupSizes != nil, "state.groupSizes", "is missing")
    }
    try codes(state.groupCodes, below: state.grouping.levels.count, from: 0, "state.groupCodes")
  }

  private func length<T>(_ list: [T], _ count: Int, _ member: String) throws {
    try require(list.count == count, member, "\(list.count) values where \(count) belong")
  }

  private func codes(_ list: [Int32], below limit: Int, from least: Int, _ member: String) throws {
    if let bad = list.first(where: { Int($0) < least || Int($0) >= limit }) {
      throw Self.damaged(member, "\(bad) is no code of \(limit) levels")
    }
  }

  // MARK: - Fixed effects

  private func fixedEffects() throws {
    let count = state.exogNames.count
    try length(state.fixedEffects, count, "state.fixedEffects")
    let aliased = state.aliased
    try require(
      Set(aliased).count == aliased.count && aliased.allSatisfy { $0 >= 0 && $0 < count }, "state.aliased",
      "\(aliased) are no columns of \(count)")
    try require(
      state.rank == count - aliased.count, "state.rank", "\(state.rank) for \(count - aliased.count) columns")
    let covariances = [
      ("state.fixedCovariance", state.fixedCovariance), ("state.robustCovariance", state.robustCovariance),
    ]
    for (name, matrix) in covariances {
      guard let matrix else { continue }
      try square(matrix, state.rank, name)
      for (i, row) in matrix.enumerated() {
        try require(
          !row.contains(where: \.isInfinite) && !(row[i] < 0), name,
          "row \(i) is no row of a covariance matrix")
      }
    }
    if let info = state.fixedInfo {
      try require(
        info.columnNames.count == count, "state.fixedInfo",
        "\(info.columnNames.count) columns for \(count) fixed effects")
    }
    for info in [state.fixedInfo].compactMap({ $0 }) + (state.effectInfos ?? []).compactMap({ $0 }) {
      try require(info.factorInfos != nil, "state.fixedInfo", "a design without factors codes no data")
    }
    try require(
      (state.fixedInfo == nil) == (state.effectInfos == nil), "state.effectInfos",
      "fixedInfo and effectInfos belong together")
  }

  /// Rows of equal length, as many as columns.
  private func square(_ rows: [[Double]], _ count: Int, _ member: String) throws {
    try require(
      rows.count == count && rows.allSatisfy { $0.count == count }, member, "it should be \(count) × \(count)"
    )
  }

  // MARK: - Factors and blocks

  private func factors() throws {
    try factor(state.grouping, "state.grouping")
    for factor in state.blocks.compactMap(\.factor) { try self.factor(factor, "state.blocks.factor") }
  }

  private func factor(_ factor: SnapshotState.Factor, _ member: String) throws {
    let levels = factor.levels.map { $0.map(\.level) }
    try require(!levels.isEmpty, member, "there are no levels")
    try require(!factor.parts.isEmpty, member, "'\(factor.name)' has no parts")
    try require(
      levels.allSatisfy { $0.count == factor.parts.count }, member,
      "the levels of '\(factor.name)' differ in parts")
    let isNumber = levels.joined().allSatisfy { level in
      if case .double(let number) = level { return !number.isNaN }
      return true
    }
    try require(isNumber, member, "'\(factor.name)' has a level that is no number")
    try require(Set(levels).count == levels.count, member, "'\(factor.name)' has a level twice")
  }

  private func blocks() throws {
    try require(!state.blocks.isEmpty, "state.blocks", "there are none")
    try require(
      state.effectInfos.map { $0.count == state.blocks.count } ?? true, "state.effectInfos",
      "\(state.effectInfos?.count ?? 0) for \(state.blocks.count) blocks")
    for (position, block) in state.blocks.enumerated() {
      let member = "state.blocks[\(position)]"
      try require(
        block.form != nil, "\(member).covariance", "'\(block.covariance)' is no form of a covariance")
      try require(!block.names.isEmpty, "\(member).names", "there are none")
      try require(
        block.partLevelCounts.allSatisfy { $0 >= 0 }, "\(member).partLevelCounts", "a count is negative")
      try require(
        (block.factor == nil) != (block.columns == nil), member, "it takes either a factor or columns")
      if let factor = block.factor {
        try require(
          block.partLevelCounts == [factor.levels.count], "\(member).partLevelCounts",
          "\(block.partLevelCounts) for \(factor.levels.count) levels")
        try require(
          !state.grouped || factor.levels.count == state.grouping.levels.count, "\(member).factor",
          "its levels are not the groups")
        try require(
          !state.grouped || position == 0, member, "only the first block has the groups' own effects")
      }
      if let columns = block.columns { try component(block, columns, member) }
      if let info = state.effectInfos?[position] {
        try require(
          info.columnNames.count == block.names.count, "state.effectInfos[\(position)]",
          "\(info.columnNames.count) columns for \(block.names.count) effects")
      } else if state.effectInfos != nil, block.columns == nil {
        try require(block.names.count == 1, "\(member).names", "an intercept has one effect")
      }
    }
  }

  private func component(
    _ block: SnapshotState.Block, _ columns: [[SnapshotState.Column]], _ member: String
  ) throws {
    try require(block.names.count == 1, "\(member).names", "a component has one")
    try length(columns, state.grouping.levels.count, "\(member).columns")
    for column in columns.joined() {
      let counts = block.partLevelCounts
      let isKnown = column.level.map { level in
        counts.indices.contains(column.part) && level >= 0 && level < counts[column.part]
      }
      try require(isKnown ?? true, "\(member).columns", "'\(column.name)' belongs to no effect")
    }
    guard let coding = block.coding else { return }
    let limits =
      [state.grouping.levels.count] + coding.factors.compactMap { $0.levels?.count }
    for effect in coding.effects {
      let fits =
        effect.count == limits.count && zip(effect, limits).allSatisfy { $0 >= 0 && Int($0) < $1 }
      try require(fits, "\(member).coding", "\(effect) is no combination of levels")
    }
    try require(
      coding.effects.count == block.partLevelCounts.first ?? 0, "\(member).coding",
      "\(coding.effects.count) effects, not \(block.partLevelCounts.first ?? 0)")
  }

  // MARK: - With the model

  /// What takes the order of the model's parameters.
  func results(of model: MixedLM) throws {
    let own = model.specification.ownBlocks.reduce(0) { $0 + model.specification.blocks[$1].width }
    try length(model.specification.exogReNames, own, "exog_re_names")
    let count = model.layout.count
    try square(snapshot.covParams, count, "cov_params")
    try square(state.varianceCovariance, model.layout.entries.count + 1, "state.varianceCovariance")
    if let free = state.freepat {
      try require(
        free.getPacked(useSqrt: false, hasFe: true).count == count, "state.freepat",
        "it does not have \(count) parameters")
    }
    // none of a fit without an exact factor, where each would take a solve
    guard let covariances = snapshot.randomEffectsCov, !covariances.values.isEmpty else { return }
    try length(covariances.values, model.nGroups, "random_effects_cov.values")
    let rows = model.groupRows
    for (group, matrix) in covariances.values.enumerated() {
      let width = model.effects(ofGroup: group, rows: rows).count
      try square(matrix, width, "random_effects_cov.values")
    }
  }
}
