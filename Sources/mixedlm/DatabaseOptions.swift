import ArgumentParser
import Foundation
import StatsModels

#if SQLite
  import SQLiteSource
#endif

/// Where a database is that `fit` reads.
struct DatabaseAddress: ExpressibleByArgument {
  let scheme: String
  let rest: String

  static let schemes = ["sqlite"]

  init?(argument: String) {
    guard let colon = argument.firstIndex(of: ":") else { return nil }
    scheme = String(argument[..<colon])
    rest = String(argument[argument.index(after: colon)...])
  }

  /// A usage error for kinds of databases that are not known, and for secrets that other users of the machine could see.
  func check() throws {
    let lower = rest.lowercased()
    for secret in ["token=", "password=", "passwd=", "pwd=", "secret="] where lower.contains(secret) {
      throw ValidationError(
        "--from holds a secret (\(secret)…), which other users of this machine can see: take it from the environment, a "
          + ".pgpass or a service file.")
    }
    guard Self.schemes.contains(scheme) else {
      throw ValidationError(
        "--from begins with '\(scheme):', and there are \(Self.schemes.map { "'\($0):'" }.joined(separator: ", "))."
      )
    }
  }

  /// A connection.
  func executor() throws -> any SQLExecutor {
    #if SQLite
      if scheme == "sqlite" { return try SQLiteExecutor(path: rest) }
    #endif
    throw StatsModelsError(
      .notAvailable,
      "this program was built without \(scheme): build it by 'make build', or 'swift build --traits SQLite'")
  }
}
