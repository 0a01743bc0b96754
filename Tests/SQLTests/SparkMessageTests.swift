import Foundation
import SparkSource
import StatsModels
import Testing

/// What is said to a Spark Connect server and understood of its answers; the bytes are those of PySpark 4.3.0.
struct SparkMessageTests {
  private static let session = "00112233-4455-6677-8899-aabbccddeeff"
  private static let operation = "ffeeddcc-bbaa-9988-7766-554433221100"

  /// A message, after its session, user and the like.
  private static func bytes(_ base64: String) throws -> [UInt8] {
    try Array(#require(Data(base64Encoded: base64)))
  }

  @Test func requestsAreThoseOfPySpark() throws {
    let requests = SparkRequests(session: Self.session, user: "me")
    let sql = "SELECT 1 AS ä"
    let start = "CiQwMDExMjIzMy00NDU1LTY2NzctODg5OS1hYWJiY2NkZGVlZmYSBAoCbWUa"
    let expected: [([UInt8], String)] = [
      (
        requests.execute(.query(sql), operation: Self.operation),
        "FAoSUhAKDlNFTEVDVCAxIEFTIMOkIhVTdGF0c01vZGVscyBmb3IgU3dpZnQqBAoCCAEyJGZmZWVkZGNjLWJiYWEtOTk4OC03NzY2LTU1NDQz"
          + "MzIyMTEwMA=="
      ),
      (
        requests.execute(.command("DROP TABLE ä"), operation: Self.operation),
        "ExIRKg8KDURST1AgVEFCTEUgw6QiFVN0YXRzTW9kZWxzIGZvciBTd2lmdCoECgIIATIkZmZlZWRkY2MtYmJhYS05OTg4LTc3NjYtNTU0NDMzMjIx"
          + "MTAw"
      ),
      (
        requests.reattach(operation: Self.operation, after: "r1"),
        "JGZmZWVkZGNjLWJiYWEtOTk4OC03NzY2LTU1NDQzMzIyMTEwMCIVU3RhdHNNb2RlbHMgZm9yIFN3aWZ0KgJyMQ=="
      ),
      (
        requests.release(operation: Self.operation),
        "JGZmZWVkZGNjLWJiYWEtOTk4OC03NzY2LTU1NDQzMzIyMTEwMCIVU3RhdHNNb2RlbHMgZm9yIFN3aWZ0KgA="
      ),
      (
        requests.interrupt(operation: Self.operation),
        "FVN0YXRzTW9kZWxzIGZvciBTd2lmdCADMiRmZmVlZGRjYy1iYmFhLTk5ODgtNzc2Ni01NTQ0MzMyMjExMDA="
      ),
      (requests.schema(of: sql), "FVN0YXRzTW9kZWxzIGZvciBTd2lmdCIWChQKElIQCg5TRUxFQ1QgMSBBUyDDpA=="),
      (requests.releaseSession(), "FVN0YXRzTW9kZWxzIGZvciBTd2lmdA=="),
    ]
    for (request, base64) in expected {
      // The order of a message's fields is free: they are compared as PySpark sorts them.
      #expect(try Self.sorted(request) == Self.bytes(start + base64))
    }
  }

  /// A message with its fields sorted by their numbers, all of which are below 16 here.
  private static func sorted(_ message: [UInt8]) -> [UInt8] {
    var fields: [[UInt8]] = []
    var place = 0
    while place < message.count {
      let size = message[place] & 7 == 2 ? 2 + Int(message[place + 1]) : 2
      fields.append(Array(message[place..<(place + size)]))
      place += size
    }
    return fields.sorted { $0[0] < $1[0] }.flatMap { $0 }
  }

  @Test func answersAreUnderstood() throws {
    let rows = try SparkResponse(
      Self.bytes(
        "CiQwMDExMjIzMy00NDU1LTY2NzctODg5OS1hYWJiY2NkZGVlZmYSCgisAhIDAQIDGABiJGZmZWVkZGNjLWJiYWEtOTk4OC03NzY2LTU1NDQzMzIy"
          + "MTEwMGoCcjd6JGZmZWVkZGNjLWJiYWEtOTk4OC03NzY2LTU1NDQzMzIyMTEwMA=="))
    #expect(rows.identifier == "r7" && rows.rows == [1, 2, 3] && !rows.isComplete)
    let last = try SparkResponse(
      Self.bytes("CiQwMDExMjIzMy00NDU1LTY2NzctODg5OS1hYWJiY2NkZGVlZmZqAnI4cgA="))
    #expect(last.identifier == "r8" && last.rows == nil && last.isComplete)
    let columns = try SparkSchema.columns(
      Self.bytes(
        "CiQwMDExMjIzMy00NDU1LTY2NzctODg5OS1hYWJiY2NkZGVlZmYSnAEKmQGqAZUBCgkKAWISAhoAGAEKCQoBeRICIgAYAQoJCgFpEgIyABgBCgkK"
          + "AWwSAjoAGAEKCQoBZhICQgAYAQoJCgFkEgJKABgBCg0KAW0SBlIECAIQCRgBCg0KAXcSBlIECAAQFBgBCgkKAXQSAloAGAEKCwoBdhIEagIICRgB"
          + "CgsKA2RheRICcgAYAQoOCgFhEgeiAQQKAkoAGAE="))
    #expect(columns.map(\.name) == ["b", "y", "i", "l", "f", "d", "m", "w", "t", "v", "day", "a"])
    #expect(
      columns.map(\.kind) == [
        .boolean, .integer, .integer, .integer, .double, .double, .double, .integer, .text, .text, .other,
        .other,
      ])
    // Texts by default, in lower case, and byte by byte.
    let texts = try SparkSchema.columns(
      Self.bytes(
        "EjkKN6oBNAoHCgFzEgJaAAoTCgFjEg5aDBIKVVRGOF9MQ0FTRQoUCgFiEg9aDRILVVRGOF9CSU5BUlk="))
    #expect(texts.map(\.isCollated) == [false, true, false] && texts.map(\.name) == ["s", "c", "b"])
    for broken: [UInt8] in [[0x0A], [0x0A, 5, 1], [0xFF, 0xFF], [0x0B], [0x12, 2, 0x12, 9]] {
      #expect(throws: SQLError.self) { try SparkResponse(broken) }
    }
    #expect(throws: SQLError.self) { try SparkSchema.columns([]) }
  }

