import LinearAlgebra
import Statistics

extension Series: stats.Sample {
  /// The values.
  public func sampleValues() -> [Double] { values }
}

extension Series: stats.Pointwise {
  /// The function's values under the same labels: `stats.norm.sf(fit.tvalues)`.
  public func mapPointwise(_ function: (Double) -> Double) -> Series {
    Series(index: index, values: values.map(function))
  }
}

extension Series: DesignConvertible {
  /// One column without a name.
  public func designMatrix() -> (matrix: Matrix, names: [String]?) {
    (Matrix(rows: count, columns: 1, columnMajor: values), nil)
  }
}
