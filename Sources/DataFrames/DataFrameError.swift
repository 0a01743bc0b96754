/// What can be wrong with a data frame or with a file that is read as one.
public struct DataFrameError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The kind of mistake.
  public struct Code: Sendable, Hashable {
    private let name: String
    /// A kind of its own name.
    public init(_ name: String) { self.name = name }
    /// No column or row has this name.
    public static let unknownName = Code("unknownName")
    /// Two columns have the same name.
    public static let repeatedName = Code("repeatedName")
    /// Columns or labels differ in length.
    public static let lengthMismatch = Code("lengthMismatch")
    /// A row position is out of range.
    public static let positionOutOfRange = Code("positionOutOfRange")
    /// The file cannot be opened, read or written.
    public static let file = Code("file")
    /// The file has no header.
    public static let emptyFile = Code("emptyFile")
    /// A quoted field is never closed.
    public static let unterminatedQuote = Code("unterminatedQuote")
    /// A row has more fields than the header.
    public static let tooManyFields = Code("tooManyFields")
    /// Bytes that are no UTF-8 text.
    public static let invalidUTF8 = Code("invalidUTF8")
    /// Bytes that are no characters of the encoding named.
    public static let invalidText = Code("invalidText")
    /// Values of a type that an operation does not know, as texts among numbers.
    public static let wrongType = Code("wrongType")
    /// An argument that no call can mean, as a fraction above 1.
    public static let invalidArgument = Code("invalidArgument")
    /// Rows that a call needs to be unique, as the keys of a one-to-one merge.
    public static let repeatedKey = Code("repeatedKey")
  }

  /// The kind of mistake.
  public let code: Code
  /// What is wrong, and what to do about it.
  public let message: String
  /// The file, if one is read or written.
  public let path: String?
  /// The line in the file, from 1.
  public let line: Int?
  /// The column in the file, from 1: the position of the byte in the line.
  public let column: Int?

  /// An error, with its place in a file if it has one.
  public init(_ code: Code, _ message: String, path: String? = nil, line: Int? = nil, column: Int? = nil) {
    self.code = code
    self.message = message
    self.path = path
    self.line = line
    self.column = column
  }

  /// `path:line:column: message`, or `line 3, column 5: message`, as far as these are known.
  public var description: String {
    let place = [line, column].compactMap { $0 }.map(String.init)
    if let path { return ([path] + place).joined(separator: ":") + ": " + message }
    let named = zip(["line", "column"], place).map { "\($0) \($1)" }
    return named.isEmpty ? message : named.joined(separator: ", ") + ": " + message
  }
}
