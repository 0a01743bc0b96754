import Foundation
package import LinearAlgebra

/// A linear mixed model y = X b + Σ_t Z_t u_t + e, reduced to its cross-products.
///
/// Immutable; every fit and evaluation makes a workspace of its own.
package struct MixedModel: Sendable {
  private(set) var rows: Rows
  /// How likelihoods are evaluated; a copy of the model may carry other options over the same products.
  package var options: EngineOptions { didSet { plan = makePlan() } }
  private(set) var products: CrossProducts
  private var sums: CrossProducts.Sums
  private var bases: [FactorBasis]
  /// Orders of the columns of correlated terms, where they are not the caller's.
  private(set) var orders: [Int: [Int]]
  private(set) var fixed: FixedBasis
  package private(set) var layout: CovarianceLayout
  /// Starting variances of each factor's standardised regressors.
  private(set) var moments: StartingValues
  /// Cross-products in extended precision, where effects dwarf the residuals.
  private(set) var extended: ExtendedProducts?
  /// What iterative solves need of the products, made once.
  private(set) var iterative = IterativeSystem()
  /// Which way all of this is computed.
  package private(set) var plan: Plan

  /// Forms the cross-products.
  ///
  /// - Parameters:
  ///   - response: n values.
  ///   - fixed: n × p matrix; dependent columns are dropped.
  ///   - terms: random terms, at least one identifiable.
  ///   - weights: prior weights of the rows, n positive values; nil for ones.
  ///   - cells: what the rows stand for where they are no single observations.
  /// - Throws: ``EngineError`` for unusable data.
  package init(
    response: [Double], fixed: Matrix, terms: [RandomTerm], weights: [Double]? = nil,
    cells: CellRows? = nil, options: EngineOptions = .init()
  ) throws(EngineError) {
    try self.init(
      Rows(response: response, fixed: fixed, terms: terms, weights: weights, cells: cells), options: options)
  }

  /// Forms the cross-products of rows, of which at least one term must be identifiable.
  package init(_ rows: Rows, options: EngineOptions = .init()) throws(EngineError) {
    self.rows = rows
    self.options = options
    let terms = rows.terms
    var table = RegressorTable(rows)
    let structure = ModelStructure(terms: terms, table: table, keepsAll: options.keepsAll)
    if structure.factors.isEmpty { throw .nothingIdentifiable(structure.held) }
    try Self.requireMemory(structure: structure, table: table, options: options)
    var sums = CrossProducts.Sums(structure: structure, table: table)
    guard sums.gram.storage.allSatisfy(\.isFinite) else {
      try rows.findNonFinite()
      throw .overflow
    }
    var basis: FixedBasis
    switch try FixedBasis.build(gram: sums.gram, table: table, after: nil) {
    case .basis(let found): basis = found
    case .needsRefinement:
      let refinement = try Refinement(table: table)
      table = RegressorTable(replacing: table, fixed: refinement.columns, residual: refinement.residual)
      sums = CrossProducts.Sums(structure: structure, table: table)
      guard case .basis(let found) = try FixedBasis.build(gram: sums.gram, table: table, after: refinement)
      else { throw .nearlyDependent }
      basis = found
    }
    guard rows.observations > basis.rank else {
      throw .noResidualDegreesOfFreedom(rows: rows.observations, rank: basis.rank)
    }
    if let given = rows.cells?.fixedOrigin {
      for (i, j) in basis.kept.enumerated() { basis.origin[i] += given[j] }
    }
    fixed = basis
    func products(_ sums: CrossProducts.Sums, orders: [Int: [Int]]) -> (CrossProducts, [FactorBasis]) {
      let bases = Self.bases(sums: sums, terms: terms, orders: orders)
      return (CrossProducts(sums: sums, fixed: basis, bases: bases), bases)
    }
    var (crossProducts, bases) = products(sums, orders: [:])
    var moments = StartingValues(products: crossProducts)
    let orders = Self.pivotOrders(structure: structure, terms: terms, moments: moments)
    if !orders.isEmpty {
      (crossProducts, bases) = products(sums, orders: orders)
      moments = StartingValues(products: crossProducts)
    }
    let order = crossProducts.trailing?.count ?? 0
    if Plan.considersSparse(order: order, options: options) {
      let force = options.trailing == .sparse
      if structure.chain.count == 1 {
        _ = crossProducts.chooseSparse(denseOrder: order, force: force)
      } else if force
        || crossProducts.chain.first?.panel.map({
          Plan.mayBeSparse(squaredRowCounts: $0.squaredRowCounts, order: order)
        }) ?? false
      {
        var shortened = structure
        shortened.shortenChain()
        let candidateSums = CrossProducts.Sums(structure: shortened, table: table)
        let (candidate, _) = products(candidateSums, orders: orders)
        if candidate.chooseSparse(denseOrder: order, force: force) {
          crossProducts = candidate
          sums = candidateSums
        }
      }
    }
    self.products = crossProducts
    self.sums = sums
    self.bases = bases
    self.orders = orders
    self.moments = moments
    layout = CovarianceLayout(terms: terms, structure: structure, bases: bases)
    plan = Plan(
      products: crossProducts, rows: rows.observations, parameters: layout.count, options: options,
      memory: MemoryEstimate(products: crossProducts, options: options))
  }

  /// The same design with another response, for which only its own products are made.
  package func replacingResponse(_ response: [Double], threads: Int?) throws(EngineError) -> MixedModel {
    var options = options
    options.threads = threads
    let rows = try rows.replacing(response: response)
    if let refilled = try refilled(rows, options: options) { return refilled }
    return try MixedModel(rows, options: options)
  }

  /// The same model of rows with another response; nil where a second pass is needed.
  private func refilled(_ rows: Rows, options: EngineOptions) throws(EngineError) -> MixedModel? {
    guard let sums = sums.replacing(response: rows.response), sums.gram.isFinite,
      case .basis(let basis) = try FixedBasis.build(gram: sums.gram, table: sums.table, after: nil)
    else { return nil }
    var result = self
    (result.rows, result.sums, result.fixed) = (rows, sums, basis)
    result.setOrders([:])
    let orders = Self.pivotOrders(structure: sums.structure, terms: terms, moments: result.moments)
    if !orders.isEmpty { result.setOrders(orders) }
    // another plan is made where the options are others
    if options.threads != result.options.threads { result.options = options }
    return result
  }

  private func makePlan() -> Plan {
    Plan(
      products: products, rows: rows.observations, parameters: layout.count, options: options,
      memory: memoryEstimate)
  }

  /// The random terms.
  var terms: [RandomTerm] { rows.terms }
  /// X, as the caller gave it.
  var fixedColumns: Matrix { rows.fixed }
  /// Terms held at zero.
  package var held: [HeldTerm] { products.structure.held }
  /// Columns of X that depend on others.
  package var aliased: [Int] { fixed.aliased }

  /// Maximises the likelihood.
  package func fit(reml: Bool, options: FitOptions = .init()) throws(EngineError) -> Estimate {
    try leasing { () throws(EngineError) in
      // where nothing can be evaluated at a moderate size of the effects, the search says why
      let remaining = reml && !plan.isIterative ? try? RemainingEffects(of: self) : nil
      var estimate: Estimate
      if let remaining {
        estimate = try remaining.maximum(of: self, options: options)
      } else {
        estimate = try Search(self, reml: reml, options: options).run()
      }
      identify(&estimate, isAtEnd: remaining != nil)
      try bound(&estimate)
      noteGrowth(&estimate)
      try estimate.requireRepresentable()
      return estimate
    }
  }

  /// Runs what works at several points, or at one, with the threads that this model takes.
  package func leasing<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result
  {
    try BLASThreads.with(plan.threads, body)
  }

  func optimizer(_ objective: ProfiledObjective, options: FitOptions) -> NewtonOptimizer {
    NewtonOptimizer(
      objective: objective, options: options, tolerance: options.tolerance ?? plan.tolerance,
      scales: parameterScales, verifies: plan.evaluationsAreCheap,
      leastResolution: canExtend ? Tuning.resolvedScale : 0,
      ridge: ResidualRidge(of: self, reml: objective.reml))
  }

  /// The profiled quantities at given relative covariances, one k × k matrix per term.
  package func estimate(at covariances: [Matrix], reml: Bool) throws(EngineError) -> Estimate {
    try leasing { () throws(EngineError) in
      let (model, objective, point) = try resolved(at: layout.lower(covariances: covariances), reml: reml)
      var result = model.estimate(point, objective: objective, converged: true, certificate: Certificate())
      result.monteCarlo = objective.elimination.monteCarloReport(in: self)
      return result
    }
  }

  /// How the likelihood is evaluated in a search.
  package func objective(reml: Bool) throws(EngineError) -> ProfiledObjective {
    if let extended {
      return ProfiledObjective(
        self, elimination: ExtendedElimination(products: extended), reml: reml,
        floors: layout.widths.map { _ in 0 })
    }
    if let passes = factorPasses {
      let objective = ProfiledObjective(
        self, elimination: OneFactorElimination(passes: passes, base: products.base), reml: reml, floors: [0])
      if plan.evaluationsAreCheap { objective.quicken(scales: parameterScales) }
      return objective
    }
    return try levelObjective(reml: reml)
  }

  /// The passes over the levels of a model of one factor; nil of other models.
  var factorPasses: (any FactorPasses)? {
    if let pooled = products.pooled { return PooledPasses(pooled) }
    return plan.factorization == .levels ? products.levels.map { LevelPasses($0) } : nil
  }

  /// An objective whose elimination keeps every level apart, for conditional modes and variances.
  package func levelObjective(reml: Bool) throws(EngineError) -> ProfiledObjective {
    if plan.isIterative { return try matrixFreeObjective(reml: reml) }
    if extended != nil { return try objective(reml: reml) }
    try requireMemory()
    return levelObjective(reml: reml, products: unpooledProducts)
  }

  /// The cross-products with a record for each level.
  private var unpooledProducts: CrossProducts {
    products.pooled == nil
      ? products : CrossProducts(sums: sums, fixed: fixed, bases: bases, pooling: false)
  }

  /// The same with the columns that they are of and the basis of the first factor; nil where rows are cells.
  var unpooled: (products: CrossProducts, table: RegressorTable, basis: FactorBasis)? {
    sums.table.cells == nil ? (unpooledProducts, sums.table, bases[0]) : nil
  }

  private func levelObjective(reml: Bool, products: CrossProducts) -> ProfiledObjective {
    let elimination = BlockedElimination(products: products, workers: Workers(threads: plan.threads))
    var floors = [Double](repeating: 0, count: products.structure.factors.count)
    if let trailing = elimination.trailing, !trailing.isExactAtZero {
      for f in products.structure.trailing {
        let mean = moments.meanSquares[f].max() ?? 1
        floors[f] = Tuning.leastRoot / max(mean, .leastNormalMagnitude).squareRoot()
      }
    }
    return ProfiledObjective(self, elimination: elimination, reml: reml, floors: floors)
  }

  /// An objective with the factors of the chain among the trailing columns, but for the finest ones kept: none or
  /// one.
  package func objective(reml: Bool, chainLength: Int) -> ProfiledObjective {
    var structure = products.structure
    structure.shortenChain(to: chainLength)
    let shortened = CrossProducts.Sums(structure: structure, table: sums.table)
    return levelObjective(
      reml: reml, products: CrossProducts(sums: shortened, fixed: fixed, bases: bases, pooling: false))
  }

  /// 1/√A of the first effect that each parameter concerns: the standard deviation that an average level determines.
  var deviationScales: [Double] {
    layout.parameters.map { parameter in
      let first = parameter.rows[0]
      let mean = moments.meanSquares[first.factor][first.row]
      return mean > 0 ? 1 / mean.squareRoot() : 1
    }
  }

  /// Typical size of each parameter.
  package var parameterScales: [Double] {
    zip(layout.parameters, deviationScales).map { $0.kind.scale(deviation: $1) }
  }

  /// Parameters at which a search begins.
  package var startingTheta: [Double] {
    zip(layout.parameters, deviationScales).map { parameter, scale in
      let sum = parameter.rows.reduce(0.0) { $0 + moments.variances[$1.factor][$1.row] }
      let mean = sum / Double(parameter.rows.count)
      return parameter.kind.theta(deviation: max(mean.squareRoot(), 0.3 * scale)) ?? 0
    }
  }

  func estimate(
    _ point: ProfiledObjective.Point, objective: ProfiledObjective, converged: Bool, certificate: Certificate
  ) -> Estimate {
    let covariances = layout.covariances(point.lower, widths: terms.map(\.width))
    let unit = fixed.unit
    let scale = point.scale * unit * unit
    var coefficients = [Double](repeating: .nan, count: fixedColumns.columns)
    let moved = fixed.toUser * point.coefficients
    for (i, j) in fixed.kept.enumerated() { coefficients[j] = fixed.origin[i] + unit * moved[i] }
    let inner = fixed.toUser * point.fixedInverse * fixed.toUser.transposed
    var covariance = Matrix(rows: fixed.rank, columns: fixed.rank)
    for (i, a) in fixed.order.enumerated() {
      for (j, b) in fixed.order.enumerated() { covariance[i, j] = scale * inner[a, b] }
    }
    var certificate = certificate
    certificate.atBound = boundaryDirections(point.lower)
    var result = Estimate(
      relativeCovariances: covariances, scale: scale, fixedEffects: coefficients, aliased: fixed.aliased,
      rank: fixed.rank, fixedCovariance: covariance,
      logLikelihood: -0.5 * (point.deviance + objective.shift), reml: objective.reml, converged: converged,
      certificate: certificate, held: held, singular: certificate.atBound > 0)
    if certificate.atBound > 0 {
      result.bounds = terms.indices.compactMap {
        TermCovariance(model: self, lower: point.lower, term: $0)?.bound(term: $0)
      }
      result.singular = !result.bounds.isEmpty
    }
    result.standardRoot = Estimate.StandardRoot(orders: orders, lower: point.lower)
    return result
  }

  /// Number of diagonal entries of T that are negligible beside their column scale.
  func boundaryDirections(_ lower: [[Double]]) -> Int {
    var count = 0
    for e in layout.pivots {
      let k = layout.widths[e.factor]
      let mean = moments.meanSquares[e.factor][e.row]
      let row = (0..<k).reduce(0.0) {
        $0 + lower[e.factor][e.row + $1 * k] * lower[e.factor][e.row + $1 * k]
      }
      let value = abs(lower[e.factor][e.row + e.row * k])
      if value * mean.squareRoot() < 1e-3 || value < 1e-4 * row.squareRoot() { count += 1 }
    }
    return count
  }

  /// Standardised regressors of every factor, the columns of some terms reordered.
  private static func bases(
    sums: CrossProducts.Sums, terms: [RandomTerm], orders: [Int: [Int]]
  ) -> [FactorBasis] {
    let tieScales = tieScales(terms: terms, table: sums.table, gram: sums.gram)
    return sums.structure.factors.map {
      FactorBasis(
        factor: $0, terms: terms, table: sums.table, gram: sums.gram, orders: orders, tieScales: tieScales)
    }
  }

  /// Standardised regressors with the columns of some terms in another order.
  func bases(orders: [Int: [Int]]) -> [FactorBasis] { Self.bases(sums: sums, terms: terms, orders: orders) }

  /// The same model with the columns of correlated terms in other orders; nothing is summed over rows again.
  func with(orders: [Int: [Int]]) -> MixedModel {
    var result = self
    result.setOrders(orders)
    result.plan = result.makePlan()
    return result
  }

  /// Makes all that follows from the sums with the columns of correlated terms in given orders.
  private mutating func setOrders(_ orders: [Int: [Int]]) {
    let isSameDesign = orders == self.orders
    if !isSameDesign {
      self.orders = orders
      bases = bases(orders: orders)
      layout = CovarianceLayout(terms: terms, structure: sums.structure, bases: bases)
    }
    let sparse = products.sparse
    products = CrossProducts(sums: sums, fixed: fixed, bases: bases)
    products.sparse = sparse
    moments = isSameDesign ? moments.replacingResponse(products) : StartingValues(products: products)
    iterative = IterativeSystem()
  }

  func extendedProducts(fixed: FixedBasis) -> ExtendedProducts {
    ExtendedProducts(sums: sums, fixed: fixed, bases: bases)
  }

  /// The same model with its likelihood in doubles.
  var inDoubles: MixedModel {
    var result = self
    result.extended = nil
    return result
  }

  /// The same model with its likelihood in extended precision and another origin of the response.
  func with(extended: ExtendedProducts, fixed: FixedBasis) -> MixedModel {
    var result = self
    result.extended = extended
    result.fixed = fixed
    return result
  }

  /// Least eigenvalue of the cosines between the columns of a factor's independent effects, over all rows: the share that is
  /// left of columns of length 1 where they are nearly the same; those that are combinations of others leave nothing to resolve.
  /// 1 of effects whose form allows any basis.
  func leastCosine(ofFactor f: Int) -> Double {
    let factor = sums.structure.factors[f]
    if factor.width == 1 || factor.terms.count == 1 && terms[factor.terms[0]].mayReorder { return 1 }
    let columns = factor.terms.flatMap { sums.table.random[$0].map { sums.table.coefficients(of: $0) } }
    let images = columns.map { sums.gram * $0 }
    let lengths = zip(columns, images).map { dot($0, $1).squareRoot() }
    var result = Matrix(rows: columns.count, columns: columns.count)
    for a in columns.indices {
      for b in columns.indices where lengths[a] > 0 && lengths[b] > 0 {
        result[a, b] = dot(columns[a], images[b]) / (lengths[a] * lengths[b])
      }
    }
    return (try? SymmetricEigen(result))?.values.first { $0 > 64 * Double.ulpOfOne } ?? 1
  }

  /// Root mean square of the regressors that share a variance, one per tie.
  private static func tieScales(terms: [RandomTerm], table: RegressorTable, gram: Matrix) -> [Int: Double] {
    var squares: [Int: [Double]] = [:]
    for (t, term) in terms.enumerated() {
      guard let tie = term.tie else { continue }
      for reference in table.random[t] {
        let scale = FactorBasis.rootMeanSquare(
          table.coefficients(of: reference), gram: gram, rows: table.observations)
        squares[tie, default: []].append(scale * scale)
      }
    }
    return squares.mapValues { ($0.reduce(0, +) / Double($0.count)).squareRoot() }
  }

  /// Column orders of correlated terms by decreasing moment variance, where that differs from the order
  /// given: keeps the first pivot of T away from zero.
  private static func pivotOrders(
    structure: ModelStructure, terms: [RandomTerm], moments: StartingValues
  ) -> [Int: [Int]] {
    var orders: [Int: [Int]] = [:]
    for (f, factor) in structure.factors.enumerated() {
      for (t, offset) in zip(factor.terms, factor.offsets)
      where terms[t].mayReorder {
        let k = terms[t].width
        let variances = (0..<k).map { moments.variances[f][offset + $0] }
        let order = (0..<k).sorted { (variances[$0], -$0) > (variances[$1], -$1) }
        if order != Array(0..<k) { orders[t] = order }
      }
    }
    return orders
  }
}
