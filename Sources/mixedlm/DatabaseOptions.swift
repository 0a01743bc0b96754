import ADBCSource
import ArgumentParser
import Foundation
import SparkSource
import StatsModels

#if SQLite
  import SQLiteSource
#endif

/// Where a database is that `fit` reads.
struct DatabaseAddress: ExpressibleByArgument {
  let scheme: String
  let rest: String

  static let schemes = ["sqlite", "adbc", "spark"]

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
    if rest.contains(/:\/\/[^\/@?]*:[^\/@?]*@/) {
      throw ValidationError(
        "--from holds a password, which other users of this machine can see: take it from the environment, a .pgpass or "
          + "a service file.")
    }
    guard Self.schemes.contains(scheme) else {
      throw ValidationError(
        "--from begins with '\(scheme):', and there are \(Self.schemes.map { "'\($0):'" }.joined(separator: ", "))."
      )
    }
  }

  /// A connection.
  func executor(_ access: SQLAccess = .read) throws -> any SQLWriter {
    #if SQLite
      if scheme == "sqlite" { return try SQLiteExecutor(path: rest, access: access) }
    #endif
    #if Spark
      if scheme == "spark", #available(macOS 15, *) {
        return try SparkConnectExecutor(remote: rest, access: access)
      }
    #endif
    if scheme == "adbc" { return try adbc(access) }
    let (make, traits) = scheme == "spark" ? ("make spark", "SQLite,Spark") : ("make build", "SQLite")
    throw StatsModelsError(
      .notAvailable,
      "this program was built without \(scheme): build it by '\(make)', or 'swift build -c release --product mixedlm "
        + "--traits \(traits)'")
  }

  /// `adbc:/path/of/driver.so?dialect=duckdb&entry=…&preload=…&path=…`: what is not for this program is for the driver.
  private func adbc(_ access: SQLAccess) throws -> ADBCExecutor {
    let parts = rest.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    var options: [String: String] = [:]
    for pair in parts.count > 1 ? parts[1].split(separator: "&") : [] {
      let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      options[sides[0]] = sides.count > 1 ? sides[1].removingPercentEncoding ?? sides[1] : ""
    }
    let name = options.removeValue(forKey: "dialect")
    let dialect = name.flatMap { SQLDialect(named: $0) }
    if let name, dialect == nil {
      throw StatsModelsError(
        .invalidArgument,
        "--from: there is no dialect '\(name)'; there are \(SQLDialect.all.map(\.name).joined(separator: ", "))"
      )
    }
    let preload = options.removeValue(forKey: "preload").map { [$0] } ?? []
    return try ADBCExecutor(
      driver: parts[0], entry: options.removeValue(forKey: "entry"), options: options, dialect: dialect,
      preload: preload, access: access)
  }
}
