import Foundation
import Testing

/// Operations drawn at random, with pandas' answers.
///
/// `FRAME_CASES` names another file that `generators/random_frames.py` has written, with as many cases as wanted.
@Suite struct RandomCasesTests {
  @Test func agreesWithPandas() throws {
    let given = ProcessInfo.processInfo.environment["FRAME_CASES"]
    let cases = try given.map { try PandasCases(path: $0) } ?? PandasCases("random")
    let frames = try cases.frames.map { try $0.frame() }
    let differences = try cases.differences { entry, data in
      try RandomOperations(entry: entry, data: data, frames: frames).answer()
    }
    #expect(differences.isEmpty, "\(differences.count): \(differences.prefix(12).joined(separator: "\n"))")
  }
}
