import SQLModels

/// Where a Spark Connect server is: `sc://host:port/;use_ssl=true;user_id=me;x-header=value`.
package struct SparkAddress: Sendable, Hashable {
  /// The port of servers that do not say theirs.
  private static let defaultPort = 15002
  /// The variable in which Spark's own clients look for a token.
  package static let tokenVariable = "SPARK_CONNECT_AUTHENTICATE_TOKEN"
  /// The variable in which gRPC's clients look for a file of certificates.
  package static let certificatesVariable = "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH"

  package let host: String
  package let port: Int
  package let isEncrypted: Bool
  package private(set) var user: String
  /// A session of the server's that others use too; nil for one of its own.
  package private(set) var session: String?
  /// What is sent with each call beside it.
  package private(set) var headers: [String: String] = [:]
  package let token: String?
  /// File of the certificates of those who may vouch for the server; nil for the system's.
  package let certificates: String?

  /// - Parameter environment: variables of the process: the token, the certificates and the user's name.
  /// - Throws: `SQLError` for what is no address, and for secrets in it.
  package init(_ remote: String, environment: [String: String]) throws(SQLError) {
    let scheme = "sc://"
    guard remote.hasPrefix(scheme) else {
      throw SQLError("a Spark Connect server is named by sc://HOST:PORT, and '\(Self.shown(remote))' is not")
    }
    let parts = remote.dropFirst(scheme.count).split(
      separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    (host, port) = try Self.place(String(parts[0]))
    user = environment["USER"] ?? ""
    var isEncrypted = false
    let options = parts.count > 1 ? parts[1] : ""
    guard options.isEmpty || options.hasPrefix(";") else {
      throw SQLError("options of sc://\(parts[0]) stand after '/;', as in sc://\(parts[0])/;use_ssl=true")
    }
    for option in options.split(separator: ";") {
      let sides = option.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(
        String.init)
      guard sides.count == 2, !sides[0].isEmpty, let value = sides[1].removingPercentEscapes else {
        throw SQLError("the option '\(sides[0])' of sc://\(parts[0]) is not of the form name=value")
      }
      let name = sides[0].lowercased()
      if ["token", "password", "secret", "authorization", "cookie"].contains(where: name.contains) {
        throw SQLError(
          "sc://\(parts[0]) holds a secret (\(sides[0])), which others can see: set the variable \(Self.tokenVariable)"
        )
      }
      switch name {
      case "use_ssl":
        guard let truth = Bool(value.lowercased()) else {
          throw SQLError("use_ssl is true or false, not '\(value)'")
        }
        isEncrypted = truth
      case "user_id": user = value
      case "session_id": session = value
      case "user_agent": break
      default: headers[name] = value
      }
    }
    self.isEncrypted = isEncrypted
    token = environment[Self.tokenVariable].flatMap { $0.isEmpty ? nil : $0 }
    certificates = environment[Self.certificatesVariable].flatMap { $0.isEmpty ? nil : $0 }
    let isLocal = ["localhost", "127.0.0.1", "::1"].contains(host)
    guard token == nil || isEncrypted || isLocal else {
      throw SQLError(
        "the token of \(Self.tokenVariable) would be sent unencrypted to \(host): add /;use_ssl=true, or unset it"
      )
    }
  }

  private static func place(_ text: String) throws(SQLError) -> (host: String, port: Int) {
    guard !text.contains("@") else {
      throw SQLError(
        "sc:// holds a name or password before '@', which others can see: set the variable \(tokenVariable)")
    }
    var host = text
    var port = defaultPort
    // The last colon begins the port, unless it is one of an address of version 6.
    if let colon = text.lastIndex(of: ":"), !text[colon...].contains("]") {
      host = String(text[..<colon])
      guard let number = UInt16(text[text.index(after: colon)...]), number > 0 else {
        throw SQLError("the port of sc://\(shown(text)) is no number from 1 to 65535")
      }
      port = Int(number)
    }
    if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
    guard !host.isEmpty, !host.contains(";") else {
      throw SQLError("sc://\(shown(text)) names no host: write sc://HOST:PORT")
    }
    return (host, port)
  }

  /// An address up to where secrets may begin.
  private static func shown(_ text: String) -> String {
    String(text.prefix { $0 != ";" && $0 != "@" && $0 != "?" })
  }
}

extension String {
  /// The text with %20 and the like replaced; nil where that is no text.
  fileprivate var removingPercentEscapes: String? {
    guard contains("%") else { return self }
    var bytes: [UInt8] = []
    var rest = utf8[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard rest.count >= 2, let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      else {
        return nil
      }
      bytes.append(code)
      rest = rest.dropFirst(2)
    }
    return String(validating: bytes, as: UTF8.self)
  }
}
