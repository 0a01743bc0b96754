#if Spark
  import Foundation
  import GRPCCore
  import GRPCNIOTransportHTTP2Posix
  import SQLModels
  import Synchronization

  /// A session at a Spark Connect server, and the connection to it.
  @available(macOS 15, *)
  final class SparkSession: Sendable {
    private let address: SparkAddress
    private let client: GRPCClient<HTTP2ClientTransport.Posix>
    private let metadata: Metadata
    private let identifier: Mutex<String>

    /// The largest answer taken in one piece: batches have 4 MB, but a single row may be longer.
    private static let largestAnswer = 1 << 27
    /// Attempts after a connection fails, and the pauses between them: 0.05 s, then four times as long each.
    private static let attempts = 4
    private static func pause(_ failures: Int) -> Duration { .milliseconds(50 << (2 * (failures - 1))) }

    init(_ address: SparkAddress) throws {
      self.address = address
      let client: GRPCClient<HTTP2ClientTransport.Posix>
      do {
        client = GRPCClient(
          transport: try HTTP2ClientTransport.Posix(
            target: Self.target(address), transportSecurity: Self.security(address)))
      } catch {
        guard address.isEncrypted, let file = address.certificates else { throw error }
        throw SQLError(
          "\(file), which \(SparkAddress.certificatesVariable) names, holds no certificates: \(error)")
      }
      self.client = client
      var metadata = Metadata()
      for (name, value) in address.headers { metadata.addString(value, forKey: name) }
      if let token = address.token { metadata.addString("Bearer \(token)", forKey: "authorization") }
      self.metadata = metadata
      identifier = Mutex(address.session ?? Self.newIdentifier())
      Task { try await client.runConnections() }
    }

    /// Addresses of a machine are no names: nobody looks them up, and certificates hold them apart from names.
    private static func target(_ address: SparkAddress) -> any ResolvableTarget {
      var bytes = in6_addr()
      if inet_pton(AF_INET, address.host, &bytes) == 1 {
        return .ipv4(address: address.host, port: address.port)
      }
      if inet_pton(AF_INET6, address.host, &bytes) == 1 {
        return .ipv6(address: address.host, port: address.port)
      }
      return .dns(host: address.host, port: address.port)
    }

    private static func security(_ address: SparkAddress) -> HTTP2ClientTransport.Posix.TransportSecurity {
      guard address.isEncrypted else { return .plaintext }
      return .tls {
        if let file = address.certificates {
          $0.trustRoots = .certificates([.file(path: file, format: .pem)])
        }
      }
    }

    deinit { client.beginGracefulShutdown() }

    private static func newIdentifier() -> String { UUID().uuidString.lowercased() }

    private var requests: SparkRequests {
      SparkRequests(session: identifier.withLock { $0 }, user: address.user)
    }

    /// Tells the server that the session is over; the next statement begins another one.
    func end() async {
      guard address.session == nil else { return }
      await tell([("ReleaseSession", requests.releaseSession())])
      identifier.withLock { $0 = Self.newIdentifier() }
    }

    /// Names and types of a statement's columns.
    func columns(of sql: String) async throws -> [SQLColumn] {
      let request = requests.schema(of: sql)
      var failures = 0
      while true {
        do { return try SparkSchema.columns(await call("AnalyzePlan", request)) } catch let error as RPCError
        {
          failures += 1
          try await waitOrThrow(error, failures: failures)
        }
      }
    }

    /// Calls `take` with the rows of a query, a stream of Arrow at a time. An error and a cancellation end the statement
    /// before this returns: a program that ends then leaves no work behind.
    func run(query: String, _ take: ([UInt8]) throws -> Void) async throws {
      let (batches, continuation) = AsyncThrowingStream.makeStream(of: [UInt8].self)
      let task = Task {
        do {
          try await run(.query(query)) { continuation.yield($0) }
          continuation.finish()
        } catch {
          continuation.finish(throwing: error)
        }
      }
      do {
        for try await batch in batches { try take(batch) }
        try Task.checkCancellation()
      } catch {
        task.cancel()
        await task.value
        throw error
      }
    }

    /// Runs a statement that gives no rows.
    func execute(_ command: String) async throws { try await run(.command(command)) { _ in } }

    // MARK: - Running

    /// Where the answers to a statement have come to.
    private struct Progress: Sendable {
      var last: String?
      var isComplete = false
      var answers = 0
    }

    /// A stream of answers that lasted so long had a server that works on the statement: it ends streams now and then, by
    /// default after two minutes, and may have nothing to say before the statement's own end.
    private static let lasting = Duration.seconds(1)

    /// Runs a statement to its end, over as many connections as that takes.
    private func run(_ plan: SparkPlan, _ take: @escaping @Sendable ([UInt8]) -> Void) async throws {
      let requests = requests
      let operation = Self.newIdentifier()
      let progress = Shared(Progress())
      var isKnown = false
      var failures = 0
      do {
        while !progress.value.isComplete {
          let before = progress.value
          let start = ContinuousClock.now
          var hasLasted: Bool {
            progress.value.answers > before.answers || start.duration(to: .now) > Self.lasting
          }
          do {
            let (method, request) =
              isKnown
              ? ("ReattachExecute", requests.reattach(operation: operation, after: before.last))
              : ("ExecutePlan", requests.execute(plan, operation: operation))
            isKnown = true
            try await stream(method, request) { message in
              let response = try SparkResponse(message)
              progress.update {
                $0.last = response.identifier
                $0.isComplete = response.isComplete
                $0.answers += 1
              }
              if let rows = response.rows { take(rows) }
            }
            failures = hasLasted ? 0 : failures + 1
            if failures > Self.attempts { throw SQLError("Spark ended its answer too early") }
          } catch let error as RPCError {
            // The connection broke before the server knew of the statement.
            if error.message.contains("OPERATION_NOT_FOUND"), before.last == nil { isKnown = false }
            failures = hasLasted ? 1 : failures + 1
            try await waitOrThrow(error, failures: failures, isLost: !isKnown)
          }
        }
      } catch {
        // The statement runs on at the server unless it is told.
        await tell([
          ("Interrupt", requests.interrupt(operation: operation)),
          ("ReleaseExecute", requests.release(operation: operation)),
        ])
        try Task.checkCancellation()
        throw error
      }
      await tell([("ReleaseExecute", requests.release(operation: operation))])
    }

    /// Seconds in which a server hears what it is told, or is gone.
    private static let hearing = Duration.seconds(10)

    /// Tells the server something of which the answer does not matter. A cancelled task can tell nobody: another one does.
    private func tell(_ messages: [(method: String, request: [UInt8])]) async {
      await Task {
        for message in messages {
          _ = try? await call(message.method, message.request, timeout: Self.hearing)
        }
      }.value
    }

    /// Waits before another attempt.
    ///
    /// - Throws: the error, readable, where another attempt would not help.
    private func waitOrThrow(_ error: RPCError, failures: Int, isLost: Bool = false) async throws {
      try Task.checkCancellation()
      let isBroken = error.code == .unavailable
      guard isBroken || isLost, failures <= Self.attempts else {
        guard isBroken else { throw SQLError("Spark refused: \(SparkMessage.readable(error.message))") }
        let reason = SparkMessage.readable(error.cause.map { "\($0)" } ?? error.message)
        throw SQLError(
          "no Spark Connect server answers at \(address.host):\(address.port): \(reason). "
            + SparkMessage.remedy(reason, isEncrypted: address.isEncrypted))
      }
      try await Task.sleep(for: Self.pause(failures))
    }

    // MARK: - Calls

    private var options: CallOptions {
      var options = CallOptions.defaults
      options.maxResponseMessageBytes = Self.largestAnswer
      return options
    }

    private func descriptor(_ method: String) -> MethodDescriptor {
      MethodDescriptor(fullyQualifiedService: "spark.connect.SparkConnectService", method: method)
    }

    private func call(
      _ method: String, _ request: [UInt8], timeout: Duration? = nil
    ) async throws -> [UInt8] {
      var options = options
      options.timeout = timeout
      return try await client.unary(
        request: ClientRequest(message: request, metadata: metadata), descriptor: descriptor(method),
        serializer: RawBytes(), deserializer: RawBytes(), options: options
      ) { try $0.message }
    }

    private func stream(
      _ method: String, _ request: [UInt8], _ take: @escaping @Sendable ([UInt8]) throws -> Void
    ) async throws {
      try await client.serverStreaming(
        request: ClientRequest(message: request, metadata: metadata), descriptor: descriptor(method),
        serializer: RawBytes(), deserializer: RawBytes(), options: options
      ) { response in
        for try await message in response.messages { try take(message) }
      }
    }
  }

  /// A value that several tasks change.
  @available(macOS 15, *)
  private final class Shared<Value: Sendable>: Sendable {
    private let content: Mutex<Value>
    init(_ value: Value) { content = Mutex(value) }
    var value: Value { content.withLock { $0 } }
    func update(_ body: (inout Value) -> Void) { content.withLock { body(&$0) } }
  }

  /// Messages as the bytes that travel.
  @available(macOS 15, *)
  private struct RawBytes: MessageSerializer, MessageDeserializer {
    func serialize<Bytes: GRPCContiguousBytes>(_ message: [UInt8]) throws -> Bytes { Bytes(message) }
    func deserialize<Bytes: GRPCContiguousBytes>(_ bytes: Bytes) throws -> [UInt8] {
      bytes.withUnsafeBytes { Array($0) }
    }
  }
#endif
