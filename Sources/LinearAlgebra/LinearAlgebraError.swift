/// What can go wrong in a factorisation or a solve.
///
/// Dimension mismatches are errors of the calling code and stop the program; this type is for what the
/// numbers themselves can cause.
package enum LinearAlgebraError: Error, Sendable, Equatable, CustomStringConvertible {
  /// A leading minor is not positive; `pivot` is the position, from 0, of the first such pivot.
  case notPositiveDefinite(pivot: Int)
  /// A pivot of an LU factorisation is exactly zero.
  case singular(pivot: Int)
  /// An iterative LAPACK routine gave up.
  case noConvergence(routine: String)
  /// An input holds NaN or an infinity.
  case notFinite
  /// LAPACK refused an argument, or memory ran out.
  case invalidArgument(routine: String, position: Int)

  /// The routine or pivot at fault, in words.
  package var description: String {
    switch self {
    case .notPositiveDefinite(let pivot): "matrix is not positive definite (pivot \(pivot))"
    case .singular(let pivot): "matrix is singular (pivot \(pivot))"
    case .noConvergence(let routine): "\(routine) did not converge"
    case .notFinite: "matrix holds NaN or infinite elements"
    case .invalidArgument(let routine, let position):
      "\(routine) refused argument \(position)"
    }
  }
}
