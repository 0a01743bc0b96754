extension DataFrame {
  /// Writes the frame as the only sheet of an Excel workbook (.xlsx).
  ///
  /// Dates have the form of dates, spans are days. The file appears complete or not at all: a temporary file beside it is
  /// renamed.
  /// - Parameters:
  ///   - path: the file, `….xlsx`.
  ///   - sheetName: the name of the sheet.
  ///   - naRep: what stands for a missing value; nothing unless told otherwise.
  ///   - columns: the columns to write, nil for all.
  ///   - header: whether the columns' names come first.
  ///   - index: whether each row begins with its label.
  ///   - indexLabel: the heading of the labels.
  /// - Throws: ``DataFrameError`` with the path when the file cannot be written, for unknown columns, and for names and
  ///   texts that no workbook can hold.
  ///
  /// Python: DataFrame.to_excel
  public func toExcel(
    _ path: String, sheetName: String = "Sheet1", naRep: String = "", columns: [String]? = nil,
    header: Bool = true, index: Bool = true, indexLabel: String = ""
  ) throws(DataFrameError) {
    let chosen = try columns.map { names throws(DataFrameError) in try selecting(names) } ?? self
    let writer = WorkbookWriter(naRep: naRep, header: header, index: index, indexLabel: indexLabel)
    try writer.write([(sheetName, chosen)], to: path)
  }

  /// Writes frames as the sheets of an Excel workbook (.xlsx):
  /// `DataFrame.toExcel("fits.xlsx", sheets: ["data": data, "limits": limits])`.
  ///
  /// - Parameters:
  ///   - path: the file, `….xlsx`.
  ///   - sheets: the names and the frames, in their order.
  ///   - naRep: what stands for a missing value; nothing unless told otherwise.
  ///   - header: whether the columns' names come first.
  ///   - index: whether each row begins with its label.
  /// - Throws: ``DataFrameError`` as ``toExcel(_:sheetName:naRep:columns:header:index:indexLabel:)`` does.
  ///
  /// Python: pandas.ExcelWriter
  public static func toExcel(
    _ path: String, sheets: KeyValuePairs<String, DataFrame>, naRep: String = "", header: Bool = true,
    index: Bool = true
  ) throws(DataFrameError) {
    let writer = WorkbookWriter(naRep: naRep, header: header, index: index)
    try writer.write(sheets.map { (name: $0.key, frame: $0.value) }, to: path)
  }
}
