import DataFrames
import LinearAlgebra
import MixedModels

/// Fits of one design to many responses, or of one formula to the groups of a frame. Not in statsmodels.
///
/// What admits no fit is a row with the reason and throws nothing.
///
/// ```swift
/// let fits = try fitMany("~ age + (1 | subject)", data, outcomes: genes)
/// print(fits.frame)                                   // a row for each fit
/// print(try fits.coefficients(adjust: .fdrBh))        // a row for each fit and fixed effect
/// let first = try fits.results(0)                     // everything about one of them
/// ```
public struct ManyFits: Sendable {
  /// One of the fits.
  struct Fit: Sendable {
    /// The model with its design, shared by all responses of it; nil where none could be made.
    var design: MixedLM?
    /// The response's name and values, where they are not the design's own.
    var response: (name: String, values: [Double])?
    var estimate: Estimate?
    /// Why there is no estimate.
    var failure: String?
  }

  /// What tells the fits apart, a row for each: `outcome`, or the keys of the groups.
  public let keys: DataFrame
  let fits: [Fit]

  init(keys: DataFrame, fits: [Fit]) {
    self.keys = keys
    self.fits = fits
  }

  /// Number of fits, those that failed included.
  public var count: Int { fits.count }
  /// Number of fits that failed.
  public var failureCount: Int { fits.count { $0.estimate == nil } }
  /// Why a fit failed, nil for those that did not.
  public var errors: [String?] { fits.map(\.failure) }

  /// A row for each fit: the keys, `nobs`, `converged`, `singular`, `llf`, then variances and covariances in the response's
  /// units under their parameters' names, `scale` and `error`.
  public var frame: DataFrame {
    let made = fits.map { fit in
      fit.design.flatMap { design in
        fit.estimate.map { estimate in
          let relative = design.specification.blockCovariances(estimate.relativeCovariances)
          return (
            names: design.layout.entries.map(\.name),
            values: design.layout.values(in: relative, scale: estimate.scale)
          )
        }
      }
    }
    var names: [String] = []
    for name in made.compactMap({ $0?.names }).joined() where !names.contains(name) { names.append(name) }
    let parameters = names.map { name in
      Column(
        name: name,
        made.map { made in made.flatMap { $0.names.firstIndex(of: name).map($0.values.item) } ?? .nan })
    }
    let columns =
      keys.columns + [
        Column(name: "nobs", fits.map { fit in fit.estimate.flatMap { _ in fit.design?.nobs } }),
        Column(name: "converged", fits.map { $0.estimate?.converged }),
        Column(name: "singular", fits.map { $0.estimate?.singular }),
        Column(name: "llf", fits.map { $0.estimate?.logLikelihood ?? .nan }),
      ] + parameters + [
        Column(name: "scale", fits.map { $0.estimate?.scale ?? .nan }), Column(name: "error", errors),
      ]
    return UniqueColumns.frame(columns)
  }

  /// A row for each fit and fixed effect: the keys, `name`, `estimate`, `se`, `z`, `p`, `lower`, `upper`, and `adjusted`
  /// where that is asked for.
  ///
  /// Standard errors are the roots of the diagonal of σ²(X'V⁻¹X)⁻¹, as in ``MixedLMResults/coefficients(ddf:alpha:)``; those
  /// of ``MixedLMResults/bseFe``, statsmodels' own, differ in later digits. Fits that failed have no rows.
  /// - Parameters:
  ///   - ddf: degrees of freedom, which take more time; nil for the normal distribution. With them `df` and `t` stand
  ///     in place of `z`.
  ///   - alpha: one less the confidence level of the limits, and the level of the adjustment.
  ///   - adjust: a correction of the p-values of each effect for the number of fits.
  ///   - threads: number of concurrent computations; nil uses the cores there are.
  /// - Throws: ``StatsModelsError`` for a level that is none, and for what has no such degrees of freedom.
  public func coefficients(
    ddf: DegreesOfFreedom? = nil, alpha: Double = 0.05, adjust: MultipleTestsMethod? = nil,
    threads: Int? = nil
  ) throws -> DataFrame {
    guard alpha > 0, alpha < 1 else {
      throw StatsModelsError(.invalidArgument, "alpha is \(alpha): it must lie between 0 and 1")
    }
    let tables = try ddf.map { try self.tables($0, alpha: alpha, threads: threads) } ?? normalTables(alpha)
    var rows: [Int] = []
    for (position, table) in tables.enumerated() {
      rows += [Int](repeating: position, count: table?.names.count ?? 0)
    }
    let found = tables.compactMap { $0 }
    func joined(_ values: (Table) -> [Double]) -> [Double] { found.flatMap(values) }
    let names = found.flatMap(\.names)
    let p = joined(\.p)
    var columns = keys.columns.map { $0.rows(rows) } + [Column(name: "name", names)]
    columns += [Column(name: "estimate", joined(\.estimate)), Column(name: "se", joined(\.se))]
    if ddf != nil { columns.append(Column(name: "df", joined(\.df))) }
    columns += [Column(name: ddf == nil ? "z" : "t", joined(\.t)), Column(name: "p", p)]
    if let adjust {
      var adjusted = p
      for name in Set(names) {
        let own = names.indices.filter { names[$0] == name }
        for (row, value) in zip(own, adjust.corrected(own.map { p[$0] }, alpha: alpha).pvalues) {
          adjusted[row] = value
        }
      }
      columns.append(Column(name: "adjusted", adjusted))
    }
    columns += [Column(name: "lower", joined(\.lower)), Column(name: "upper", joined(\.upper))]
    return UniqueColumns.frame(columns)
  }

