internal import LinearAlgebra

/// The caller's covariance parameters: entries of S_t by rows of the lower triangle, diagonal entries, or
/// one number for tied terms; terms that share a tie share the parameter.
struct CovarianceParameters {
  /// One parameter with the terms it acts on and dS_t for each.
  struct Parameter {
    var parts: [(term: Int, matrix: Matrix)]
    /// Whether every part belongs to a term that is held at zero.
    var isHeld: Bool

    /// The entry of S_t that the parameter is, in the lower triangle.
    var entry: (row: Int, column: Int) {
      guard let matrix = parts.first?.matrix else { return (0, 0) }
      for a in 0..<matrix.rows { for b in 0...a where matrix[a, b] != 0 { return (a, b) } }
      return (0, 0)
    }
  }

  let parameters: [Parameter]

  init(model: MixedModel) {
    let heldTerms = Set(model.held.map(\.term))
    var list: [Parameter] = []
    var ties: [Int: Int] = [:]
    for (t, term) in model.terms.enumerated() {
      let k = term.width
      let isHeld = heldTerms.contains(t)
      switch term.covariance {
      case .unstructured:
        for a in 0..<k {
          for b in 0...a {
            var m = Matrix(rows: k, columns: k)
            m[a, b] = 1
            m[b, a] = 1
            list.append(Parameter(parts: [(t, m)], isHeld: isHeld))
          }
        }
      case .diagonal:
        for a in 0..<k {
          var m = Matrix(rows: k, columns: k)
          m[a, a] = 1
          list.append(Parameter(parts: [(t, m)], isHeld: isHeld))
        }
      case .tied:
        if let tie = term.tie, let known = ties[tie] {
          list[known].parts.append((t, .identity(k)))
          list[known].isHeld = list[known].isHeld && isHeld
        } else {
          if let tie = term.tie { ties[tie] = list.count }
          list.append(Parameter(parts: [(t, .identity(k))], isHeld: isHeld))
        }
      }
    }
    parameters = list
  }

  /// The direction dS̃ = G dS G' in standardised regressors.
  func direction(_ parameter: Parameter, model: MixedModel) -> Direction {
    direction(parameter, model: model) { part, map in map * part * map.transposed }
  }

  /// The direction in which the same entry of S̃ itself changes.
  func standardDirection(_ parameter: Parameter, model: MixedModel) -> Direction {
    direction(parameter, model: model) { part, _ in part }
  }

  private func direction(
    _ parameter: Parameter, model: MixedModel, change: (Matrix, Matrix) -> Matrix
  ) -> Direction {
    let layout = model.layout
    var parts: [(factor: Int, matrix: Matrix)] = []
    for part in parameter.parts {
      guard let place = layout.places[part.term], let map = layout.maps[part.term] else { continue }
      let inner = change(part.matrix, map)
      let order = layout.widths[place.factor]
      let position = parts.firstIndex { $0.factor == place.factor } ?? parts.count
      if position == parts.count { parts.append((place.factor, Matrix(rows: order, columns: order))) }
      for a in 0..<inner.rows {
        for b in 0..<inner.columns {
          parts[position].matrix[place.offset + a, place.offset + b] += inner[a, b]
        }
      }
    }
    return Direction(parts: parts)
  }
}
