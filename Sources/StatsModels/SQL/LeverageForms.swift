import MixedModels
import Patsy
import SQLModels

/// What a statement computes leverages from: forms of a row's regressors, and the regressors as SQL.
struct LeverageSQL {
  let forms: LevelForms
  /// Factors of each column of ``LevelForms/columns``.
  let fixed: [[String]]
  /// Factors of each regressor of each bundle.
  let random: [[[String]]]
  let dialect: SQLDialect

  /// ∂ŷ/∂y of an observation of weight one; the columns are those of a number of a level of a bundle, and of a pair of
  /// levels of two, null where they have no row in the fit.
  func relative(level: (Int, Int) -> String, pair: (Int, Int, Int) -> String) -> String {
    var next: [Int] = []
    let images = forms.bundles.enumerated().map { bundle, own in
      var position = 0
      let rows = (0..<own.width).map { i in
        let parts = (i..<own.width).map { j in
          product([level(bundle, position + j - i)] + random[bundle][j])
        }
        position += own.width - i
        return sum(parts)
      }
      next.append(position)
      return rows
    }
    var summands = images.flatMap { $0.map(square) }
    for (a, mine) in images.enumerated() {
      for (b, theirs) in images.enumerated().dropFirst(a + 1) {
        summands += mine.enumerated().map { i, image in
          let moved = theirs.enumerated().map { j in
            product([pair(a, b, i * theirs.count + j.offset), "(\(j.element))"])
          }
          return product([dialect.number(2), "(\(image))", "(\(sum(moved)))"])
        }
      }
    }
    for i in forms.constants.indices {
      var parts = forms.constants[i] == 0 ? [] : [dialect.number(forms.constants[i])]
      for (j, column) in fixed.enumerated() where forms.fixed[i, j] != 0 {
        let origin = forms.origins[j]
        let value = origin == 0 ? column : ["(\(product(column)) - \(dialect.number(origin)))"]
        parts.append(product([dialect.number(forms.fixed[i, j])] + value))
      }
      for (bundle, regressors) in random.enumerated() {
        parts += regressors.enumerated().map {
          product([dialect.number(-1), level(bundle, next[bundle] + $0)] + $1)
        }
        next[bundle] += regressors.count
      }
      summands.append(square(sum(parts)))
    }
    return sum(summands)
  }

  private func product(_ factors: [String]) -> String {
    factors.isEmpty ? dialect.number(1) : factors.joined(separator: " * ")
  }

  private func sum(_ parts: [String]) -> String {
    parts.isEmpty ? dialect.number(0) : parts.joined(separator: " + ")
  }

  private func square(_ sum: String) -> String { "POWER(\(sum), \(dialect.number(2)))" }
}

/// The tables that leverages take: of each factor or component whose levels tell those of others, and of each pair of these.
struct LeverageTables {
  let forms: LevelForms
  /// The factor as written, or the component's name, of each bundle.
  let groups: [String]
  /// The block of each bundle's finest term.
  let blocks: [Int]
  /// The block of each term.
  let owners: [Int]
  /// Bundles whose levels cross.
  var pairs: [(Int, Int)] {
    groups.indices.flatMap { a in groups.indices.dropFirst(a + 1).map { (a, $0) } }
  }
  /// The bundles of each table.
  var keys: [[Int]] { groups.indices.map { [$0] } + pairs.map { [$0, $1] } }
  /// The name of each table.
  var names: [String] { groups + pairs.map { Self.name(groups[$0], groups[$1]) } }

  /// Pairs of levels that a table holds: statements of a hundred million bytes.
  private static let mostPairs = 1_000_000

  /// What the table of pairs of levels of two factors is called.
  static func name(_ first: String, _ second: String) -> String { "\(first) x \(second)" }

  /// The bundle that a table of effects belongs to; nil of factors whose levels others tell.
  func bundle(_ table: EffectTable) -> Int? { blocks.firstIndex(where: table.blocks.contains) }