  /// The results of one fit, as `fit` of its model gives them.
  ///
  /// - Throws: ``StatsModelsError`` with the reason for a fit that failed, and for a position that is none.
  public func results(_ position: Int) throws -> MixedLMResults {
    guard fits.indices.contains(position) else {
      throw StatsModelsError(
        .invalidArgument, "there is no fit at position \(position): there are \(fits.count)",
        values: [String(position)])
    }
    let fit = fits[position]
    guard let design = fit.design, let estimate = fit.estimate else {
      throw StatsModelsError(.notAvailable, "the fit at position \(position) failed: \(fit.failure ?? "")")
    }
    let model = fit.response.map { design.replacing(response: $0.values, name: $0.name) } ?? design
    return MixedLMResults(
      model: model, estimate: estimate, warnings: model.warnings + model.fitWarnings(estimate), fitSeconds: 0)
  }

  /// The results of the fit of an outcome, or of the group with a key.
  ///
  /// - Throws: ``StatsModelsError`` with the reason for a fit that failed, and for a key that is none.
  public func results(of key: ColumnValue...) throws -> MixedLMResults {
    let position = (0..<count).first { row in
      keys.columnCount == key.count && zip(keys.columns, key).allSatisfy { $0[row] == $1 }
    }
    guard let position else {
      let wanted = key.map(\.debugDescription).joined(separator: ", ")
      let first = keys.columns.map { $0.count > 0 ? $0[0]?.debugDescription ?? "nan" : "none" }
      throw StatsModelsError(
        .invalidArgument,
        "there is no fit of \(wanted): the first one is of \(first.joined(separator: ", "))",
        values: key.map(\.description))
    }
    return try results(position)
  }
}

extension ManyFits: CustomStringConvertible {
  /// The table of ``frame``.
  public var description: String { frame.description }
}

extension ManyFits {
  /// The fixed effects of one fit.
  private typealias Table = CoefficientTable

  private func normalTables(_ alpha: Double) -> [Table?] {
    fits.map { fit in
      guard let design = fit.design, let estimate = fit.estimate else { return nil }
      let aliased = Set(estimate.aliased)
      var kept = 0
      let rows = estimate.fixedEffects.indices.map { column -> FixedEffectsInference.Combination in
        if aliased.contains(column) { return .init(estimate: .nan, standardError: .nan, df: .infinity) }
        defer { kept += 1 }
        return .init(
          estimate: estimate.fixedEffects[column],
          standardError: estimate.fixedCovariance[kept, kept].squareRoot(), df: .infinity)
      }
      return CoefficientTable(
        names: design.layout.fixedNames, rows: rows, ddf: .infinite, notes: [], alpha: alpha)
    }
  }

  private func tables(_ ddf: DegreesOfFreedom, alpha: Double, threads: Int?) throws -> [Table?] {
    let run = ParallelRun<Result<Table, any Error>?>(total: count, progress: nil)
    BLASThreads.with(1) {
      run.perform(workers: ParallelRun<Table>.workers(threads, count)) { position in
        if fits[position].estimate == nil { return nil }
        return Result { try results(position).coefficients(ddf: ddf, alpha: alpha) }
      }
    }
    return try run.completed.map { try $0?.get() }
  }
}

extension Array {
  /// The element at a position.
  fileprivate func item(_ position: Int) -> Element { self[position] }
}

/// Frames of columns some of whose names may repeat.
enum UniqueColumns {
  /// The frame of columns of equal length; a name that repeats gets a number.
  static func frame(_ columns: [Column]) -> DataFrame {
    var names = UniqueNames()
    return (try? DataFrame(columns: columns.map { $0.renamed(names.unique($0.name)) })) ?? DataFrame()
  }
}
