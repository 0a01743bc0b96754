internal import LinearAlgebra

/// The caller's covariance parameters φ at given covariances: those that the terms' forms report, term by term; terms that
/// share a tie share them.
struct CovarianceParameters {
  /// One parameter with the terms it acts on and ∂S_t/∂φ for each.
  struct Parameter {
    var parts: [(term: Int, matrix: Matrix)]
    /// Whether every part belongs to a term that is held at zero.
    var isHeld: Bool
    /// What it is in its term's S.
    let reported: ReportedParameter
    /// Its position among its term's parameters.
    let position: Int

    /// The entry of S_t that the parameter is, in the lower triangle.
    var entry: (row: Int, column: Int) { (reported.row, reported.column) }
  }

  let parameters: [Parameter]
  /// The matrices S_t at which derivatives are taken.
  private let covariances: [Matrix]
  private let forms: [any CovarianceForm]

  /// - Parameter covariances: S_t of each term, in the regressors that directions are wanted for.
  init(model: MixedModel, at covariances: [Matrix]) {
    self.covariances = covariances
    forms = model.terms.map(\.covariance.form)
    let heldTerms = Set(model.held.map(\.term))
    var list: [Parameter] = []
    var ties: [Int: Int] = [:]
    for (t, term) in model.terms.enumerated() {
      let isHeld = heldTerms.contains(t)
      let slopes = { (i: Int) in term.covariance.form.slope(i, at: covariances[t]) }
      if let tie = term.tie, let first = ties[tie] {
        for i in term.covariance.form.reported(width: term.width).indices {
          list[first + i].parts.append((t, slopes(i)))
          list[first + i].isHeld = list[first + i].isHeld && isHeld
        }
        continue
      }
      if let tie = term.tie { ties[tie] = list.count }
      for (i, reported) in term.covariance.form.reported(width: term.width).enumerated() {
        list.append(
          Parameter(parts: [(t, slopes(i))], isHeld: isHeld, reported: reported, position: i))
      }
    }
    parameters = list
  }

  /// At T of every factor, for standardised regressors.
  init(model: MixedModel, lower: [[Double]]) {
    self.init(
      model: model,
      at: model.layout.standardised(lower, widths: model.terms.map(\.width)))
  }

  /// The direction dS̃ = G dS G' in standardised regressors.
  func direction(_ parameter: Parameter, model: MixedModel) -> Direction {
    Direction(parts: parts(parameter.parts, model: model) { part, map in map * part * map.transposed })
  }

  /// The direction in which the same parameter of S̃ itself changes.
  func standardDirection(_ parameter: Parameter, model: MixedModel) -> Direction {
    Direction(parts: parts(parameter.parts, model: model) { part, _ in part })
  }

  private func parts(
    _ own: [(term: Int, matrix: Matrix)], model: MixedModel, change: (Matrix, Matrix) -> Matrix
  ) -> [(factor: Int, matrix: Matrix)] {
    let layout = model.layout
    var parts: [(factor: Int, matrix: Matrix)] = []
    for part in own {
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
    return parts
  }

  /// Whether some S_t is not linear in its parameters.
  var isCurved: Bool {
    parameters.contains { parameter in
      parameters.contains { curvature(parameter, $0) != nil }
    }
  }

  /// ∂²S_t of two parameters of one term; nil where S_t is linear in them.
  private func curvature(_ a: Parameter, _ b: Parameter) -> (term: Int, matrix: Matrix)? {
    let t = a.parts[0].term
    guard t == b.parts[0].term, let matrix = forms[t].curvature(a.position, b.position, at: covariances[t])
    else { return nil }
    return (t, matrix)
  }

  /// Σ_f ⟨F_f, ∂²S̃_f⟩ of all pairs of some parameters, for derivatives F_f = d/dS̃_f.
  ///
  /// - Parameter isStandard: whether the parameters are those of S̃, not of S.
  func curvature(
    of chosen: [Int], derivatives: [Matrix], isStandard: Bool, model: MixedModel
  ) -> Matrix {
    var result = Matrix(rows: chosen.count, columns: chosen.count)
    for (i, a) in chosen.enumerated() {
      for (j, b) in chosen.enumerated() where j <= i {
        guard let second = curvature(parameters[a], parameters[b]) else { continue }
        let parts = parts([second], model: model) { part, map in
          isStandard ? part : map * part * map.transposed
        }
        result[i, j] = parts.reduce(0) { $0 + dot($1.matrix.storage, derivatives[$1.factor].storage) }
        result[j, i] = result[i, j]
      }
    }
    return result
  }

  /// Whether a parameter is at its bound by the form of its term.
  func isAtBound(_ parameter: Parameter) -> Bool {
    let t = parameter.parts[0].term
    return forms[t].isAtBound(parameter.position, at: covariances[t])
  }

  /// The matrices S_t at which derivatives are taken, as changes of the parameters: a variance or covariance by itself,
  /// a correlation not at all.
  func ownChange(free: [Int]) -> [Double] {
    free.map { position in
      let parameter = parameters[position]
      if parameter.reported.kind == .correlation { return 0 }
      let t = parameter.parts[0].term
      return forms[t].values(of: covariances[t])[parameter.position]
    }
  }

  /// The changes of every S_t that belong to changes of some parameters.
  func combined(_ changes: [Double], free: [Int]) -> [Matrix] {
    var result = covariances.map { Matrix(rows: $0.rows, columns: $0.rows) }
    for (position, change) in zip(free, changes) {
      for part in parameters[position].parts { result[part.term] = result[part.term] + change * part.matrix }
    }
    return result
  }
}
