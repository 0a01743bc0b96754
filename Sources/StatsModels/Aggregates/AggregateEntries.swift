import MixedModels
import Patsy

/// What an observation is summed by: the products of numbers that the columns of a model are made of.
///
/// Entry 0 is the column of ones, the last one the response; between them stand the products of numerical factors that
/// occur in columns of the fixed and random parts. Categorical factors are no entries: their codings follow from cells.
struct AggregateEntries: Sendable {
  /// A product of columns of numerical factors, sorted; none is the column of ones.
  typealias Monomial = [ColumnRecipe.Number]

  /// The entries between ones and response.
  private(set) var monomials: [Monomial] = []
  let response: Monomial
  /// Entries that random effects multiply.
  private(set) var participants: Set<Int> = []
  /// Categorical factors of the designs.
  private(set) var categorical: [EvalFactor] = []

  /// Number of entries.
  var width: Int { monomials.count + 2 }

  /// - Parameter components: numbers by which variance components are multiplied.
  init(response: DesignInfo, fixed: DesignInfo, effects: [DesignInfo?], components: [EvalFactor]) {
    self.response = Self.sorted(response.recipes.first?.numbers ?? [])
    for recipe in fixed.recipes { add(recipe) }
    for recipe in effects.compactMap({ $0 }).flatMap(\.recipes) { participants.insert(add(recipe)) }
    for factor in components {
      participants.insert(add(ColumnRecipe(number: factor)))
    }
  }

  /// The place of a recipe's numbers among the entries, 0 for none.
  func entry(of recipe: ColumnRecipe) -> Int {
    let monomial = Self.sorted(recipe.numbers)
    return monomial.isEmpty ? 0 : (monomials.firstIndex(of: monomial) ?? -1) + 1
  }

  @discardableResult
  private mutating func add(_ recipe: ColumnRecipe) -> Int {
    for coding in recipe.codings where !categorical.contains(coding.factor) {
      categorical.append(coding.factor)
    }
    let monomial = Self.sorted(recipe.numbers)
    if monomial.isEmpty { return 0 }
    if let known = monomials.firstIndex(of: monomial) { return known + 1 }
    monomials.append(monomial)
    return monomials.count
  }

  private static func sorted(_ numbers: Monomial) -> Monomial {
    numbers.sorted { ($0.factor.code, $0.column) < ($1.factor.code, $1.column) }
  }

  /// Numerical factors that the entries need.
  var factors: [EvalFactor] {
    var result: [EvalFactor] = []
    for number in (monomials + [response]).joined() where !result.contains(number.factor) {
      result.append(number.factor)
    }
    return result
  }

  /// The name of an entry, for messages and statements.
  func name(of entry: Int) -> String {
    if entry == 0 { return "1" }
    let monomial = entry == width - 1 ? response : monomials[entry - 1]
    return monomial.map(\.factor.name).joined(separator: ":")
  }
}
