import Foundation
import LinearAlgebra

/// A design's columns in compact form, until somebody asks for the whole matrix; from then on that matrix.
final class DesignStorage: @unchecked Sendable {
  private let lock = NSLock()
  private var columns: DesignColumns
  private var dense: Matrix?

  init(_ columns: DesignColumns) { self.columns = columns }

  /// The columns in whichever form they are held.
  var current: DesignColumns {
    lock.withLock { columns }
  }

  /// The whole matrix, made on first use.
  var matrix: Matrix {
    lock.withLock {
      if let dense { return dense }
      // Not copied out: the factors' values must have no other owner to be let go while the matrix is filled.
      var compact = DesignColumns(blocks: [], positions: nil, rowCount: 0)
      swap(&compact, &columns)
      let matrix = (consume compact).wholeMatrix()
      columns = DesignColumns(matrix)
      dense = matrix
      return matrix
    }
  }
}