  /// The bundles of a table of pairs; nil where a factor has no variance, and hence no part in leverages.
  ///
  /// - Throws: ``StatsModelsError`` where levels of a factor tell those of the other, or other levels its own.
  func bundles(ofPair parts: [EffectTable], named name: String) throws -> [Int]? {
    let own = parts.compactMap(bundle)
    if Set(own).count == 2 { return own }
    let active = Set(forms.bundles.flatMap(\.terms).map { owners[$0] })
    if parts.contains(where: { active.isDisjoint(with: $0.blocks) }) { return nil }
    throw StatsModelsError(
      .invalidArgument, "leverages take no table of pairs '\(name)'; they take \(shortList(names))",
      values: [name])
  }

  /// Pairs of levels that occur in rows.
  func levels(_ a: Int, _ b: Int) throws -> [(Int, Int)] {
    let pairs = forms.pairs(a, b)
    guard pairs.count <= Self.mostPairs else {
      throw StatsModelsError(
        .notAvailable,
        "levels of '\(groups[a])' and '\(groups[b])' meet in \(pairs.count) pairs, of which leverages take each; a table "
          + "holds \(Self.mostPairs). \(LeverageTables.remedy)", values: [groups[a], groups[b]])
    }
    return pairs
  }

  fileprivate static let remedy =
    "To have leverages, read the rows, DataFrame(query:on:), fit them, and take leverage()"
}

extension MixedLMResults {
  /// Names of the tables that leverages by ``scoringSQL(source:schema:dialect:effects:residuals:leverage:)`` take: of one
  /// factor, or of nested ones of the finest, that factor; of crossed ones each, and each pair of them: `"a x b"`.
  ///
  /// ```swift
  /// let tables = try results.leverageTables().map { ($0, SQLSource.table("effects of \($0)")) }
  /// ```
  /// - Throws: ``StatsModelsError`` where no tables hold what leverages take.
  ///
  /// Not in statsmodels.
  public func leverageTables() throws -> [String] { try leverageForms().names }

  /// Those of ``leverageTables()`` that are not among some tables of effects.
  package func leverageTables(besides names: [String]) throws -> [String] {
    let tables = try leverageForms()
    let known = try Set(
      names.map { name in
        if let pair = try tablesOfPair(named: name) {
          return try tables.bundles(ofPair: pair, named: name)?.sorted()
        }
        return try tables.bundle(tableOfEffects(of: name)).map { [$0] }
      })
    return zip(tables.names, tables.keys).filter { !known.contains($0.1) }.map(\.0)
  }

  /// What leverages take of the model, and of which tables.
  ///
  /// - Throws: ``StatsModelsError`` where no tables hold it.
  func leverageForms() throws -> LeverageTables {
    try specification.requireLevels("a leverage")
    try specification.requireIndependentResiduals(
      "a row has no leverage of its own in the fit", remedy: "take residuals(.normalized)")
    if let restored = specification.restored, restored.statistics?.random == nil {
      throw restored.noJointErrors
    }
    let system = try predictionSystem()
    let owners = specification.blockOfTerm
    let kept = system.statistics.basis.kept
    let recipe = kept.first.flatMap { first in specification.source.map { $0.fixedInfo.recipes[first] } }
    let hasConstant = recipe.map { $0.numbers.isEmpty && $0.codings.isEmpty } ?? false
    guard let forms = system.levelForms(hasConstant: hasConstant) else {
      throw StatsModelsError(
        .notAvailable,
        "this fit made no exact factor of its effects, which leverages take. \(LeverageTables.remedy)")
    }
    guard
      forms.bundles.allSatisfy({ $0.terms.allSatisfy { specification.blocks[owners[$0]].parts.count == 1 } })
    else {
      throw StatsModelsError(
        .notAvailable,
        "a variance component was evaluated group by group, so that its levels are no columns. "
          + LeverageTables.remedy)
    }
    let blocks = forms.bundles.map { owners[$0.finest] }
    return LeverageTables(
      forms: forms, groups: blocks.map { specification.blocks[$0].group }, blocks: blocks, owners: owners)
  }

  /// The tables of effects of the two factors of a table of pairs; nil of other names.
  func tablesOfPair(named name: String) throws -> [EffectTable]? {
    let known =
      specification.blocks.indices.flatMap { specification.blocks[$0].isComponent ? [] : blockNames($0) }
      + specification.blocks.filter(\.isComponent).map(\.group)
    guard !known.contains(name) else { return nil }
    for first in known {
      for second in known where second != first && LeverageTables.name(first, second) == name {
        return try [first, second].map(tableOfEffects)
      }
    }
    return nil
  }
}
