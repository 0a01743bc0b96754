import DataFrames
import LinearAlgebra

/// How a column of a design follows from its factors: a product of columns of numerical factors, times a number for
/// each level of its categorical ones.
package struct ColumnRecipe: Sendable {
  /// A column of a numerical factor.
  package struct Number: Hashable, Sendable {
    package let factor: EvalFactor
    package let column: Int
  }
  /// A categorical factor with the number of each of its levels.
  package struct Coding: Sendable {
    package let factor: EvalFactor
    package let values: [Double]
  }
  /// In the term's order.
  package let numbers: [Number]
  package let codings: [Coding]

  init(numbers: [Number], codings: [Coding]) {
    self.numbers = numbers
    self.codings = codings
  }

  /// The only column of a numerical factor.
  package init(number factor: EvalFactor) {
    self.init(numbers: [.init(factor: factor, column: 0)], codings: [])
  }
}

extension DesignInfo {
  /// The designs of formulas' sides over data that come in chunks, called for anew for each pass.
  package static func learn<Chunks: Sequence>(
    _ termlists: [[Term]], environment: EvalEnvironment, NAAction action: NAAction,
    chunks: () throws -> Chunks
  ) throws -> [DesignInfo] where Chunks.Element: DesignData {
    try DesignBuilder.designInfos(termlists, environment: environment, action: action, chunks: chunks)
  }

  /// Whether some factor learns from all rows before it is evaluated.
  package static func remembers(_ termlists: [[Term]], environment: EvalEnvironment) throws -> Bool {
    try termlists.joined().flatMap(\.factors).contains {
      try !FactorState($0, environment: environment).passes.isEmpty
    }
  }
}

extension DesignInfo {
  /// What each column is made of, in order; empty for columns that come from no formula.
  package var recipes: [ColumnRecipe] {
    guard let factorInfos, let termCodings else { return [] }
    var result: [ColumnRecipe] = []
    for (_, subterms) in termCodings {
      for subterm in subterms {
        ColumnCombinations.forEach(ColumnCombinations.counts(of: subterm, factorInfos)) { columns in
          var numbers: [ColumnRecipe.Number] = []
          var codings: [ColumnRecipe.Coding] = []
          for (factor, column) in zip(subterm.factors, columns) {
            if let contrast = subterm.contrastMatrices[factor] {
              codings.append(.init(factor: factor, values: contrast.column(column)))
            } else {
              numbers.append(.init(factor: factor, column: column))
            }
          }
          result.append(ColumnRecipe(numbers: numbers, codings: codings))
        }
      }
    }
    return result
  }

  /// The columns over rows of given values of the factors.
  package func columns(values: [EvalFactor: FactorValues], rowCount: Int) -> [[Double]] {
    recipes.map { recipe in
      var result = [Double](repeating: 1, count: rowCount)
      for number in recipe.numbers {
        guard case .numerical(let matrix)? = values[number.factor] else { continue }
        for row in 0..<rowCount { result[row] *= matrix[row, number.column] }
      }
      for coding in recipe.codings {
        guard case .categorical(let codes)? = values[coding.factor] else { continue }
        for row in 0..<rowCount { result[row] *= coding.values[Int(codes[row])] }
      }
      return result
    }
  }
}
