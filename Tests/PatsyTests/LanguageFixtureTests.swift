import Foundation
import Patsy
import TestSupport
import Testing

/// Formulas of patsy's own tests and random ones: trees, terms, errors and their spans, as patsy gives them.
@Suite struct LanguageFixtures {
  struct File: Decodable {
    struct TreeCase: Decodable {
      var formula: String
      var tree: String
    }
    struct SpacingCase: Decodable {
      var text: String
      var normal: String
    }
    struct FormulaCase: Decodable {
      var formula: String
      var left: [[String]]?
      var right: [[String]]?
      var describe: String?
      var message: String?
      var span: Span?
    }
    /// A formula's text, start and end.
    struct Span: Decodable {
      var origin: Origin
      init(from decoder: any Decoder) throws {
        var list = try decoder.unkeyedContainer()
        origin = Origin(
          code: try list.decode(String.self), start: try list.decode(Int.self), end: try list.decode(Int.self)
        )
      }
    }
    var trees: [TreeCase]
    var spacing: [SpacingCase]
    var formulas: [FormulaCase]
  }

  private func text(_ tree: ParseTree, _ index: Int) -> String {
    let node = tree[index]
    guard !node.arguments.isEmpty else { return node.token?.text ?? "" }
    return "(" + ([node.type] + node.arguments.map { text(tree, $0) }).joined(separator: " ") + ")"
  }

  @Test func trees() throws {
    let file = try Fixtures.load(File.self, "patsy/language.json")
    #expect(file.trees.count == 23)
    for test in file.trees {
      let tree = try FormulaParser.parse(test.formula)
      #expect(text(tree, tree.root) == test.tree, "\(test.formula)")
    }
  }

  @Test func spacing() throws {
    for test in try Fixtures.load(File.self, "patsy/language.json").spacing {
      #expect(try EvalFactor(test.text).name == test.normal)
    }
  }

  private func outcome(_ formula: String) -> Result<ModelDesc, PatsyError> {
    do { return .success(try ModelDesc.fromFormula(formula)) } catch { return .failure(error) }
  }

  @Test func termsAndErrors() throws {
    let file = try Fixtures.load(File.self, "patsy/language.json")
    #expect(file.formulas.count > 1000)
    for test in file.formulas {
      switch outcome(test.formula) {
      case .success(let found):
        #expect(found.lhsTermlist.map { $0.factors.map(\.name) } == test.left, "\(test.formula)")
        #expect(found.rhsTermlist.map { $0.factors.map(\.name) } == test.right, "\(test.formula)")
        #expect(found.describe() == test.describe)
      case .failure(let error):
        #expect(error.message == test.message, "\(test.formula)")
        #expect(error.origin == test.span?.origin, "\(test.formula)")
      }
    }
  }
}
