import ArgumentParser
import StatsModels

/// How the files of a command are read; the same for all of them.
struct ReaderOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Separator of fields: one character, tab, or a name as semicolon; found out when left out. Example: --sep \";\"",
      valueName: "CHAR"))
  var sep: FieldMark?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Decimal mark. Example: --decimal ,", valueName: "CHAR"))
  var decimal = FieldMark.point

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Mark between thousands. Example: --thousands ,", valueName: "CHAR"))
  var thousands: FieldMark?

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "Further markers of missing values, between commas; may be repeated. Example: --na-values -999,.",
      valueName: "LIST"))
  var naValues: [String] = []

  @Option(
    help: ArgumentHelp(
      "Encoding of the text: utf-8, utf-16, latin-1, cp1252. Example: --encoding latin-1", valueName: "NAME"))
  var encoding = TextEncoding.utf8

  /// Whether nothing is said.
  var isPlain: Bool {
    sep == nil && decimal == .point && thousands == nil && naValues.isEmpty && encoding == .utf8
  }

  func validate() throws {
    if let sep, sep == decimal {
      throw ValidationError("--sep and --decimal are the same character, '\(decimal.scalar)'.")
    }
    if let thousands, thousands == decimal {
      throw ValidationError("--thousands and --decimal are the same character, '\(decimal.scalar)'.")
    }
  }

  /// Reads a file, `-` for standard input; what had to be assumed goes to standard error.
  ///
  /// - Parameters:
  ///   - texts: columns that are text elsewhere: the type that a column seems to have depends on all its rows.
  ///   - quiet: keeps the notes back.
  func frame(_ path: String, texts: [String] = [], quiet: Bool = false) throws -> DataFrame {
    var options = options
    for name in texts { options.types[name] = .string }
    let reading = try CSVReading(path, options: options)
    if !quiet { for note in reading.notes { Terminal.tell("note", note) } }
    return reading.frame
  }

  /// The options in the library's form.
  var options: CSVOptions {
    CSVOptions(
      separator: sep?.scalar, decimal: decimal.scalar, thousands: thousands?.scalar,
      missingMarkers: CSVOptions.defaultMissingMarkers + markers, encoding: encoding)
  }

  private var markers: [String] { naValues.flatMap { $0.split(separator: ",").map(String.init) } }
}

extension DataFrame {
  /// Names of the columns of texts.
  var textColumns: [String] { columns.filter { $0.type == .string }.map(\.name) }
}

/// One character of `--sep`, `--decimal` and `--thousands`, or its name.
struct FieldMark: ExpressibleByArgument, Equatable {
  let scalar: Unicode.Scalar

  static let point = FieldMark(scalar: ".")

  private init(scalar: Unicode.Scalar) { self.scalar = scalar }

  private static let names: [String: Unicode.Scalar] = [
    "tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "space": " ", "point": ".",
  ]

  init?(argument: String) {
    let scalars = argument.unicodeScalars
    if let named = Self.names[argument.lowercased()] {
      scalar = named
    } else if let only = scalars.first, scalars.count == 1 {
      scalar = only
    } else {
      return nil
    }
  }

  var defaultValueDescription: String { String(scalar) }
}

extension TextEncoding: ExpressibleByArgument {
  /// The encoding of a name that Python knows.
  public init?(argument: String) { self.init(pythonName: argument) }
}
