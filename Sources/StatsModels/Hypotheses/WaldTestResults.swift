import LinearAlgebra

/// Joint tests of several groups of parameters, one row each, as `waldTestTerms` returns them.
///
/// Python: WaldTestResults
public struct WaldTestResults: Sendable, Equatable {
  /// `.chi2` or `.f`.
  ///
  /// Python: WaldTestResults.distribution
  public let distribution: ContrastResults.Distribution
  /// Rows are terms; columns `statistic`, `pvalue`, `df_constraint`, and `df_denom` for F.
  ///
  /// Python: WaldTestResults.table
  public let table: LabeledMatrix

  /// A table from one joint test per name; all tests must have the same distribution.
  package init(names: [String], tests: [JointTestResults]) {
    let isF = tests.first?.distribution == .f
    let columns = ["statistic", "pvalue", "df_constraint"] + (isF ? ["df_denom"] : [])
    var values = Matrix(rows: names.count, columns: columns.count)
    for (i, test) in tests.enumerated() where i < names.count {
      values[i, 0] = test.statistic
      values[i, 1] = test.pvalue
      values[i, 2] = test.dfNum
      if isF { values[i, 3] = test.dfDenom }
    }
    distribution = isF ? .f : .chi2
    table = LabeledMatrix(index: names, columns: columns, values: values)
  }

  /// The statistics, one per term.
  ///
  /// Python: WaldTestResults.statistic
  public var statistic: [Double] { table.values.column(0) }

  /// The p-values, one per term.
  ///
  /// Python: WaldTestResults.pvalues
  public var pvalues: [Double] { table.values.column(1) }

  /// The number of independent constraints, one per term.
  ///
  /// Python: WaldTestResults.df_constraints
  public var dfConstraints: [Double] { table.values.column(2) }

  /// The degrees of freedom of the denominator, one per term; nil for χ².
  ///
  /// Python: WaldTestResults.df_denom
  public var dfDenom: [Double]? { distribution == .f ? table.values.column(3) : nil }

  /// The column names for print: `chi2`, `P>chi2`, `df constraint`.
  ///
  /// Python: WaldTestResults.col_names
  public var colNames: [String] {
    let name = distribution.rawValue
    return [name, "P>\(name)", "df constraint"] + (distribution == .f ? ["df denom"] : [])
  }

  /// ``table`` under ``colNames``.
  ///
  /// Python: WaldTestResults.summary_frame
  public func summaryFrame() -> LabeledMatrix {
    LabeledMatrix(index: table.index, columns: colNames, values: table.values)
  }
}

extension WaldTestResults: CustomStringConvertible {
  /// The table as pandas prints it.
  public var description: String {
    let columns = colNames.indices.map { j -> [String] in
      let values = table.values.column(j)
      // The constraints are counted in whole numbers.
      return j == 2 ? values.map { PythonFormat.fixed($0, 0) } : FrameText.column(values)
    }
    return FrameText.frame(index: table.index, header: colNames, columns: columns)
  }
}
