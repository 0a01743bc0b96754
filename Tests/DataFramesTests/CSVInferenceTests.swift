import DataFrames
import Testing

/// What pandas 3.1.1 `read_csv` makes of small texts, and where this reader departs from it.
@Suite struct CSVInferenceTests {
  /// `name: type [values]` for each column, then the row labels if they are not the default.
  private func outline(_ text: String) throws -> String {
    let data = try DataFrame(csvText: text)
    let columns = data.columns.map { column in
      let values = column.values.map { $0?.debugDescription ?? "NA" }.joined(separator: ", ")
      return "\(column.name): \(column.type.pandasName) [\(values)]"
    }
    let labels = data.rowLabels.areDefault ? "" : " @ " + data.rowLabels.joined(separator: ", ")
    return columns.joined(separator: "; ") + labels
  }

  @Test(arguments: sameAsPandas)
  func infersAsPandas(text: String, expected: String) throws {
    #expect(try outline(text) == expected)
  }

  @Test(arguments: unlikePandas)
  func departsFromPandas(text: String, expected: String) throws {
    #expect(try outline(text) == expected)
  }

  /// Texts and what `pandas.read_csv(io.BytesIO(text), low_memory=False)` returns.
  private static let sameAsPandas: [(String, String)] = [
    ("x\n 1\n2 \n", "x: int64 [1, 2]"),
    ("x\n\t1\n2\n", "x: int64 [1, 2]"),
    ("x\n 1.5\n2.5 \n", "x: float64 [1.5, 2.5]"),
    ("x\n NA\n1\n", "x: str [' NA', '1']"),
    ("x\n True\nFalse\n", "x: str [' True', 'False']"),
    ("x,y\n ,1\n2,3\n", "x: str [' ', '2']; y: int64 [1, 3]"),
    ("x\n\"1\"\n\"2\"\n", "x: int64 [1, 2]"),
    ("x\n007\n008\n", "x: int64 [7, 8]"),
    ("x\n+5\n-3\n", "x: int64 [5, -3]"),
    ("x\n1e5\n1\n", "x: float64 [100000.0, 1.0]"),
    ("x\n1E+5\n1\n", "x: float64 [100000.0, 1.0]"),
    ("x\n.5\n5.\n", "x: float64 [0.5, 5.0]"),
    ("x\n1e\n2\n", "x: str ['1e', '2']"),
    ("x\n-\n2\n", "x: str ['-', '2']"),
    ("x\n.\n2\n", "x: str ['.', '2']"),
    ("x\n1e+\n2\n", "x: str ['1e+', '2']"),
    ("x\n1e400\n-1e400\n", "x: float64 [inf, -inf]"),
    ("x\n1e-400\n1\n", "x: float64 [0.0, 1.0]"),
    (
      "x\ninf\n-inf\n+inf\nInf\nINF\nInfinity\n-Infinity\n+infinity\ninfinity\n",
      "x: float64 [inf, -inf, inf, inf, inf, inf, -inf, inf, inf]"
    ),
    ("x\ninfi\n1\n", "x: str ['infi', '1']"),
    ("x\nNAN\n1\n", "x: str ['NAN', '1']"),
    ("x\nNan\n1\n", "x: str ['Nan', '1']"),
    ("x\n+nan\n1\n", "x: str ['+nan', '1']"),
    ("x\n0x10\n1\n", "x: str ['0x10', '1']"),
    ("x\n1_000\n1\n", "x: str ['1_000', '1']"),
    ("x\n\"1,000\"\n1\n", "x: str ['1,000', '1']"),
    ("x\n--5\n1\n", "x: str ['--5', '1']"),
    ("x\n+-5\n1\n", "x: str ['+-5', '1']"),
    ("x\n1.2.3\n1\n", "x: str ['1.2.3', '1']"),
    ("x\n1 2\n1\n", "x: str ['1 2', '1']"),
    ("x\n- 5\n1\n", "x: str ['- 5', '1']"),
    ("x\n1 e5\n1\n", "x: str ['1 e5', '1']"),
    ("x\n1e 5\n1\n", "x: str ['1e 5', '1']"),
    ("x\ne5\n1\n", "x: str ['e5', '1']"),
    ("x\n1d5\n1\n", "x: str ['1d5', '1']"),
    ("x\n1.5f\n1\n", "x: str ['1.5f', '1']"),
    ("x\n18446744073709551615\n-1\n", "x: str ['18446744073709551615', '-1']"),
    (
      "x\n9223372036854775807\n-9223372036854775808\n", "x: int64 [9223372036854775807, -9223372036854775808]"
    ),
    ("x,y\n9007199254740993,1\n,2\n", "x: float64 [9007199254740992.0, NA]; y: int64 [1, 2]"),
    ("x\n18446744073709551616\n1.5\n", "x: str ['18446744073709551616', '1.5']"),
    ("x\n9223372036854775807\n1.5\n", "x: float64 [9.223372036854776e+18, 1.5]"),
    ("x\nTrue\nFALSE\ntrue\nfalse\nTRUE\nFalse\n", "x: bool [True, False, True, False, True, False]"),
    ("x\nTrue\n0\n", "x: str ['True', '0']"),
    ("x\ntRUE\nFalse\n", "x: bool [True, False]"),
    ("x\nT\nF\n", "x: str ['T', 'F']"),
    ("x\nyes\nno\n", "x: str ['yes', 'no']"),
    ("x\n\"True\"\n\"False\"\n", "x: bool [True, False]"),
    ("x,y\n,1\nNA,2\n", "x: float64 [NA, NA]; y: int64 [1, 2]"),
    ("x,y\n1,1\n,2\n", "x: float64 [1.0, NA]; y: int64 [1, 2]"),
    ("x,y\na,1\nNA,2\n,3\n", "x: str ['a', NA, NA]; y: int64 [1, 2, 3]"),
    ("x,y\n\"NA\",1\n\"\",2\na,3\n", "x: str [NA, NA, 'a']; y: int64 [1, 2, 3]"),
    ("x\n1\na\n2.5\n", "x: str ['1', 'a', '2.5']"),
    ("x,y\n1,1\na,1\n,1\nNA,1\n 2,1\n", "x: str ['1', 'a', NA, NA, ' 2']; y: int64 [1, 1, 1, 1, 1]"),
    (
      "x\nNone\nnull\nNULL\n#N/A\n<NA>\n-nan\n-NaN\n#NA\n1.#IND\n-1.#IND\n1.#QNAN\n-1.#QNAN\n#N/A N/A\nN/A\nn/a\nnan\nNaN\n",
      "x: float64 [NA, NA, NA, NA, NA, NA, NA, NA, NA, NA, NA, NA, NA, NA, NA, NA, NA]"
    ),
    ("x\nnone\n1\n", "x: str ['none', '1']"),
    ("x\nna\n1\n", "x: str ['na', '1']"),
    ("x\nNa\n1\n", "x: str ['Na', '1']"),
    ("x,x,x.1,x\n1,2,3,4\n", "x: int64 [1]; x.2: int64 [2]; x.1: int64 [3]; x.3: int64 [4]"),
    ("x.1,x,x\n1,2,3\n", "x.1: int64 [1]; x: int64 [2]; x.2: int64 [3]"),
    (",a,\n1,2,3\n", "Unnamed: 0: int64 [1]; a: int64 [2]; Unnamed: 2: int64 [3]"),
    (",,Unnamed: 0\n1,2,3\n", "Unnamed: 0.1: int64 [1]; Unnamed: 1: int64 [2]; Unnamed: 0: int64 [3]"),
    (",,\n1,2,3\n", "Unnamed: 0: int64 [1]; Unnamed: 1: int64 [2]; Unnamed: 2: int64 [3]"),
    (" a , b\n1,2\n", " a : int64 [1];  b: int64 [2]"),
    ("a.b,c d\n1,2\n", "a.b: int64 [1]; c d: int64 [2]"),
    ("NA,nan\n1,2\n", "NA: int64 [1]; nan: int64 [2]"),
    ("1,2.0\n3,4\n", "1: int64 [3]; 2.0: int64 [4]"),
    ("a,b,c\n1,2\n3,4,5\n", "a: int64 [1, 3]; b: int64 [2, 4]; c: float64 [NA, 5.0]"),
    ("a,b\n1,2,3\n4,5,6\n", "a: int64 [2, 5]; b: int64 [3, 6] @ 1, 4"),
    ("a,b,\n1,2,\n3,4,\n", "a: int64 [1, 3]; b: int64 [2, 4]; Unnamed: 2: float64 [NA, NA]"),
    ("a,b,\n1,2\n3,4\n", "a: int64 [1, 3]; b: int64 [2, 4]; Unnamed: 2: float64 [NA, NA]"),
    ("a,b\nr1,2,3\nr2,5,6\n", "a: int64 [2, 5]; b: int64 [3, 6] @ r1, r2"),
    ("a,b\n1,2,\n3,4,5\n", "a: int64 [2, 4]; b: float64 [NA, 5.0] @ 1, 3"),
    ("a\n1\n\n2\n", "a: int64 [1, 2]"),
    ("a,b\n1,2\n  \n3,4\n\t\n", "a: int64 [1, 3]; b: int64 [2, 4]"),
    ("a\n1\n\"\"\n2\n", "a: float64 [1.0, NA, 2.0]"),
    ("a,b\n,\n1,2\n", "a: float64 [NA, 1.0]; b: float64 [NA, 2.0]"),
    ("a,b\r\n1,2\r\n3,4\r\n", "a: int64 [1, 3]; b: int64 [2, 4]"),
    ("a,b\r1,2\r3,4\r", "a: int64 [1, 3]; b: int64 [2, 4]"),
    ("a,b\r\r1,2\r\r\n3,4\n", "a: int64 [1, 3]; b: int64 [2, 4]"),
    ("\u{FEFF}a,b\n1,2\n", "a: int64 [1]; b: int64 [2]"),
    ("\u{FEFF}\"a\",b\n1,2\n", "a: int64 [1]; b: int64 [2]"),
    (
      "a,b\n\"x, y\",\"he said \"\"hi\"\"\"\n\"line1\nline2\",z\n",
      "a: str ['x, y', 'line1\\nline2']; b: str ['he said \"hi\"', 'z']"
    ),
    (
      "a,b\nx\"y,2\n\"x\"y,3\n\"p\"\"q\"r\"s\",4\n", "a: str ['x\"y', 'xy', 'p\"qr\"s\"']; b: int64 [2, 3, 4]"
    ),
    ("a,b\n \"x\",2\n", "a: str [' \"x\"']; b: int64 [2]"),
    ("a,b\n\"x\" ,2\n", "a: str ['x ']; b: int64 [2]"),
    ("a,b\n\"x\r\ny\",2\n", "a: str ['x\\r\\ny']; b: int64 [2]"),
    ("a,b\nx\0y,2\n1\0,3\n", "a: str ['x\\x00y', '1\\x00']; b: int64 [2, 3]"),
    ("a,b\n1,2", "a: int64 [1]; b: int64 [2]"),
    ("a,b\n1,", "a: int64 [1]; b: float64 [NA]"),
    ("\n\na,b\n1,2\n", "a: int64 [1]; b: int64 [2]"),
    ("\n  \na,b\n1,2\n", "a: int64 [1]; b: int64 [2]"),
    ("a\n\" 1\"\n2\n", "a: int64 [1, 2]"),
    ("a,b\r\"x\",2\r", "a: str ['x']; b: int64 [2]"),
    ("\"a,b\",\"c\nd\"\n1,2\n", "a,b: int64 [1]; c\nd: int64 [2]"),
    ("x\n1\n2.0\n", "x: float64 [1.0, 2.0]"),
    ("x\n-0\n0\n", "x: int64 [0, 0]"),
    ("x\n-0.0\n0\n", "x: float64 [-0.0, 0.0]"),
    ("x\n\u{B}1\n2\n", "x: int64 [1, 2]"),
    ("x\n#1\n2\n", "x: str ['#1', '2']"),
    ("x\n\u{A0}1\n2\n", "x: str ['\\xa01', '2']"),
    ("x\n5%\n2\n", "x: str ['5%', '2']"),
    ("x\n2020-01-01\n2020-01-02\n", "x: str ['2020-01-01', '2020-01-02']"),
    ("a,b\n\"x\\\"y\",2\n", "a: str ['x\\\\y\"']; b: int64 [2]"),
    ("a;b\n1;2\n", "a;b: str ['1;2']"),
  ]

  private static let unlikePandas: [(String, String)] = [
    // pandas: object column of True, nan, False.
    ("x,y\nTrue,1\n,2\nFalse,3\n", "x: bool [True, NA, False]; y: int64 [1, 2, 3]"),
    // pandas: uint64, Python integers, or texts by turns; identifiers must not lose digits in a double.
    ("x\n18446744073709551615\n1\n", "x: str ['18446744073709551615', '1']"),
    ("x\n9223372036854775808\n1\n", "x: float64 [9.223372036854776e+18, 1.0]"),
    ("x\n18446744073709551616\n1\n", "x: str ['18446744073709551616', '1']"),
    ("x\n-9223372036854775809\n1\n", "x: str ['-9223372036854775809', '1']"),
    ("x,y\n18446744073709551615,1\n,1\n", "x: str ['18446744073709551615', NA]; y: int64 [1, 1]"),
    // pandas: object columns without rows.
    ("a,b", "a: str []; b: str []"),
    ("a,b\r\n", "a: str []; b: str []"),
  ]
}
