/// Turns a formula's parse tree into lists of terms.
///
/// The walk keeps its own stack, so that nesting is bounded by memory only.
struct FormulaEvaluator {
  /// A set of terms, and what has been said about the intercept.
  private struct TermSet {
    var intercept = false
    var interceptOrigin: Origin?
    var interceptRemoved = false
    var terms: [Term] = []
    var members: Set<Term> = []

    mutating func insert(_ term: Term) {
      if members.insert(term).inserted { terms.append(term) }
    }

    /// States whether there is an intercept, and takes the other's statement.
    mutating func setIntercept(_ present: Bool, _ origin: Origin?) {
      intercept = present
      interceptOrigin = present ? origin : nil
      interceptRemoved = !present
    }

    mutating func forgetIntercept() { (intercept, interceptOrigin, interceptRemoved) = (false, nil, false) }
  }

  private enum Result {
    case terms(TermSet)
    case model(ModelDesc)
  }

  private enum Step {
    case visit(Int)
    case reduce(Int)
    case requireTerms(Int)
  }

  /// More terms than this are taken for a mistake: their number can grow exponentially with a formula's length.
  private static let termLimit = 100_000

  private let tree: ParseTree
  private var results: [Result] = []

  static func evaluate(_ tree: ParseTree) throws(PatsyError) -> ModelDesc {
    var evaluator = FormulaEvaluator(tree: tree)
    var steps: [Step] = [.visit(tree.root)]
    while let step = steps.popLast() {
      switch step {
      case .visit(let index): steps += try evaluator.visit(index)
      case .reduce(let index): evaluator.results.append(try evaluator.reduce(tree[index]))
      case .requireTerms(let index):
        if case .model? = evaluator.results.last {
          throw PatsyError(
            "~ can only be used once, and only at the top level", origin: tree[index].origin)
        }
      }
    }
    guard case .model(let model)? = evaluator.results.last else {
      throw PatsyError("the formula describes no model", origin: tree[tree.root].origin)
    }
    return model
  }

  private init(tree: ParseTree) { self.tree = tree }

  /// The steps that evaluate a node, last first. Operands that only modify the operator are not evaluated.
  private mutating func visit(_ index: Int) throws(PatsyError) -> [Step] {
    let node = tree[index]
    guard let first = node.arguments.first else {
      results.append(.terms(try atom(node)))
      return []
    }
    let operands: [Int]
    switch (node.type, node.arguments.count) {
    case ("**", 2): operands = [first]
    case ("+", 2) where type(of: node.arguments[1]) == FormulaParser.Atom.zero: operands = [first]
    case ("-", 2) where isConstant(node.arguments[1]): operands = [first]
    case ("-", 1): operands = []
    default: operands = node.arguments
    }
    var steps: [Step] = [.reduce(index)]
    for operand in operands.reversed() { steps += [.requireTerms(operand), .visit(operand)] }
    return steps
  }

  private func type(of index: Int) -> String { tree[index].type }

  private func isConstant(_ index: Int) -> Bool {
    let type = tree[index].type
    return type == FormulaParser.Atom.zero || type == FormulaParser.Atom.one
  }

  private func atom(_ node: ParseTree.Node) throws(PatsyError) -> TermSet {
    var set = TermSet()
    switch node.type {
    case FormulaParser.Atom.zero: set.setIntercept(false, nil)
    case FormulaParser.Atom.one: set.setIntercept(true, node.origin)
    case FormulaParser.Atom.number:
      throw PatsyError("numbers besides '0' and '1' are only allowed with **", origin: node.origin)
    default:
      // An operator that needs a left operand begins the expression: patsy cannot even name the factor.
      if node.token?.text.hasPrefix(" ") ?? false {
        throw PatsyError(
          "Error evaluating factor: SyntaxError: invalid syntax (<unknown>, line 1)", origin: node.origin)
      }
      set.insert(Term([EvalFactor(normalized: node.token?.text ?? "", origin: node.origin)]))
    }
    return set
  }

  private mutating func popTerms() -> TermSet {
    guard case .terms(let set)? = results.popLast() else { return TermSet() }
    return set
  }

  private mutating func reduce(_ node: ParseTree.Node) throws(PatsyError) -> Result {
    switch (node.type, node.arguments.count) {
    case ("~", 1):
      return .model(model(TermSet(), popTerms()))
    case ("~", _):
      let right = popTerms()
      return .model(model(popTerms(), right))
    case ("+", 1): return .terms(popTerms())
    case ("-", 1): return .terms(try negation(node))
    case ("+", _): return .terms(try sum(node))
    case ("-", _): return .terms(difference(node))
    case ("**", _): return .terms(try power(node))
    default:
      let right = popTerms()
      let left = popTerms()
      switch node.type {
      case "*": return .terms(try product(left, right, node))
      case "/": return .terms(try nesting(left, right, node))
      default: return .terms(try interaction(left, right, node))
      }
    }
  }

