import DataFrames
import Foundation
import Testing

@Suite struct CSVErrorTests {
  @Test(
    arguments: [
      ("", DataFrameError.Code.emptyFile, nil, nil),
      ("\n \n", .emptyFile, nil, nil),
      ("a,b\n1,2\n4,5,6\n", .tooManyFields, 3, 5),
      ("a,b\n\"x\ny\",2\n\n4,5,6,7\n", .tooManyFields, 5, 5),
      ("a,b\r1,2\r4,é,6\r", .tooManyFields, 3, 5),
      ("a,b\n1,2,3,4\n", .tooManyFields, 2, 5),
      // One field more than the header in some rows only is no row label.
      ("a,b\n1,2,3\n4,5\n", .tooManyFields, 2, 5),
      ("a,b\n\"x,2\n3,4\n", .unterminatedQuote, 2, 1),
      ("a,\"b\n1,2\n", .unterminatedQuote, 1, 3),
      ("a,b\n1,2\n1,\"x\"\"\n", .unterminatedQuote, 3, 3),
    ] as [(String, DataFrameError.Code, Int?, Int?)])
  func namesThePlace(text: String, code: DataFrameError.Code, line: Int?, column: Int?) throws {
    let error = try #require(throws: DataFrameError.self) { try DataFrame(csvText: text) }
    #expect(error.code == code)
    #expect(error.line == line)
    #expect(error.column == column)
  }

  @Test(
    arguments: [
      ([0xFF], 1), ([0x41, 0xC3], 2), ([0x41, 0xC3, 0x28], 2), ([0xED, 0xA0, 0x80], 1), ([0xC0, 0x80], 1),
      ([0xF4, 0x90, 0x80, 0x80], 1), ([0xE2, 0x82], 1),
    ] as [([UInt8], Int)])
  func refusesWhatIsNotUTF8(bytes: [UInt8], column: Int) throws {
    for (text, line) in [("", 1), ("a,b\n1,2\n", 3), ("a\n1\n", 3)] {
      let error = try #require(throws: DataFrameError.self) {
        try DataFrame(csvBytes: Array(text.utf8) + bytes + Array("\n".utf8))
      }
      #expect(error.code == .invalidUTF8)
      #expect(error.line == line)
      #expect(error.column == column)
    }
  }

  @Test func namesTheFile() throws {
    let folder = FileManager.default.temporaryDirectory.path
    for (path, words) in [
      (folder, "directory"), (folder + "/no such.csv", "No such file"), ("a\0b", "zero byte"),
    ] {
      let error = try #require(throws: DataFrameError.self) { try DataFrame(csv: path) }
      #expect(error.code == .file)
      #expect(error.path != nil)
      #expect(error.description.contains(words))
    }
  }

  @Test(
    arguments: [
      ([0x1F, 0x8B, 8, 0], "ends before its data"), ([0x50, 0x4B, 3, 4, 20, 0], "spreadsheet"),
      (Array("PAR1".utf8) + [0x15, 0], "Parquet"), ([0x28, 0xB5, 0x2F, 0xFD], "zstd"),
      (Array("u;v;g\n1,5;2,5;a\n".utf8), "';'"), (Array("u\tv\n1\t2,5,1\n".utf8), "tabs"),
      ([0xFF, 0xFE, 0x61, 0], "utf-16"), (Array("a\n".utf8) + [0xE9, 10], "latin-1"),
    ] as [([UInt8], String)])
  func namesTheRemedy(bytes: [UInt8], words: String) throws {
    let error = try #require(throws: DataFrameError.self) { try DataFrame(csvBytes: bytes) }
    #expect(error.description.contains(words), "\(error)")
  }

  /// A file that shrinks or grows while it is read is an error or a frame, never the end of the process.
  @Test func survivesFilesThatChange() throws {
    let path = FileManager.default.temporaryDirectory.path + "/changes-\(UUID()).csv"
    defer { unlink(path) }
    let text = "a,b\n" + String(repeating: "12345,abcdefgh\n", count: 400_000)
    for round in 0..<6 {
      try text.write(toFile: path, atomically: false, encoding: .utf8)
      let cutter = Thread {
        usleep(UInt32(round) * 300)
        truncate(path, round % 2 == 0 ? 1000 : 9_000_000)
      }
      cutter.start()
      do { #expect(try DataFrame(csv: path).columnCount == 2) } catch {
        #expect(error.code == .file)
      }
      while !cutter.isFinished { usleep(100) }
    }
  }

  @Test func suggestsColumnsToKeep() throws {
    var options = CSVOptions()
    options.columns = ["wieght"]
    let error = try #require(throws: DataFrameError.self) {
      try DataFrame(csvText: "weight,time\n1,2\n", options: options)
    }
    #expect(error.code == .unknownName)
    #expect(error.description.contains("'weight'"))
  }
}
