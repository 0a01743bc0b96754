import ArgumentParser
import Foundation
import StatsModels

/// Looks at the arguments before the parser does: of an option that takes one value and is given twice the parser
/// would silently keep the last, for a name that it does not know it suggests any other short one, and it does not see
/// that a file is both read and written.
struct OptionCheck {
  /// What the parser's own description says of an argument.
  private struct Argument: Decodable {
    struct Name: Decodable { let name: String }
    let kind: String
    let isRepeating: Bool
    let names: [Name]?
    let valueName: String?

    /// Whether the value names a file that is written.
    var writes: Bool { (names ?? []).contains { ["output", "save"].contains($0.name) } }
    /// Whether the value names a file that is read.
    var reads: Bool { !writes && ["FILE", "DATA.csv", "NEW.csv", "PART.mlx"].contains(valueName) }
  }
  private struct Description: Decodable {
    struct Command: Decodable { let arguments: [Argument]? }
    let command: Command
  }

  private let command: any ParsableCommand.Type
  private let options: [String: Argument]

  /// Nil for a command that has no arguments of its own.
  private init?(_ command: any ParsableCommand.Type) {
    self.command = command
    var text = ""
    do { _ = try command.parseAsRoot(["--experimental-dump-help"]) } catch {
      text = command.fullMessage(for: error)
    }
    guard let description = try? JSONDecoder().decode(Description.self, from: Data(text.utf8)),
      let arguments = description.command.arguments
    else { return nil }
    var options: [String: Argument] = [:]
    for argument in arguments { for name in argument.names ?? [] { options[name.name] = argument } }
    self.options = options
  }

  /// Ends the program with a usage error for an option given twice and for an unknown one.
  static func check(_ arguments: [String]) {
    let subcommands = MixedLMCommand.configuration.subcommands
    guard let name = arguments.first,
      let command = subcommands.first(where: { $0.configuration.commandName == name }),
      let finding = OptionCheck(command)?.finding(in: arguments.dropFirst())
    else { return }
    switch finding {
    case .problem(let text):
      Terminal.complain(usageError: text, of: command)
      exit(ExitCode.validationFailure.rawValue)
    case .idle(let notes): for note in notes { Terminal.complain("note: \(note)") }
    }
  }

  /// What there is to say of the arguments.
  private enum Finding {
    case problem(String)
    case idle([String])
  }

  /// Options that change nothing unless another one is given, too.
  private static let companions: [String: [(option: String, needs: String)]] = [
    "fit": [("all", "--format json")], "compare": [("seed", "--bootstrap")],
    "means": [("adjust", "--pairwise")], "predict": [("level", "--interval")],
  ]

  private func idle(_ given: [String: String]) -> [String] {
    guard given["quiet"] == nil else { return [] }
    return Self.companions[command.configuration.commandName ?? "", default: []].compactMap { option, needs in
      let words = needs.dropFirst(2).split(separator: " ").map(String.init)
      let isThere = given[words[0]].map { words.count == 1 || $0 == words[1] } ?? false
      return given[option] == nil || isThere ? nil : "--\(option) changes nothing without \(needs)"
    }
  }

  private func finding(in arguments: ArraySlice<String>) -> Finding? {
    var given: [String: String] = [:]
    var files = FileArguments()
    var rest = arguments
    while let argument = rest.popFirst(), argument != "--" {
      guard argument.hasPrefix("--") && argument.count > 2 || argument == "-o" else {
        files.read.append(argument)
        continue
      }
      let parts = argument.drop { $0 == "-" }.split(
        separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(parts[0])
      guard let option = options[name] else {
        if ["help", "version"].contains(name) || name.hasPrefix("experimental-") { return nil }
        return .problem(unknown(name, as: argument))
      }
      guard option.kind == "option" else {
        given[name] = ""
        continue
      }
      guard let value = parts.count > 1 ? String(parts[1]) : rest.popFirst() else { return nil }
      if let first = given.updateValue(value, forKey: name), !option.isRepeating {
        return .problem(Self.twice(name, first, value))
      }
      if option.writes { files.written.append((argument: argument.prefix { $0 != "=" }, file: value)) }
      if option.reads { files.read.append(value) }
    }
    files.read += rest
    return files.problem.map(Finding.problem) ?? .idle(idle(given))
  }

  /// The files that arguments name.
  private struct FileArguments {
    var read: [String] = []
    var written: [(argument: Substring, file: String)] = []

    /// What is wrong with them; nil where nothing is.
    var problem: String? {
      if read.count(where: { $0 == "-" }) > 1 { return "Standard input, -, can be read once." }
      let inputs = Set(read.compactMap(Self.place))
      for (argument, file) in written {
        if let place = Self.place(file), inputs.contains(place) {
          return "\(argument) \(file) would replace a file that is read: name another one."
        }
      }
      let outputs = written.compactMap { Self.place($0.file) }
      return Set(outputs).count < outputs.count ? "Two results go to one file: name another one." : nil
    }

    /// Where a file is or would be; nil for a standard stream and for a device.
    private static func place(_ path: String) -> String? {
      guard path != "-" else { return nil }
      guard let real = realpath(path, nil) else { return URL(fileURLWithPath: path).standardizedFileURL.path }
      defer { free(real) }
      let found = String(cString: real)
      let type = try? FileManager.default.attributesOfItem(atPath: found)[.type] as? FileAttributeType
      return type == .typeRegular ? found : nil
    }
  }

  private static func twice(_ name: String, _ first: String, _ second: String) -> String {
    let text = "--\(name) is given twice, '\(first)' and '\(second)'"
    switch name {
    case "groups":
      return "\(text): it takes one column. Several factors are bars in the formula, "
        + "\"… + (1 | \(first)) + (1 | \(second))\", or components, --vc-formula \"\(second)=0 + C(\(second))\"."
    case "re-formula": return "\(text): effects of several factors are given by --re-formula-for \"COL=F\"."
    default: return "\(text): give it once."
    }
  }

  /// What users of other programs try, and what does its work here.
  private static let counterparts = [
    "delimiter": "--sep", "delim": "--sep", "separator": "--sep", "group": "--groups",
    "random": "--re-formula",
    "re": "--re-formula", "vc": "--vc-formula", "out": "--output", "optimizer": "--method",
    "ci": "--interval and --level of predict", "alpha": "--level of predict",
    "csv": "--format", "json": "--format json", "verbose": "--timing", "na-action": "--missing",
    "newdata": "--new", "reml": "nothing: REML is the default, --ml the other",
  ]

  private func unknown(_ name: String, as argument: String) -> String {
    guard argument.hasPrefix("--") else { return "Unknown option '\(argument)'." }
    if let counterpart = Self.counterparts[name] { return "Unknown option '--\(name)'. Use \(counterpart)." }
    // Two edits turn any short name into any other.
    let near = NearestNames.of(name, among: options.keys.sorted()).filter { candidate in
      min(name.count, candidate.count) > 4 || candidate.hasPrefix(name) || name.hasPrefix(candidate)
    }
    let hint = near.isEmpty ? "" : " Did you mean \(near.map { "'--\($0)'" }.joined(separator: ", "))?"
    return "Unknown option '--\(name)'.\(hint)"
  }
}
