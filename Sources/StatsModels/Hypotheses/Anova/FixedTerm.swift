import LinearAlgebra
import Patsy

/// A term of the fixed effects with its kept columns and what it contains.
struct FixedTerm: Sendable {
  let name: String
  /// Columns of the fixed design that were not dropped.
  let columns: [Int]
  let isIntercept: Bool
  /// The categorical factors and the numerical ones.
  let categories: Set<EvalFactor>
  let numbers: Set<EvalFactor>

  /// Whether another term's factors are among this one's, with the same numerical part: `A` in `A:B`, `x` in `A:x`.
  func contains(_ other: FixedTerm) -> Bool {
    !other.isIntercept && numbers == other.numbers && categories.isStrictSuperset(of: other.categories)
  }

  /// Whether another term's factors are among this one's, whatever their kind.
  func includes(_ other: FixedTerm) -> Bool {
    !other.isIntercept
      && numbers.union(categories).isStrictSuperset(of: other.numbers.union(other.categories))
  }

  /// Number of factors.
  var degree: Int { categories.count + numbers.count }
}

extension MixedModelFit {
  /// The terms in the order of their columns; of a model of arrays each column by itself.
  var fixedTermList: [FixedTerm] {
    let aliased = Set(self.aliased)
    guard let info = specification.source?.fixedInfo, let codings = info.termCodings else {
      let exog = specification.exog
      return layout.fixedNames.enumerated().map { position, name in
        let column = exog.rows > 0 ? exog.column(position) : []
        let isConstant =
          column.first.map { first in first != 0 && column.allSatisfy { $0 == first } } ?? false
        return FixedTerm(
          name: name, columns: aliased.contains(position) ? [] : [position], isIntercept: isConstant,
          categories: [],
          numbers: [])
      }
    }
    return zip(codings, info.termNameSlices).map { coding, slice in
      let kinds = Dictionary(
        grouping: coding.term.factors, by: { info.factorInfos?[$0]?.type == .categorical })
      return FixedTerm(
        name: slice.name, columns: slice.slice.filter { !aliased.contains($0) },
        isIntercept: coding.term.factors.isEmpty, categories: Set(kinds[true] ?? []),
        numbers: Set(kinds[false] ?? []))
    }
  }
}
