import ArgumentParser
import DataFrames
import Foundation
import LinearAlgebra
import StatsModels

/// `mixedlm-bench fit-list`: fits many small models in one process.
///
/// The scripts that compare random models with other systems read its lines.
struct FitListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fit-list", abstract: "Fit the models of a list in one process, one JSON line each.",
    discussion: """
      Each line of the list is an object with "id", "data" (a CSV file), "formula" (with bars) and "reml". \
      A model that is refused gives a line with its "error".
      """)

  @Argument(help: "File of JSON lines.")
  var list: String

  func run() throws {
    guard let text = try? String(contentsOfFile: list, encoding: .utf8) else {
      throw BenchmarkError.unreadable(list)
    }
    let decoder = JSONDecoder()
    for line in text.split(separator: "\n") {
      let entry = try decoder.decode(Entry.self, from: Data(line.utf8))
      print(try jsonLine(entry.fitted()))
    }
  }

  /// One model of the list.
  private struct Entry: Decodable {
    var id: Int
    var data: String
    var formula: String
    var reml: Bool

    func fitted() -> Outcome {
      do {
        return Outcome(id: id, try mixedlm(formula, try DataFrame(csv: data)).fit(reml: reml))
      } catch {
        return Outcome(id: id, error: String(describing: error))
      }
    }
  }

  /// What became of a model.
  private struct Outcome: Encodable {
    struct Term: Encodable {
      var group: String
      var names: [String]
      /// Column by column, in the response's units.
      var covariance: [Double]
    }

    var id: Int
    var error: String?
    /// -2 log L reached.
    var criterion: Double?
    var converged: Bool?
    var gradientNorm: Double?
    var scale: Double?
    var fixedNames: [String] = []
    /// Estimates, nan where a column was dropped.
    var fixed: [Double] = []
    /// Standard errors by generalised least squares.
    var errors: [Double] = []
    var terms: [Term] = []
    var fitted: [Double] = []
    /// Kinds of the warnings.
    var warnings: [String] = []

    init(id: Int, error: String) {
      self.id = id
      self.error = error
    }

    init(id: Int, _ results: MixedLMResults) {
      self.id = id
      criterion = -2 * results.llf
      converged = results.converged
      gradientNorm = results.certificate.gradientNorm
      scale = results.scale
      fixedNames = results.feParams.index
      fixed = results.feParams.values
      errors = results.fixedEffectsStandardErrors.values
      terms = results.terms.map { term in
        let k = term.names.count
        let entries = (0..<k).flatMap { j in (0..<k).map { i in term.covariance.values[i, j] } }
        return Term(group: term.group, names: term.names, covariance: entries)
      }
      fitted = results.fittedvalues.values
      warnings = results.warnings.map(\.kind.rawValue)
    }
  }
}
