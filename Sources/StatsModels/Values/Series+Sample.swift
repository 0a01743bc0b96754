import LinearAlgebra
import Statistics

extension Series: Sample {
  /// The values.
  public func sampleValues() -> [Double] { values }
}

extension Series: DesignConvertible {
  /// One column without a name.
  public func designMatrix() -> (matrix: Matrix, names: [String]?) {
    (Matrix(rows: count, columns: 1, columnMajor: values), nil)
  }
}
