/// A factor ready for evaluation: its parsed expression, the caller's names, and what its stateful transforms
/// have learned.
///
/// Python: FactorInfo.state
struct FactorState: Sendable {
  let factor: EvalFactor
  let expression: Expression
  let environment: EvalEnvironment
  /// The transforms by the number of their call.
  private(set) var transforms: [Int: any StatefulTransform] = [:]
  /// The calls that learn in each pass: those nested in other calls' arguments come first.
  let passes: [[Expression.Call]]

  /// Parses the factor and makes its transforms.
  ///
  /// - Throws: ``PatsyError`` when the factor is not an expression that formulas may use.
  init(_ factor: EvalFactor, environment: EvalEnvironment) throws(PatsyError) {
    self.factor = factor
    self.environment = environment
    do {
      expression = try ExpressionParser.parse(factor.code)
    } catch let error as PatsyError {
      throw error
    } catch {
      throw PatsyError(evaluating: error, origin: factor.origin)
    }
    var passes: [[Expression.Call]] = []
    var transforms: [Int: any StatefulTransform] = [:]
    _ = Self.plan(expression, environment, &transforms, &passes)
    self.passes = passes
    self.transforms = transforms
  }

  /// Finds the transforms in an expression; returns how many passes they need.
  private static func plan(
    _ expression: Expression, _ environment: EvalEnvironment,
    _ transforms: inout [Int: any StatefulTransform],
    _ passes: inout [[Expression.Call]]
  ) -> Int {
    var needed = 0
    for child in expression.children {
      needed = max(needed, plan(child, environment, &transforms, &passes))
    }
    // Data do not hide a transform's name here: patsy replaces the call before it looks at data.
    guard case .call(let call) = expression, let name = call.bareName,
      case .transform(let make)? = environment.values[name] ?? PatsyNames.table[name]
    else { return needed }
    transforms[call.site] = make()
    if passes.count <= needed { passes.append([]) }
    passes[needed].append(call)
    return needed + 1
  }

  /// Puts a transform in another's place.
  mutating func replace(_ site: Int, by transform: any StatefulTransform) { transforms[site] = transform }

  /// Replaces each transform, in the order of the calls, by what `memory` makes of a fresh one.
  mutating func restore(_ memory: (any StatefulTransform) throws -> any StatefulTransform) throws {
    for (site, transform) in transforms.sorted(by: { $0.key < $1.key }) {
      transforms[site] = try memory(transform)
    }
  }

  /// The factor's value on data.
  func evaluate(_ data: any DesignData) throws(PatsyError) -> FormulaValue {
    do {
      return try Evaluator(data: data, environment: environment, transforms: transforms).evaluate(expression)
    } catch { throw PatsyError(evaluating: error, origin: factor.origin) }
  }

  /// Lets the transforms of a pass learn from a chunk of data.
  mutating func memorizeChunk(_ data: any DesignData, pass: Int) throws(PatsyError) {
    guard pass < passes.count else { return }
    do {
      for call in passes[pass] {
        let arguments = try Evaluator(data: data, environment: environment, transforms: transforms)
          .arguments(of: call)
        try transforms[call.site]?.memorizeChunk(arguments)
      }
    } catch { throw PatsyError(evaluating: error, origin: factor.origin) }
  }

  /// Ends the learning of a pass's transforms.
  mutating func memorizeFinish(pass: Int) throws(PatsyError) {
    guard pass < passes.count else { return }
    do {
      for call in passes[pass] { try transforms[call.site]?.memorizeFinish() }
    } catch let error as PatsyError {
      throw error
    } catch {
      // Outside the factor's evaluation patsy lets exceptions through: a message without carets.
      throw PatsyError((error as? EvaluationError)?.message ?? "\(error)")
    }
  }
}
