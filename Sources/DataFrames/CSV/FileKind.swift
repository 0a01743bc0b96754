/// Files that are no text, told by their first bytes.
enum FileKind {
  /// First bytes, what they mean and what to do.
  private static let signatures: [(bytes: [UInt8], meaning: String)] = [
    ([0x1F, 0x8B], "the file is compressed by gzip: decompress it first, as 'gunzip' does"),
    ([0x42, 0x5A, 0x68], "the file is compressed by bzip2: decompress it first, as 'bunzip2' does"),
    ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], "the file is compressed by xz: decompress it first, as 'unxz' does"),
    ([0x28, 0xB5, 0x2F, 0xFD], "the file is compressed by zstd: decompress it first, as 'unzstd' does"),
    (
      [0x50, 0x4B, 3, 4],
      "the file is a zip archive or a spreadsheet: DataFrame(excel:) reads .xlsx, save others as CSV text"
    ),
    ([0xD0, 0xCF, 0x11, 0xE0], "the file is an old spreadsheet or document: save it as CSV text"),
    ([0x50, 0x41, 0x52, 0x31], "the file is a Parquet file: save it as CSV text"),
  ]

  /// Throws for a file that is known to be no text.
  static func checkText(_ bytes: UnsafeRawBufferPointer, path: String?) throws(DataFrameError) {
    for (signature, meaning) in signatures where bytes.starts(with: signature) {
      // The printable signatures could begin a text; a binary file has a zero byte soon.
      let isPrintable = signature.allSatisfy { $0 > 31 && $0 < 127 }
      if isPrintable, !bytes.prefix(64).contains(0) { continue }
      throw DataFrameError(.file, meaning, path: path)
    }
  }
}
