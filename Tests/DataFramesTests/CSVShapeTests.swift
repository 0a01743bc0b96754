import DataFrames
import Foundation
import Testing

/// Headers, comments, compression and dates of text files.
@Suite struct CSVShapeTests {
  private func read(_ text: String, _ change: (inout CSVOptions) -> Void) throws -> DataFrame {
    var options = CSVOptions()
    change(&options)
    return try DataFrame(csvText: text, options: options)
  }

  @Test func readsHeaders() throws {
    let bare = try read("1,a\n2,b\n") { $0.header = nil }
    #expect(bare.columnNames == ["0", "1"] && bare["0"].integers == [1, 2])
    let named = try read("\n1,a\n2,b\n") { ($0.header, $0.names) = (nil, ["x", "g"]) }
    #expect(named.columnNames == ["x", "g"] && named["g"].strings == ["a", "b"])
    #expect(try read("p,q\n1,2\n") { $0.names = ["x", "y"] }["y"].integers == [2])
    let later = try read("report of \"May\"\n\n,\nx,y\n1,2\n") { $0.header = 2 }
    #expect(later.columnNames == ["x", "y"] && later.rowCount == 1)
    #expect(throws: DataFrameError.self) { try read("") { $0.header = nil } }
    #expect(throws: DataFrameError.self) { try read("a\n") { $0.header = -1 } }
  }

  @Test func passesOverComments() throws {
    let data = try read("# made by hand\nx,g # names\n1,\"a#b\"\n# 2,c\n3,d#e\r\n") { $0.comment = "#" }
    #expect(data["x"].integers == [1, 3] && data["g "].strings == ["a#b", "d"])
    #expect(throws: DataFrameError.self) { try read("a") { $0.comment = "," } }
  }

  @Test func readsDates() throws {
    let data = try read("d,e\n2020-01-30,soon\n,later\n") { $0.parseDates = ["d", "e"] }
    #expect(data["d"].type == .datetime && data["e"].type == .string && data["d"][1] == nil)
    #expect(throws: DataFrameError.self) { try read("d\n") { $0.parseDates = ["D"] } }
  }

  // printf 'x,g\n1,a\n2,b\n' | gzip -9n | base64
  private static let compressed = "H4sIAAAAAAACA6vQSecy1EnkMtJJ4gIAIhIJZwwAAAA="

  @Test func decompresses() throws {
    let bytes = try [UInt8](#require(Data(base64Encoded: Self.compressed)))
    let data = try DataFrame(csvBytes: bytes)
    #expect(data["x"].integers == [1, 2] && data["g"].strings == ["a", "b"])
    #expect(try DataFrame(csvBytes: bytes + bytes)["g"].strings == ["a", "b", "g", "a", "b"])
    for damaged in [Array(bytes.dropLast(9)), bytes[..<12] + [0xFF, 0xFF] + bytes[14...]] {
      #expect(throws: DataFrameError.self) { try DataFrame(csvBytes: damaged) }
    }
    var options = CSVOptions()
    options.compression = .none
    #expect(throws: DataFrameError.self) { try DataFrame(csvBytes: bytes, options: options) }
  }
}
