import LinearAlgebra
import MixedModels

/// The test of several linear hypotheses together, by F or χ²: what `fTest` and `waldTest` give.
///
/// Python: ContrastResults
public struct JointTestResults: Sendable, Equatable {
  /// `.f` or `.chi2`.
  ///
  /// Python: ContrastResults.distribution
  public let distribution: ContrastResults.Distribution
  /// The statistic.
  ///
  /// Python: ContrastResults.statistic
  public let statistic: Double
  /// Its upper tail under the hypotheses.
  ///
  /// Python: ContrastResults.pvalue
  public let pvalue: Double
  /// Number of independent hypotheses.
  ///
  /// Python: ContrastResults.df_num
  public let dfNum: Double
  /// Degrees of freedom of the denominator of F; as in statsmodels those of χ² itself.
  ///
  /// Python: ContrastResults.df_denom
  public let dfDenom: Double
  /// Kenward's and Roger's factor in the statistic; 1 otherwise. Not in statsmodels.
  public let fScaling: Double
  /// What the test wants its user to know, such as hypotheses that depend on each other. Not in statsmodels, which
  /// prints it.
  public let warnings: [FitWarning]

  /// An F test.
  package init(
    fvalue: Double, dfNum: Double, dfDenom: Double, fScaling: Double = 1, warnings: [FitWarning] = []
  ) {
    self.warnings = warnings
    self.fScaling = fScaling
    distribution = .f
    statistic = fvalue
    pvalue = ReferenceF.pValue(fvalue, dfNum, dfDenom)
    self.dfNum = dfNum
    self.dfDenom = dfDenom
  }

  /// A χ² test with `df` degrees of freedom.
  package init(chi2: Double, df: Double, warnings: [FitWarning] = []) {
    self.warnings = warnings
    fScaling = 1
    distribution = .chi2
    statistic = chi2
    pvalue = ReferenceF.pValue(chi2 / df, df, .infinity)
    dfNum = df
    dfDenom = df
  }

  /// A test with degrees of freedom of a method: χ² where these are infinite.
  init(_ test: JointTest, inference: FixedEffectsInference, warnings: [FitWarning]) {
    let count = Double(test.numerator)
    if inference.method == .infinite {
      self.init(chi2: test.statistic * count, df: count, warnings: warnings)
    } else {
      self.init(
        fvalue: test.statistic, dfNum: count, dfDenom: test.denominator, fScaling: test.scaling,
        warnings: warnings)
    }
  }

  /// The F statistic; nil for χ².
  ///
  /// Python: ContrastResults.fvalue
  public var fvalue: Double? { distribution == .f ? statistic : nil }

  /// The parameters of the distribution: (df_num, df_denom) of F, (df) of χ².
  ///
  /// Python: ContrastResults.dist_args
  public var distArgs: [Double] { distribution == .f ? [dfNum, dfDenom] : [dfDenom] }

  /// The test in one line.
  ///
  /// Python: ContrastResults.summary
  public func summary() -> String { description }
}

extension JointTestResults: CustomStringConvertible {
  /// The test in one line, as statsmodels prints it.
  public var description: String {
    let value = PythonFormat.repr(statistic)
    let p = PythonFormat.repr(pvalue)
    let denominator = PythonFormat.general(dfDenom, 3)
    if distribution == .f {
      let numerator = PythonFormat.general(dfNum, 3)
      return "<F test: F=\(value), p=\(p), df_denom=\(denominator), df_num=\(numerator)>"
    }
    return "<Wald test (chi2): statistic=\(value), p-value=\(p), df_denom=\(denominator)>"
  }
}
