import DataFrames
import Foundation
import Testing

@Suite struct CSVOptionTests {
  @Test(
    arguments: [
      ("u;v;g\n1,5;2,5;a\n2,5;3,0;b\n", ";"), ("a\tb\n1\t2\n", "\t"), ("a|b\n1|2\n\n", "|"),
      ("a,b\n1,2\n", ","), ("a;b,c\n1;2,3\n", ","), ("a\n1\n", ","), ("a;b\n\"x;y\";2\n", ";"),
      ("a;b\n1;2\n3;4;5\n", ","), ("a;b\nr;1;2\nq;3;4\n", ";"), ("name\nx,1\ny,2\n", ","),
    ] as [(String, Unicode.Scalar)])
  func findsTheSeparator(text: String, separator: Unicode.Scalar) throws {
    let path = FileManager.default.temporaryDirectory.path + "/separated-\(UUID()).csv"
    defer { unlink(path) }
    try text.write(toFile: path, atomically: false, encoding: .utf8)
    do {
      let reading = try CSVReading(path, options: CSVOptions(separator: nil))
      #expect(reading.separator == separator)
      #expect(reading.notes.isEmpty == (separator == ","))
    } catch {
      #expect(separator == "," && error.code == .tooManyFields)
    }
  }

  @Test func readsDecimalCommasAndThousands() throws {
    let options = CSVOptions(separator: ";", decimal: ",", thousands: ".")
    let data = try DataFrame(csvText: "u;v;w;t\n1,5;2;1.234,5;1.000\n-2,5e1;3,0;;20\n", options: options)
    #expect(data["u"].doubles == [1.5, -25])
    #expect(data["v"].doubles == [2, 3])
    #expect(data["w"].values == [1234.5, nil])
    #expect(data["t"].integers == [1000, 20])
    let grouped = try DataFrame(csvText: "y\n\"27,273.0\"\n1.5\n", options: CSVOptions(thousands: ","))
    #expect(grouped["y"].doubles == [27273, 1.5])
    let digits = String(repeating: "1234567890", count: 3) + ",25"
    #expect(
      try DataFrame(csvText: "x;y\n\(digits);1\n", options: options)["x"].doubles == [
        1.23456789012345678901234567890e29
      ])
  }

  /// A marker that is a number stands for every spelling of it, in each type of column, as in pandas.
  @Test func matchesNumericMarkers() throws {
    let options = CSVOptions(missingMarkers: ["-999", "."])
    let text = "i,f,s,m\n1,-999.0,a,.\n-999,2.5,-999,1\n3,-9.99e2,-999.0,2\n"
    let data = try DataFrame(csvText: text, options: options)
    #expect(data["i"].values == [1, nil, 3])
    #expect(data["f"].values == [nil, 2.5, nil])
    #expect(data["s"].values == ["a", nil, nil])
    #expect(data["m"].values == [nil, 1, 2])
  }

  @Test(
    arguments: [
      (TextEncoding.utf8, Array("n,é\n1,ü€\n".utf8)),
      (.utf8Sig, [0xEF, 0xBB, 0xBF] + Array("n,é\n1,ü€\n".utf8)),
      (.utf16, [0xFF, 0xFE] + "n,é\n1,ü€\n".utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }),
      (.utf16, [0xFE, 0xFF] + "n,é\n1,ü€\n".utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }),
      (.utf16LE, "n,é\n1,ü€\n".utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }),
      (.utf16BE, "n,é\n1,ü€\n".utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }),
      (.cp1252, [0x6E, 0x2C, 0xE9, 10, 0x31, 0x2C, 0xFC, 0x80, 10]),
    ] as [(TextEncoding, [UInt8])])
  func readsEncodings(encoding: TextEncoding, bytes: [UInt8]) throws {
    let data = try DataFrame(csvBytes: bytes, options: CSVOptions(encoding: encoding))
    #expect(data.columnNames == ["n", "é"])
    #expect(data["é"].strings == ["ü€"])
    #expect(data["n"].integers == [1])
  }

  @Test func refusesWhatNoEncodingHolds() throws {
    let latin = try DataFrame(csvBytes: [0x61, 10, 0xE9, 0x80, 10], options: CSVOptions(encoding: .latin1))
    #expect(latin["a"].strings == ["é\u{80}"])
    for (encoding, bytes, column) in [
      (TextEncoding.cp1252, [0x61, 10, 0xE9, 0x81, 10], 2), (.utf16LE, [0x61, 0, 10, 0, 0, 0xD8, 10, 0], 1),
      (.utf16LE, [0x61, 0, 10, 0, 0x62, 0, 10], 2),
    ] as [(TextEncoding, [UInt8], Int)] {
      let error = try #require(throws: DataFrameError.self) {
        try DataFrame(csvBytes: bytes, options: CSVOptions(encoding: encoding))
      }
      #expect(error.code == .invalidText && error.line == 2 && error.column == column)
    }
    for name in ["UTF8", "utf_8_sig", "ISO-8859-1", "Windows-1252", "latin1", "utf-16"] {
      #expect(TextEncoding(pythonName: name) != nil)
    }
    #expect(TextEncoding(pythonName: "koi8-r") == nil)
  }

  @Test(
    arguments: [
      CSVOptions(separator: ",", decimal: ","), CSVOptions(separator: "é"), CSVOptions(decimal: "5"),
      CSVOptions(decimal: ".", thousands: "."), CSVOptions(separator: "\n"),
    ])
  func refusesMarks(options: CSVOptions) {
    #expect(throws: DataFrameError.self) { try DataFrame(csvText: "a,b\n1,2\n", options: options) }
  }

  @Test func takesPandasNames() throws {
    let path = FileManager.default.temporaryDirectory.path + "/pandas-\(UUID()).csv"
    defer { unlink(path) }
    try "x;g;k\n1,5;-1;a\n2;?;b\n".write(toFile: path, atomically: false, encoding: .utf8)
    let data = try DataFrame(
      csv: path, sep: ";", decimal: ",", naValues: ["?", "-1"], usecols: ["x", "g"], dtype: ["x": .string])
    #expect(data.columnNames == ["x", "g"])
    #expect(data["x"].strings == ["1,5", "2"] && data["g"].isna().all())
    let error = try #require(throws: DataFrameError.self) {
      try DataFrame(csv: path, sep: ";", dtype: ["k": .double])
    }
    #expect(error.code == .wrongType && error.description.contains("'a' in row 0"))
  }

  /// pandas takes the first column for row labels when each row ends with a separator.
  @Test func takesTrailingSeparatorsForLabels() throws {
    let data = try DataFrame(csvText: "a,b\n1,2,\n3,4,\n")
    #expect(data.rowLabels.map { $0 } == ["1", "3"])
    #expect(data["a"].integers == [2, 4] && data["b"].isna().all())
  }

  @Test(arguments: ["\u{FEFF}x", "\u{FEFF}\u{FEFF}", "a\u{FEFF}b"])
  func keepsByteOrderMarksInNames(name: String) throws {
    let data = try DataFrame(columns: [Column(name: name, [1, 2]), Column(name: "y", ["\u{FEFF}", "b"])])
    let back = try DataFrame(csvText: "\u{FEFF}" + data.csvText(index: false))
    #expect(try DataFrame(csvText: data.csvText(index: false)).columnNames == [name, "y"])
    #expect(back.columnNames == [name, "y"] && back["y"].strings == ["\u{FEFF}", "b"])
  }

  /// A sign before a whole 0 says nothing, wherever a missing value or a fraction stands in the column.
  @Test(arguments: [
    "-0\n1.#QNAN\n0\n", "1.#QNAN\n-0\n0\n", "-0\n0\n1.#QNAN\n", "1.5\n-0\n0\n", "-0\n1.5\n0\n",
  ])
  func readsNegativeZero(rows: String) throws {
    let zeros = try #require(try DataFrame(csvText: "x\n" + rows)["x"].doubles).filter { $0 == 0 }
    #expect(zeros.allSatisfy { $0.sign == .plus } && zeros.count == 2)
    #expect(try DataFrame(csvText: "x\n-0.0\n")["x"].doubles?[0].sign == .minus)
  }

  /// A text, how it is read, and what pandas makes of it: labels, then names with values.
  private static let readings: [(String, @Sendable (String) throws -> DataFrame, String)] = [
    ("junk\n\nmore\na,b\n1,2\n", { try DataFrame(csv: $0, skiprows: 3) }, "0|a 1|b 2"),
    ("junk\r\n\r\nmore\r\na,b\r\n1,2\r\n", { try DataFrame(csv: $0, skiprows: 3) }, "0|a 1|b 2"),
    ("a,b\nm,kg\n1,2\n3,4\n", { try DataFrame(csv: $0, skiprows: [1]) }, "0,1|a 1,3|b 2,4"),
    ("a,b\n\n1,2\n3,4\n", { try DataFrame(csv: $0, skiprows: [2]) }, "0|a 3|b 4"),
    ("\"x\ny\",1\na,b\n1,2\n", { try DataFrame(csv: $0, skiprows: 1) }, "0|a 1|b 2"),
    ("j\nj\na,b\n1,2\n", { try DataFrame(csv: $0, header: 1, skiprows: 1) }, "0|a 1|b 2"),
    ("a,b\n1,2\n3,4\n5,6,7\n", { try DataFrame(csv: $0, nrows: 2) }, "0,1|a 1,3|b 2,4"),
    ("a,b\n1,2\n", { try DataFrame(csv: $0, nrows: 0) }, "|a |b "),
    ("1,2\n3,4\n", { try DataFrame(csv: $0, header: nil, nrows: 1) }, "0|0 1|1 2"),
    ("id,b\nx,2\ny,4\n", { try DataFrame(csv: $0, indexCol: "id") }, "x,y|b 2,4"),
    (",b\n0,2\n1,4\n", { try DataFrame(csv: $0, indexCol: 0) }, "0,1|b 2,4"),
    ("id,b\nx,2\n", { try DataFrame(csv: $0, indexCol: -1) }, "2|id x"),
    ("id,b,c\nx,2,1\n", { try DataFrame(csv: $0, usecols: ["id", "c"], indexCol: 1) }, "1|id x"),
    ("a,b,c\n1,2,3\n", { try DataFrame(csv: $0, usecols: [0, 2]) }, "0|a 1|c 3"),
    (
      "  a   b\tc\n 1  2 3  \n\n4 \"x y\" 5\n", { try DataFrame(csv: $0, delimWhitespace: true) },
      "0,1|a 1,4|b '2',x y|c 3,5"
    ), ("a b\n1 2 3\n", { try DataFrame(csv: $0, delimWhitespace: true) }, "1|a 2|b 3"),
    ("# c\na  b\n1  2\n", { try DataFrame(csv: $0, comment: "#", delimWhitespace: true) }, "0|a 1|b 2"),
    (
      "a, b\n1, x\n2, \"y,z\"\n 3,\t w \n", { try DataFrame(csv: $0, skipinitialspace: true) },
      "0,1,2|a 1,2,3|b x,y,z,\t w "
    ),
    (
      "a,b\n1,2\n3,4,5\nx,y,z,w\n5,6\n", { try DataFrame(csv: $0, onBadLines: .skip) },
      "0,1|a 1,5|b 2,6"
    ), ("a,b\n3,4,5,6\n1,2\n3,4,5\n", { try DataFrame(csv: $0, onBadLines: .skip) }, "0|a 1|b 2"),
    ("a,b\n1,2\n", { try DataFrame(csv: $0, defaultDtype: .string) }, "0|a '1'|b '2'"),
    (
      "a,b,c\nNA,1,x\n,,y\n2,3\n", { try DataFrame(csv: $0, keepDefaultNa: false) },
      "0,1,2|a NA,,'2'|b '1',,'3'|c x,y,"
    ),
    (
      "a,b,c\nyes,True,yes\n,no,x\n", { try DataFrame(csv: $0, trueValues: ["yes"], falseValues: ["no"]) },
      "0,1|a True,-|b True,False|c yes,x"
    ),
  ]

  @Test(arguments: readings.indices)
  func readsWithOptions(index: Int) throws {
    let (text, read, expected) = Self.readings[index]
    let path = FileManager.default.temporaryDirectory.path + "/options-\(UUID()).csv"
    defer { unlink(path) }
    try text.write(toFile: path, atomically: false, encoding: .utf8)
    let data = try read(path)
    let columns = data.columns.map { column -> String in
      let values = column.values.map { value -> String in
        // Digits that are a text stand in quotes.
        if case .string(let text)? = value, Double(text) != nil { return "'\(text)'" }
        return value?.description ?? "-"
      }
      return column.name + " " + values.joined(separator: ",")
    }
    let found = ([data.rowLabels.joined(separator: ",")] + columns).joined(separator: "|")
    #expect(found == expected, "\(text)")
  }

  @Test func namesWrongOptions() throws {
    let wrong: [(CSVOptions) -> CSVOptions] = [
      {
        var options = $0; options.nrows = -1; return options
      },
      {
        var options = $0; options.indexColumn = 5; return options
      },
      {
        var options = $0; options.indexColumn = "z"; return options
      },
      {
        var options = $0; options.columnPositions = [7]; return options
      },
    ]
    for change in wrong {
      #expect(throws: DataFrameError.self) {
        try DataFrame(csvText: "a,b\n1,2\n", options: change(CSVOptions()))
      }
    }
    let path = FileManager.default.temporaryDirectory.path + "/bad-\(UUID()).csv"
    defer { unlink(path) }
    try "a,b\n1,2\n3,4,5\n".write(toFile: path, atomically: false, encoding: .utf8)
    var options = CSVOptions()
    options.onBadLines = .warn
    let reading = try CSVReading(path, options: options)
    #expect(reading.notes == ["line 3 is passed over: it has 3 fields, not 2"] && reading.frame.rowCount == 1)
  }

  @Test(arguments: ["", ".gz"])
  func appendsRows(ending: String) throws {
    let path = FileManager.default.temporaryDirectory.path + "/appended-\(UUID()).csv" + ending
    defer { unlink(path) }
    let data = try DataFrame(["a": [1, 2]])
    try data.toCsv(path, index: false, mode: .append)
    try data.toCsv(path, header: false, index: false, mode: .append)
    #expect(try DataFrame(csv: path)["a"].integers == [1, 2, 1, 2])
    try data.toCsv(path, index: false)
    #expect(try DataFrame(csv: path).rowCount == 2)
  }
}