  @Test func errorsHaveNoPlansAndStacks() {
    let long = """
      [UNRESOLVED_COLUMN.WITH_SUGGESTION] A column, variable, or function parameter with name `z` cannot be resolved. \
      Did you mean one of the following? [`x`, `y`]. SQLSTATE: 42703; line 1 pos 7;
      'Project ['z]
      +- SubqueryAlias t
      """
    #expect(SparkMessage.readable(long).hasSuffix("[`x`, `y`]. SQLSTATE: 42703"))
    #expect(SparkMessage.readable("Job aborted\n\tat org.apache.spark.X(X.scala:1)") == "Job aborted")
    #expect(!SparkMessage.readable("").isEmpty)
  }

  @Test(arguments: [
    ("sc://localhost", "localhost", 15002, false), ("sc://host:443/;use_ssl=true", "host", 443, true),
    ("sc://[::1]:7", "::1", 7, false), ("sc://[::1]", "::1", 15002, false), ("sc://h/", "h", 15002, false),
    ("sc://h:1/;USE_SSL=False;", "h", 1, false),
  ])
  func addresses(_ remote: String, host: String, port: Int, isEncrypted: Bool) throws {
    let address = try SparkAddress(remote, environment: ["USER": "me"])
    #expect(address.host == host && address.port == port && address.isEncrypted == isEncrypted)
    #expect(address.user == "me" && address.session == nil && address.token == nil && address.headers.isEmpty)
  }

  @Test func optionsAreHeadersUnlessKnown() throws {
    let address = try SparkAddress(
      "sc://h/;user_id=a%20b;session_id=\(Self.session);x-databricks-cluster-id=1-2=3;user_agent=z",
      environment: [:])
    #expect(address.user == "a b" && address.session == Self.session)
    #expect(address.headers == ["x-databricks-cluster-id": "1-2=3"])
  }

  @Test func certificatesComeFromTheEnvironment() throws {
    #expect(try SparkAddress("sc://h/;use_ssl=true", environment: [:]).certificates == nil)
    #expect(
      try SparkAddress("sc://h", environment: [SparkAddress.certificatesVariable: "/a.pem"]).certificates
        == "/a.pem")
    #expect(SparkMessage.remedy("CERTIFICATE_VERIFY_FAILED", isEncrypted: true).contains("ROOTS_FILE_PATH"))
    #expect(SparkMessage.remedy("failedToValidateHostname", isEncrypted: true).contains("another name"))
    #expect(SparkMessage.remedy("WRONG_VERSION_NUMBER", isEncrypted: true).contains("no TLS"))
    #expect(SparkMessage.remedy("refused", isEncrypted: false).contains("start-connect-server"))
  }

  @Test func secretsComeFromTheEnvironment() throws {
    let environment = [SparkAddress.tokenVariable: "s3cret"]
    #expect(try SparkAddress("sc://h/;use_ssl=true", environment: environment).token == "s3cret")
    #expect(try SparkAddress("sc://127.0.0.1", environment: environment).token == "s3cret")
    // Unencrypted to another machine.
    #expect(throws: SQLError.self) { try SparkAddress("sc://h", environment: environment) }
    for remote in [
      "sc://h/;token=s3cret", "sc://h/;use_ssl=true;Token=s3cret", "sc://h/;x-password=s3cret",
      "sc://me:s3cret@h", "sc://h/;authorization=s3cret",
    ] {
      let error = #expect(throws: SQLError.self, "\(remote)") { try SparkAddress(remote, environment: [:]) }
      #expect(error?.message.contains("s3cret") == false)
    }
  }

  @Test(arguments: [
    "", "h:1", "sc:/h", "sc://", "sc://:1", "sc://h:0", "sc://h:x", "sc://h:99999", "sc://h/path",
    "sc://h/;x",
    "sc://h/;=1", "sc://h/;use_ssl=maybe", "sc://h/;a=%zz", "sc://h;use_ssl=true",
  ])
  func whatIsNoAddressIsRefused(_ remote: String) {
    #expect(throws: SQLError.self) { try SparkAddress(remote, environment: [:]) }
  }
}
