import SQLModels

/// What a server is asked to run.
package enum SparkPlan: Sendable {
  /// A SELECT.
  case query(String)
  /// A statement that changes something.
  case command(String)
}

/// Requests of Spark Connect. The numbers of their fields are those of spark/connect/base.proto and relations.proto of
/// Apache Spark 3.5 and 4.
package struct SparkRequests: Sendable {
  let session: String
  let user: String
  private static let client = "StatsModels for Swift"

  package init(session: String, user: String) {
    self.session = session
    self.user = user
  }

  /// - Parameter clientField: where the request says what sends it.
  private func request(_ clientField: Int, _ body: (inout ProtobufWriter) -> Void) -> [UInt8] {
    var writer = ProtobufWriter()
    writer.add(1, text: session)
    writer.add(2) { $0.add(1, text: user) }
    writer.add(clientField, text: Self.client)
    body(&writer)
    return writer.bytes
  }

  /// Plan.root = Relation.sql = SQL.query.
  private static func plan(_ writer: inout ProtobufWriter, _ sql: String) {
    writer.add(1) { relation in relation.add(10) { $0.add(1, text: sql) } }
  }

  /// ExecutePlanRequest, to whose answers one can come back.
  package func execute(_ plan: SparkPlan, operation: String) -> [UInt8] {
    request(4) { writer in
      writer.add(3) { message in
        switch plan {
        case .query(let sql): Self.plan(&message, sql)
        // Plan.command = Command.sql_command = SqlCommand.sql.
        case .command(let sql):
          message.add(2) { command in command.add(5) { $0.add(1, text: sql) } }
        }
      }
      writer.add(5) { options in options.add(1) { $0.add(1, number: 1) } }
      writer.add(6, text: operation)
    }
  }

  /// ReattachExecuteRequest.
  package func reattach(operation: String, after response: String?) -> [UInt8] {
    request(4) { writer in
      writer.add(3, text: operation)
      if let response { writer.add(5, text: response) }
    }
  }

  /// ReleaseExecuteRequest of all answers.
  package func release(operation: String) -> [UInt8] {
    request(4) { writer in
      writer.add(3, text: operation)
      writer.add(5) { _ in }
    }
  }

  /// InterruptRequest of one operation.
  package func interrupt(operation: String) -> [UInt8] {
    let byOperation: UInt64 = 3
    return request(3) { writer in
      writer.add(4, number: byOperation)
      writer.add(6, text: operation)
    }
  }

  /// AnalyzePlanRequest of the schema.
  package func schema(of sql: String) -> [UInt8] {
    request(3) { writer in writer.add(4) { schema in schema.add(1) { Self.plan(&$0, sql) } } }
  }

  /// ReleaseSessionRequest.
  package func releaseSession() -> [UInt8] { request(3) { _ in } }
}

/// An answer to a statement that runs: ExecutePlanResponse.
package struct SparkResponse: Sendable {
  /// By what the server knows the answer, if it is asked to go on after it.
  package let identifier: String
  /// Rows, as a stream of Arrow.
  package let rows: [UInt8]?
  /// Whether it is the last one.
  package let isComplete: Bool

  package init(_ bytes: [UInt8]) throws(SQLError) {
    let message = try ProtobufMessage(bytes[...])
    identifier = message.text(13)
    rows = try message.message(2)?.bytes(2).map { Array($0) }
    isComplete = message.bytes(14) != nil
  }
}

/// The columns of a statement: AnalyzePlanResponse with a DataType of types.proto.
package enum SparkSchema {
  package static func columns(_ bytes: [UInt8]) throws -> [SQLColumn] {
    let structure = 21
    guard let type = try ProtobufMessage(bytes[...]).message(2)?.message(1)?.message(structure) else {
      throw ProtobufMessage.broken
    }
    return try type.messages(1).map { field in
      guard let type = try field.message(2) else { throw ProtobufMessage.broken }
      let kind = try kind(type)
      // Of a string, and of versions that know collations.
      let collation = try type.message(11)?.text(2) ?? ""
      let isCollated = kind == .text && !["", "UTF8_BINARY"].contains(collation)
      return isCollated ? .collated(field.text(1)) : SQLColumn(name: field.text(1), kind: kind)
    }
  }

  private static func kind(_ type: ProtobufMessage) throws -> SQLColumn.Kind {
    switch type.numbers.first {
    case 3: .boolean
    // Byte, short, integer, long.
    case 4, 5, 6, 7: .integer
    case 8, 9: .double
    // A decimal's scale.
    case 10: try type.message(10)?.number(1) == 0 ? .integer : .double
    // String, char, varchar.
    case 11, 12, 13: .text
    default: .other
    }
  }
}

/// Errors as people read them.
package enum SparkMessage {
  /// What to do where no server answers.
  ///
  /// - Parameter reason: what the connection says.
  package static func remedy(_ reason: String, isEncrypted: Bool) -> String {
    if reason.contains("CERTIFICATE_VERIFY_FAILED") || reason.contains("unableToValidateCertificate") {
      return
        "Nobody whom this system trusts vouches for the server: name a file of the authority's certificates by the "
        + "variable \(SparkAddress.certificatesVariable)"
    }
    if reason.contains("failedToValidateHostname") {
      return "The server's certificate is of another name: give the name that it has"
    }
    if reason.contains("WRONG_VERSION_NUMBER") {
      return "The server speaks no TLS: leave out use_ssl=true, or give the port at which it does"
    }
    if !isEncrypted, reason.contains("closed the connection before") {
      return "It may take encrypted connections only: add /;use_ssl=true"
    }
    return "Start one by sbin/start-connect-server.sh, or give its host and port"
  }

  /// What went wrong, without the plan and the stack that follow it: up to its SQLSTATE, or the first line.
  package static func readable(_ text: String) -> String {
    if let state = text.firstMatch(of: /SQLSTATE: [0-9A-Z]{5}/) {
      return text[..<state.range.upperBound].split(whereSeparator: \.isNewline).map { line in
        line.drop(while: \.isWhitespace)
      }.joined(separator: " ")
    }
    return text.split(whereSeparator: \.isNewline).first.map(String.init) ?? "no reason given"
  }
}
