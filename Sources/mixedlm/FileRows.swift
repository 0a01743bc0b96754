import Foundation
import StatsModels

/// An error of the library about rows of a file, with the file's lines beside its row numbers.
///
/// The library counts the rows of the data from 0, as pandas does; who looks for one in the file needs its line.
struct FileRows: Error, CustomStringConvertible {
  let description: String

  /// Runs work on the rows of a file; the rows in its errors get the lines they stand in.
  static func locating<T>(_ path: String, rowCount: Int, _ body: () throws -> T) throws -> T {
    do { return try body() } catch let error as StatsModelsError
      where error.code == .noGroups || error.code == .contradictoryArguments
    {
      throw error
    } catch {
      let message = "\(error)"
      let located = withLines(message, path: path, rowCount: rowCount)
      if located == message { throw error }
      throw FileRows(description: located)
    }
  }

  /// `row 0` becomes `row 0 (line 2 of x.csv)`, where the file has a line for each row and one for the header.
  private static func withLines(_ message: String, path: String, rowCount: Int) -> String {
    let pattern = /\brow ([0-9]+)\b/
    guard message.contains(pattern), lineCount(path) == rowCount + 1 else { return message }
    return message.replacing(pattern) { match in
      Int(match.1).map { "\(match.0) (line \($0 + 2) of \(path))" } ?? String(match.0)
    }
  }

  /// Number of lines of a file; nil where it cannot be read again.
  private static func lineCount(_ path: String) -> Int? {
    guard path != "-", let bytes = FileManager.default.contents(atPath: path) else { return nil }
    return bytes.count { $0 == 0x0A } + (bytes.last == 0x0A || bytes.isEmpty ? 0 : 1)
  }
}
