import Foundation

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// Goes through an XML text and calls a function at each start, text and end of an element.
final class XMLEvents: NSObject, XMLParserDelegate {
  /// What was met.
  enum Event {
    case start(String, [String: String])
    case text(String)
    case end(String)
  }

  private let handle: (Event) -> Void

  private init(_ handle: @escaping (Event) -> Void) { self.handle = handle }

  /// Reads a text; false when it is damaged.
  static func read(_ bytes: [UInt8], _ handle: @escaping (Event) -> Void) -> Bool {
    // As a stream: of one piece the parser takes no more than ten megabytes.
    let parser = XMLParser(stream: InputStream(data: Data(bytes)))
    let delegate = XMLEvents(handle)
    parser.delegate = delegate
    return withExtendedLifetime(delegate) { parser.parse() }
  }

  /// An element begins; a prefix of its name is left out.
  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) { handle(.start(Self.local(name), attributes)) }

  /// Text inside an element, possibly in pieces.
  func parser(_ parser: XMLParser, foundCharacters text: String) { handle(.text(text)) }

  /// An element ends.
  func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?)
  {
    handle(.end(Self.local(name)))
  }

  private static func local(_ name: String) -> String {
    name.lastIndex(of: ":").map { String(name[name.index(after: $0)...]) } ?? name
  }
}
