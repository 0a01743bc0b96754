import DataFrames
import LinearAlgebra

/// Finds out what a model's factors are on given data, and how its terms become columns.
struct DesignBuilder {
  /// What the data say about a factor.
  private enum Finding {
    case numerical(columns: Int)
    case categorical(CategoricalSniffer)
  }

  /// The designs of several lists of terms over the same data.
  ///
  /// - Parameter chunks: called once for each pass over the data.
  ///
  /// Python: patsy.design_matrix_builders
  static func designInfos<Chunks: Sequence>(
    _ termlists: [[Term]], environment: EvalEnvironment, action: NAAction, chunks: () throws -> Chunks
  ) throws -> [DesignInfo] where Chunks.Element: DesignData {
    let factors = termlists.joined().flatMap(\.factors).uniqued()
    var states: [EvalFactor: FactorState] = [:]
    for factor in factors { states[factor] = try FactorState(factor, environment: environment) }
    try memorize(factors, &states, chunks)
    let findings = try examine(factors, states, action, chunks)
    var infos: [EvalFactor: FactorInfo] = [:]
    for factor in factors {
      guard let state = states[factor] else { continue }
      switch findings[factor] {
      case .numerical(let columns)?:
        infos[factor] = FactorInfo(
          factor: factor, type: .numerical, numColumns: columns, categories: nil, state: state)
      case .categorical(let sniffer)?:
        infos[factor] = FactorInfo(
          factor: factor, type: .categorical, numColumns: nil, categories: sniffer.levels, state: state)
      case nil: throw PatsyError("there are no data to learn the factor from", origin: factor.origin)
      }
    }
    let contrasts = findings.compactMapValues { finding -> FormulaValue? in
      if case .categorical(let sniffer) = finding { sniffer.contrast } else { nil }
    }
    return try termlists.map { terms in
      let used = Set(terms.flatMap(\.factors))
      return try DesignInfo(
        factorInfos: infos.filter { used.contains($0.key) },
        termCodings: termCodings(terms, infos, contrasts), written: terms)
    }
  }

  /// Runs the passes in which stateful transforms learn.
  private static func memorize<Chunks: Sequence>(
    _ factors: [EvalFactor], _ states: inout [EvalFactor: FactorState], _ chunks: () throws -> Chunks
  ) throws where Chunks.Element: DesignData {
    for pass in 0..<(states.values.map(\.passes.count).max() ?? 0) {
      for data in try chunks() {
        for factor in factors { try states[factor]?.memorizeChunk(data, pass: pass) }
      }
      for factor in factors { try states[factor]?.memorizeFinish(pass: pass) }
    }
  }

  /// Finds each factor's kind, number of columns or levels.
  private static func examine<Chunks: Sequence>(
    _ factors: [EvalFactor], _ states: [EvalFactor: FactorState], _ action: NAAction,
    _ chunks: () throws -> Chunks
  ) throws -> [EvalFactor: Finding] where Chunks.Element: DesignData {
    var findings: [EvalFactor: Finding] = [:]
    var open = factors
    if open.isEmpty { return findings }
    for data in try chunks() {
      var unsettled: [EvalFactor] = []
      for factor in open {
        guard let value = try states[factor]?.evaluate(data) else { continue }
        if case .categorical(var sniffer)? = findings[factor] {
          if try !sniffer.sniff(value) { unsettled.append(factor) }
          findings[factor] = .categorical(sniffer)
        } else if CategoricalSniffer.isCategorical(value) {
          var sniffer = CategoricalSniffer(action, origin: factor.origin)
          if try !sniffer.sniff(value) { unsettled.append(factor) }
          findings[factor] = .categorical(sniffer)
        } else {
          findings[factor] = .numerical(columns: value.columnCount)
        }
      }
      open = unsettled
      if open.isEmpty { break }
    }
    return findings
  }

