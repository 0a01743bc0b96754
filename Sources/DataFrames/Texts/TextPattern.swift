import Foundation

/// A regular expression in Python's notation, or a plain text that is found as it is.
struct TextPattern {
  private let expression: NSRegularExpression
  /// The names of named groups by their number, from 1.
  let groupNames: [Int: String]
  private let isRegex: Bool

  /// - Throws: ``DataFrameError`` for a pattern that is no regular expression.
  init(_ pattern: String, isRegex: Bool, caseSensitive: Bool = true) throws(DataFrameError) {
    self.isRegex = isRegex
    // Python names groups (?P<name>…) and refers to them by (?P=name).
    let translated =
      isRegex
      ? pattern.replacingOccurrences(of: "(?P<", with: "(?<").replacingOccurrences(
        of: #"\(\?P=(\w+)\)"#, with: #"\\k<$1>"#, options: .regularExpression)
      : NSRegularExpression.escapedPattern(for: pattern)
    do {
      // The empty pattern, which NSRegularExpression refuses, is found between all characters.
      expression = try NSRegularExpression(
        pattern: translated.isEmpty ? "(?:)" : translated, options: caseSensitive ? [] : .caseInsensitive)
    } catch {
      throw DataFrameError(.invalidArgument, "\(PythonText.quoted(pattern)) is no regular expression")
    }
    groupNames = isRegex ? Self.names(translated) : [:]
  }

  /// Number of groups.
  var groupCount: Int { expression.numberOfCaptureGroups }

  /// The names of groups, counted by their opening parentheses.
  private static func names(_ pattern: String) -> [Int: String] {
    var names: [Int: String] = [:]
    var group = 0
    var isInClass = false
    var rest = Substring(pattern)
    while let character = rest.popFirst() {
      switch character {
      case "\\": _ = rest.popFirst()
      case "[": isInClass = true
      case "]": isInClass = false
      case "(" where !isInClass:
        if !rest.hasPrefix("?") {
          group += 1
        } else if rest.hasPrefix("?<"), !rest.hasPrefix("?<="), !rest.hasPrefix("?<!") {
          group += 1
          names[group] = String(rest.dropFirst(2).prefix { $0 != ">" })
        }
      default: break
      }
    }
    return names
  }

  private func range(_ text: String) -> NSRange { NSRange(text.startIndex..., in: text) }

  /// The first match, nil for none.
  func firstMatch(_ text: String) -> NSTextCheckingResult? {
    expression.firstMatch(in: text, range: range(text))
  }

  /// All matches, which do not overlap.
  func matches(_ text: String) -> [NSTextCheckingResult] { expression.matches(in: text, range: range(text)) }

  /// The text of a group of a match, nil where it took no part.
  func group(_ number: Int, of match: NSTextCheckingResult, in text: String) -> String? {
    Range(match.range(at: number), in: text).map { String(text[$0]) }
  }

  /// The text with every match replaced.
  func replacing(_ text: String, with replacement: String) -> String {
    var template = NSRegularExpression.escapedTemplate(for: replacement)
    if isRegex {
      // Python's \1, \g<1> and \g<name>; the template's own notation is $1.
      template = template.replacingOccurrences(
        of: #"\\\\(\d)|\\\\g<(\d+)>"#, with: "\\$$1$2", options: .regularExpression)
      for (number, name) in groupNames {
        template = template.replacingOccurrences(of: "\\\\g<\(name)>", with: "$\(number)")
      }
    }
    return expression.stringByReplacingMatches(in: text, range: range(text), withTemplate: template)
  }
}
