import Foundation
import TestSupport
import Testing

/// Every public name of statsmodels' mixed models is in the sources, with every argument, or is left out for a reason.
///
/// A ported symbol's comment names its original: `Python: MixedLMResults.bse_fe`.
@Suite struct PythonNameTests {
  struct Listing: Decodable, Sendable {
    struct Argument: Decodable, Sendable { var name: String }
    struct Member: Decodable, Sendable {
      var name: String
      var kind: String
      var arguments: [Argument]
    }
    struct Class: Decodable, Sendable {
      var name: String
      var initializer: [Argument]
      var members: [Member]
    }
    var classes: [Class]
  }

  /// What has no counterpart, and why. The documentation page "Differences from statsmodels" says the same.
  static let leftOut = [
    "MixedLM.information": "raises NotImplementedError in Python",
    "MixedLM.initialize": "does nothing in Python",
    "MixedLM.data": "internal holder of names and arrays: the model has them itself",
    "MixedLM.exog_re2_li": "internal work arrays of the optimiser",
    "MixedLM.fe_pen": "set by fit in Python; here an argument of fit only",
    "MixedLM.cov_pen": "set by fit in Python; here an argument of fit only",
    "MixedLM.re_pen": "unused in Python",
    "MixedLM.reml": "set by fit in Python; here a property of the results",
    "MixedLMResults.initialize": "internal to Python's constructor",
    "MixedLMResults.bsejac": "fails for every mixed model in Python",
    "MixedLMResults.bsejhj": "fails for every mixed model in Python",
    "MixedLMResults.covjac": "fails for every mixed model in Python",
    "MixedLMResults.covjhj": "fails for every mixed model in Python",
    "MixedLMResults.score_obsv": "fails for every mixed model in Python",
    "MixedLMResults.get_nlfun": "fails for every mixed model in Python",
  ]

  static let symbols: [(name: String, arguments: [String])] = {
    guard let listing = try? Fixtures.load(Listing.self, "names.json") else { return [] }
    return listing.classes.flatMap { type in
      type.members.map { ("\(type.name).\($0.name)", $0.arguments.map(\.name)) }
        + [(type.name, type.initializer.map(\.name))]
    }
  }()

  @Test func everyNameIsPorted() throws {
    let sources = try Self.sources()
    #expect(Self.symbols.count > 110)
    let missing = Self.symbols.map(\.name).filter { name in
      Self.leftOut[name] == nil && Self.declarations(of: name, in: sources).isEmpty
    }
    #expect(missing.isEmpty, "without a counterpart: \(missing)")
    let needless = Self.leftOut.keys.filter { !Self.declarations(of: $0, in: sources).isEmpty }
    #expect(needless.isEmpty, "left out, yet there: \(needless)")
  }

  @Test func omissionsAreDocumented() throws {
    let page = "Sources/StatsModels/Documentation.docc/DifferencesFromStatsmodels.md"
    let file = Fixtures.root.deletingLastPathComponent().appendingPathComponent(page)
    let text = try String(contentsOf: file, encoding: .utf8)
    let silent = Self.leftOut.keys.filter { key in
      guard let name = key.split(separator: ".").last else { return true }
      return !text.contains(name)
    }
    #expect(silent.isEmpty, "left out without a word: \(silent)")
  }

  @Test func everyArgumentIsPorted() throws {
    let sources = try Self.sources()
    for (name, arguments) in Self.symbols where Self.leftOut[name] == nil {
      let declarations = Self.declarations(of: name, in: sources).joined(separator: "\n")
      for argument in arguments where !argument.hasPrefix("*") && Self.absorbed["\(name)(\(argument))"] == nil
      {
        #expect(declarations.contains("\(Self.swiftName(argument)):"), "\(name) lacks \(argument)")
      }
    }
  }

  /// The table of statsmodels' own tests names Swift tests that exist, and counts all 123.
  @Test func everyTestOfStatsmodelsIsMapped() throws {
    let page = try String(contentsOf: Fixtures.root.appendingPathComponent("README.md"), encoding: .utf8)
    let rows = page.split(separator: "\n").filter { $0.hasPrefix("| `Test") || $0.hasPrefix("| `test_") }
      .map { $0.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) } }
    #expect(rows.compactMap { Int($0[1]) }.reduce(0, +) == 123)
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
      "StatsmodelsSuite")
    let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    let source = try files.map { try String(contentsOf: $0, encoding: .utf8) }.joined()
    var count = 0
    for row in rows {
      let named = row[2].matches(of: /`(?:\w+Tests\.)?([a-z]\w+)`/).map { String($0.output.1) }
      let tests = named.filter { $0 != "s" }
      #expect(!tests.isEmpty || row[2].hasPrefix("none:") || row[2] == "the same (regularized)", "\(row)")
      for test in tests { #expect(source.contains("func \(test)("), "\(test)") }
      count += tests.count
    }
    #expect(count > 30)
  }

  /// Each of the 26 defects has its test.
  @Test func everyDefectHasATest() throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("StatsmodelsDefectTests.swift")
    let numbers = try String(contentsOf: file, encoding: .utf8).matches(of: #/func `(\d+) /#).compactMap {
      Int($0.output.1)
    }
    #expect(numbers == Array(1...26))
  }

  /// Arguments without a counterpart, and why.
  static let absorbed = [
    "MixedLMResults(model)": "results are made by fit only",
    "MixedLMResults(params)": "results are made by fit only",
    "MixedLMResults(cov_params)": "results are made by fit only",
    "MixedLMResults.bootstrap(method)": "the engine's own optimiser refits every sample",
    "MixedLMResults.bootstrap(disp)": "a library prints nothing",
    "MixedLMResults.bootstrap(store)": "the samples are in the returned value",
    "MixedLMResults.bootstrap(rng)": "a seed makes samples repeatable",
  ]

  /// `cov_re_unscaled` becomes `covReUnscaled`.
  static func swiftName(_ python: String) -> String {
    let parts = python.split(separator: "_")
    return (parts.first ?? "") + parts.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
  }

  private static func sources() throws -> [String] {
    let folder = Fixtures.root.deletingLastPathComponent().appendingPathComponent("Sources/StatsModels")
    let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
    let paths = (files?.allObjects ?? []).compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }
    return try paths.map { try String(contentsOf: $0, encoding: .utf8) }
  }

  /// The declarations whose comments end with `Python: <name>`.
  private static func declarations(of name: String, in sources: [String]) -> [String] {
    sources.flatMap { source in
      source.components(separatedBy: "Python: \(name)").dropFirst().compactMap { rest in
        // a longer name that begins alike is another symbol
        guard let next = rest.first, !next.isLetter, next != "_",
          next != "." || rest.dropFirst().first == "\n"
        else {
          return nil
        }
        return rest.components(separatedBy: "\n").dropFirst().prefix(12).joined(separator: "\n")
      }
    }
  }
}