  /// Orders the terms and codes their categorical factors.
  private static func termCodings(
    _ terms: [Term], _ infos: [EvalFactor: FactorInfo], _ contrasts: [EvalFactor: FormulaValue]
  ) throws -> [(term: Term, subterms: [SubtermInfo])] {
    func isNumerical(_ factor: EvalFactor) -> Bool { infos[factor]?.type == .numerical }
    var codings: [(term: Term, subterms: [SubtermInfo])] = []
    var columns = 0
    for bucket in buckets(terms, isNumerical) {
      var redundancy = Redundancy()
      for term in bucket {
        let choices = try redundancy.codings(of: term.factors.filter { !isNumerical($0) })
        let subterms = try choices.map { try subterm(term, $0, infos, contrasts) }
        // Counted before any column or name is made; the last term to come is the largest product.
        columns += subterms.reduce(0) { $0 + $1.numColumns }
        guard columns <= FormulaLimits.columns else { throw tooManyColumns(term, infos) }
        codings.append((term, subterms))
      }
    }
    return codings
  }

  /// Terms with the same numerical factors together, those without any first; within, by degree.
  private static func buckets(_ terms: [Term], _ isNumerical: (EvalFactor) -> Bool) -> [[Term]] {
    var order: [Set<EvalFactor>] = []
    var members: [Set<EvalFactor>: [Term]] = [:]
    for term in terms {
      let key = Set(term.factors.filter(isNumerical))
      if members[key] == nil {
        if key.isEmpty { order.insert(key, at: 0) } else { order.append(key) }
      }
      members[key, default: []].append(term)
    }
    return order.map { key in
      let bucket = members[key] ?? []
      return bucket.indices.sorted {
        let (a, b) = (bucket[$0].factors.count, bucket[$1].factors.count)
        return a != b ? a < b : $0 < $1
      }.map { bucket[$0] }
    }
  }

  private static func tooManyColumns(_ term: Term, _ infos: [EvalFactor: FactorInfo]) -> PatsyError {
    let sizes = term.factors.compactMap { factor in
      infos[factor].map { $0.categories.map { "\($0.count) levels" } ?? "\($0.numColumns ?? 1) columns" }
    }
    return PatsyError(
      "the term '\(term.name)' of factors with \(sizes.joined(separator: ", ")) makes the design wider than "
        + "\(FormulaLimits.columns) columns, the most that are possible: leave factors out, or join their levels",
      origin: Origin.combine(term.factors.map(\.origin)))
  }

  private static func subterm(
    _ term: Term, _ coding: Redundancy.Coding, _ infos: [EvalFactor: FactorInfo],
    _ contrasts: [EvalFactor: FormulaValue]
  ) throws -> SubtermInfo {
    var factors: [EvalFactor] = []
    var matrices: [EvalFactor: ContrastMatrix] = [:]
    var columns = 1
    for factor in term.factors {
      guard let info = infos[factor] else { continue }
      var width = info.numColumns ?? 1
      if let isFull = coding[factor] {
        let levels = info.categories ?? []
        let contrast = try ContrastChoice.resolve(contrasts[factor], origin: factor.origin)
        let matrix =
          try isFull
          ? contrast.codeWithIntercept(levels: levels) : contrast.codeWithoutIntercept(levels: levels)
        guard matrix.levelCount == levels.count else {
          throw PatsyError(
            "Mismatched contrast matrix for factor EvalFactor(\(PythonText.quoted(factor.name)))")
        }
        matrices[factor] = matrix
        width = matrix.columnSuffixes.count
      } else if info.type == .categorical {
        continue
      }
      factors.append(factor)
      let (product, overflow) = columns.multipliedReportingOverflow(by: width)
      guard !overflow, product <= FormulaLimits.columns else { throw tooManyColumns(term, infos) }
      columns = product
    }
    return SubtermInfo(factors: factors, contrastMatrices: matrices, numColumns: columns)
  }
}
