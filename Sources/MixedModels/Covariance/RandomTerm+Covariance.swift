extension RandomTerm {
  /// A form of S as a value: equal where the keys are.
  package struct Covariance: Sendable, Hashable {
    package let form: any CovarianceForm

    /// Any positive semidefinite matrix.
    package static let unstructured = Self(form: Unstructured())
    /// Uncorrelated effects, a variance each.
    package static let diagonal = Self(form: Diagonal())
    /// One variance shared by all effects: S = s I.
    package static let tied = Self(form: Identity())
    /// One variance and one correlation.
    package static let compoundSymmetry = Self(form: CompoundSymmetry())
    /// A variance each and one correlation.
    package static let heterogeneousCompoundSymmetry = Self(form: HeterogeneousCompoundSymmetry())
    /// One variance, correlations ρ^|i−j|.
    package static let autoregressive = Self(form: Autoregressive())
    /// A variance each, correlations ρ^|i−j|.
    package static let heterogeneousAutoregressive = Self(form: HeterogeneousAutoregressive())

    /// Every form there is.
    package static let all: [Self] = [
      .unstructured, .diagonal, .tied, .compoundSymmetry, .heterogeneousCompoundSymmetry, .autoregressive,
      .heterogeneousAutoregressive,
    ]

    package init(form: any CovarianceForm) { self.form = form }

    /// The form of a key; nil for a key that names none.
    package init?(key: String) {
      guard let found = Self.all.first(where: { $0.form.key == key }) else { return nil }
      self = found
    }

    /// The form of a function in formulas; nil for a name that is none.
    package init?(spelling: String) {
      guard let found = Self.all.first(where: { $0.form.spelling == spelling }) else { return nil }
      self = found
    }

    package static func == (a: Self, b: Self) -> Bool { a.form.key == b.form.key }
    package func hash(into hasher: inout Hasher) { hasher.combine(form.key) }
  }
}
