import Foundation
internal import LinearAlgebra

/// Between the covariance matrices of the terms, the factors' T and θ.
extension CovarianceLayout {
  /// S̃ of each of the caller's terms, in standardised regressors.
  func standardised(_ lower: [[Double]], widths termWidths: [Int]) -> [Matrix] {
    termWidths.enumerated().map { t, k in
      var result = Matrix(rows: k, columns: k)
      guard let root = root(lower, term: t, width: k) else { return result }
      for a in 0..<k {
        for b in 0...a {
          result[a, b] = (0...b).reduce(0.0) { $0 + root[a, $1] * root[b, $1] }
          result[b, a] = result[a, b]
        }
      }
      return result
    }
  }

  /// S of each of the caller's terms, in the caller's units.
  func covariances(_ lower: [[Double]], widths termWidths: [Int]) -> [Matrix] {
    termWidths.enumerated().map { t, k in
      guard let root = root(lower, term: t, width: k), let map = maps[t] else {
        return Matrix(rows: k, columns: k)
      }
      // S = G⁻¹ T T' G⁻ᵀ; G is well conditioned by construction.
      guard let scaled = try? LinearAlgebra.solve(map, root) else { return Matrix(rows: k, columns: k) }
      var result = scaled * scaled.transposed
      for a in 0..<k { for b in 0..<a { result[a, b] = result[b, a] } }
      return result
    }
  }

  /// T of every factor from the caller's relative covariances; negative eigenvalues count as zero.
  func lower(covariances: [Matrix]) -> [[Double]] {
    lower(
      roots: zip(covariances, maps).map { covariance, map in
        map.map { Self.semidefiniteCholesky($0 * covariance * $0.transposed) } ?? covariance
      })
  }

  /// T of every factor from those of the terms; of terms that are held at zero there is none.
  func lower(roots: [Matrix]) -> [[Double]] {
    var result = widths.map { [Double](repeating: 0, count: $0 * $0) }
    for (root, place) in zip(roots, places) {
      guard let place else { continue }
      fill(&result, Place(factor: place.factor, offset: place.offset, width: root.rows), with: root)
    }
    return result
  }

  /// θ of given factors T, or the nearest of the forms.
  func theta(_ lower: [[Double]]) -> [Double] {
    pieces.flatMap { piece in piece.form.theta(roots: piece.members.map { root(lower, $0) }) }
  }

  /// T of every factor from S̃ of every term, tiny negative eigenvalues taken as zero; nil where some S̃ is not positive
  /// semidefinite.
  func lower(standardised matrices: [Matrix]) -> [[Double]]? {
    var roots: [Matrix] = []
    for (t, matrix) in matrices.enumerated() {
      guard places[t] != nil, let eigen = try? SymmetricEigen(matrix) else {
        roots.append(matrix)
        continue
      }
      let largest = max(abs(eigen.values.first ?? 0), abs(eigen.values.last ?? 0))
      guard eigen.values.allSatisfy({ $0 >= -1e-10 * largest }) else { return nil }
      roots.append(Self.semidefiniteCholesky(eigen.applying { $0 > 1e-9 * largest ? $0 : 0 }))
    }
    return lower(roots: roots)
  }

  /// L with A = LL' for a positive semidefinite A: columns of vanishing pivots are zero.
  static func semidefiniteCholesky(_ a: Matrix) -> Matrix {
    let n = a.rows
    var l = Matrix(rows: n, columns: n)
    for j in 0..<n {
      var pivot = a[j, j]
      for c in 0..<j { pivot -= l[j, c] * l[j, c] }
      guard pivot > 1e-14 * abs(a[j, j]), pivot > 0 else { continue }
      let root = pivot.squareRoot()
      l[j, j] = root
      for i in j + 1..<max(n, j + 1) {
        var value = a[i, j]
        for c in 0..<j { value -= l[i, c] * l[j, c] }
        l[i, j] = value / root
      }
    }
    return l
  }

  /// Points in other basins than that of a point: with one term's correlations at, or near, their bounds.
  func farCorrelations(from theta: [Double], lower: [[Double]]) -> [[Double]] {
    pieces.flatMap { piece in
      piece.form.farCorrelations(from: theta[piece.theta], root: root(lower, piece.members[0])).map {
        var far = theta
        far.replaceSubrange(piece.theta, with: $0)
        return far
      }
    }
  }

  /// Rows of the factors' T whose diagonal entries vanish one by one.
  var pivots: [(factor: Int, row: Int)] {
    pieces.flatMap { piece in
      let place = piece.members[0]
      return piece.form.pivots(width: place.width).map { (place.factor, place.offset + $0) }
    }
  }

  /// The entries of a factor's S that are a term's, and not zero by its form; the others made zero.
  func covariancesOnly(_ matrix: Matrix, factor: Int) -> Matrix {
    var result = Matrix(rows: matrix.rows, columns: matrix.rows)
    for piece in pieces {
      for place in piece.members where place.factor == factor {
        for run in piece.form.runs(width: place.width) {
          for a in run {
            for b in run {
              result[place.offset + a, place.offset + b] = matrix[place.offset + a, place.offset + b]
            }
          }
        }
      }
    }
    return result
  }
}
