#if Spark
  import ArrowData
  import Foundation
  import SQLModels

  /// A session of Apache Spark, by Spark Connect: Spark 3.5 and later, Databricks.
  ///
  /// ```swift
  /// let executor = try SparkConnectExecutor(remote: "sc://localhost:15002")
  /// let model = try await MixedLM.fromSQL(
  ///   formula: "y ~ x + (1 + x | g)", source: .table("sales", "orders"), on: executor)
  /// ```
  /// Not in statsmodels.
  @available(macOS 15, *)
  public struct SparkConnectExecutor: SQLWriter {
    private let session: SparkSession
    private let access: SQLAccess

    /// Spark's.
    public var dialect: SQLDialect { .spark }

    /// A session at a server, to which the first statement connects.
    ///
    /// The token of a server that asks for one is taken from the variable `SPARK_CONNECT_AUTHENTICATE_TOKEN`. With
    /// `use_ssl=true` the server's certificate must be vouched for by one of the system's, or by one of the file that the
    /// variable `GRPC_DEFAULT_SSL_ROOTS_FILE_PATH` names.
    /// - Parameters:
    ///   - remote: `sc://host:port`, and options after `/;`: `use_ssl=true`, `user_id=…`, `session_id=…` of a session that
    ///     others use too, and headers such as `x-databricks-cluster-id=…`.
    ///   - access: whether ``write(_:)`` may make and fill tables.
    /// - Throws: `SQLError` for what is no address, for secrets in it, for a token that would travel unencrypted, and for a
    ///   file without certificates.
    public init(remote: String, access: SQLAccess = .read) throws {
      self.access = access
      session = try SparkSession(
        SparkAddress(remote, environment: ProcessInfo.processInfo.environment))
    }

    /// Names and types of a statement's columns.
    public func columns(of statement: String) async throws -> [SQLColumn] {
      try await session.columns(of: Self.query(statement))
    }

    /// Runs one SELECT. A task that is cancelled interrupts it; a connection that breaks is made anew, and the result goes
    /// on where it stopped.
    public func run(_ statement: String, row: ([SQLValue]) throws -> Void) async throws {
      try await session.run(query: Self.query(statement)) { try ArrowStream.read($0, row) }
    }

    /// Runs statements that change something, one after another: what ran before an error stays.
    ///
    /// - Throws: `SQLError` for a connection that was opened for reading, and what Spark says.
    public func write(_ statements: [String]) async throws {
      guard access == .write else { throw SQLAccess.refusal }
      for statement in statements { try await session.execute(statement) }
    }

    /// Ends the session at the server; the next statement begins another one.
    public func end() async { await session.end() }

    /// A statement that cannot be but a query: within parentheses Spark parses nothing else.
    private static func query(_ statement: String) -> String { "SELECT * FROM (\(statement)\n) AS t" }
  }
#endif