  /// Only the right side has an implicit intercept.
  private func model(_ left: TermSet, _ right: TermSet) -> ModelDesc {
    ModelDesc(
      lhsTermlist: (left.intercept ? [.intercept] : []) + left.terms,
      rhsTermlist: (right.interceptRemoved ? [] : [.intercept]) + right.terms)
  }

  private mutating func sum(_ node: ParseTree.Node) throws(PatsyError) -> TermSet {
    if type(of: node.arguments[1]) == FormulaParser.Atom.zero {
      var left = popTerms()
      left.setIntercept(false, nil)
      return left
    }
    let right = popTerms()
    var left = popTerms()
    if right.intercept { left.setIntercept(true, right.interceptOrigin) }
    for term in right.terms { left.insert(term) }
    try check(left, node)
    return left
  }

  private mutating func difference(_ node: ParseTree.Node) -> TermSet {
    let operand = node.arguments[1]
    if isConstant(operand) {
      var left = popTerms()
      left.setIntercept(type(of: operand) == FormulaParser.Atom.zero, tree[operand].origin)
      return left
    }
    let right = popTerms()
    var left = popTerms()
    left.terms.removeAll { right.members.contains($0) }
    left.members.subtract(right.members)
    if right.intercept { left.setIntercept(false, nil) }
    return left
  }

  private func negation(_ node: ParseTree.Node) throws(PatsyError) -> TermSet {
    guard isConstant(node.arguments[0]) else {
      throw PatsyError("Unary minus can only be applied to 1 or 0", origin: node.origin)
    }
    var set = TermSet()
    set.setIntercept(type(of: node.arguments[0]) == FormulaParser.Atom.zero, node.origin)
    return set
  }

  private mutating func power(_ node: ParseTree.Node) throws(PatsyError) -> TermSet {
    let left = popTerms()
    try requireInteractable(left)
    let exponent = tree[node.arguments[1]]
    var times = -1
    if exponent.type == FormulaParser.Atom.one || exponent.type == FormulaParser.Atom.number {
      times = PythonNumber.integer(exponent.token?.text ?? "") ?? -1
    }
    guard times >= 1 else {
      throw PatsyError("'**' requires a positive integer", origin: exponent.origin)
    }
    // More factors than there are terms add nothing.
    times = min(times, left.terms.count)
    var all = left
    all.forgetIntercept()
    var highest = left
    for _ in 1..<max(times, 1) {
      highest = try interaction(left, highest, node)
      for term in highest.terms { all.insert(term) }
      try check(all, node)
    }
    return all
  }

  private func product(_ left: TermSet, _ right: TermSet, _ node: ParseTree.Node) throws(PatsyError)
    -> TermSet
  {
    let crossed = try interaction(left, right, node)
    var all = left
    all.forgetIntercept()
    for term in right.terms + crossed.terms { all.insert(term) }
    try check(all, node)
    return all
  }

  /// `a / (b + c)` is `a + a:b + a:c`; `(a + b) / c` is `a + b + a:b:c`.
  private func nesting(_ left: TermSet, _ right: TermSet, _ node: ParseTree.Node) throws(PatsyError)
    -> TermSet
  {
    try requireInteractable(left)
    var all = left
    all.forgetIntercept()
    var outer = TermSet()
    outer.insert(Term(left.terms.flatMap(\.factors)))
    for term in try interaction(outer, right, node).terms { all.insert(term) }
    try check(all, node)
    return all
  }

  private func interaction(
    _ left: TermSet, _ right: TermSet, _ node: ParseTree.Node
  ) throws(PatsyError) -> TermSet {
    try requireInteractable(left)
    try requireInteractable(right)
    var result = TermSet()
    for a in left.terms {
      for b in right.terms { result.insert(Term(a.factors + b.factors)) }
      try check(result, node)
    }
    return result
  }

  private func requireInteractable(_ set: TermSet) throws(PatsyError) {
    if set.intercept {
      throw PatsyError(
        "intercept term cannot interact with anything else", origin: set.interceptOrigin)
    }
  }

  private func check(_ set: TermSet, _ node: ParseTree.Node) throws(PatsyError) {
    if set.terms.count > Self.termLimit {
      throw PatsyError("the formula has more than \(Self.termLimit) terms", origin: node.origin)
    }
  }
}
