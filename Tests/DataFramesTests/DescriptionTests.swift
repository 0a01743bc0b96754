import DataFrames
import Testing

/// Texts as pandas 3.1.1 prints them.
@Suite struct DescriptionTests {
  @Test func printsAFrame() throws {
    let data = try DataFrame([
      "x": [1.5, nil, -2.25], "group": ["a", "bb", nil], "n": [1, 20, 300], "b": [true, false, true],
    ])
    #expect(
      data.description == """
              x group    n      b
        0  1.50     a    1   True
        1   NaN    bb   20  False
        2 -2.25   NaN  300   True
        """)
    #expect(
      data["x"].description == """
        0    1.50
        1     NaN
        2   -2.25
        Name: x, dtype: float64
        """)
    #expect(
      data["n"].description == """
        0      1
        1     20
        2    300
        Name: n, dtype: int64
        """)
    #expect(
      data.describe().description == """
                     x           n
        count  2.00000    3.000000
        mean  -0.37500  107.000000
        std    2.65165  167.412664
        min   -2.25000    1.000000
        25%   -1.31250   10.500000
        50%   -0.37500   20.000000
        75%    0.56250  160.000000
        max    1.50000  300.000000
        """)
  }

  @Test func choosesDigits() throws {
    let data = try DataFrame([
      "a": [1e7, 2.5], "b": [1e-8, 1], "c": [1e10, 2.123456789], "d": [1234567.5, 1], "e": [.infinity, 1],
      "f": [1.0 / 3, 2],
    ])
    #expect(
      data.description == """
                    a             b             c          d    e         f
        0  10000000.0  1.000000e-08  1.000000e+10  1234567.5  inf  0.333333
        1         2.5  1.000000e+00  2.123457e+00        1.0  1.0  2.000000
        """)
  }

  @Test func cutsLongFrames() throws {
    let data = try DataFrame(["i": 0..<100, "x": (0..<100).map { Double($0) / 4 }, "s": "abc"])
    #expect(
      data.description == """
             i      x    s
        0    0   0.00  abc
        1    1   0.25  abc
        2    2   0.50  abc
        3    3   0.75  abc
        4    4   1.00  abc
        ..  ..    ...  ...
        95  95  23.75  abc
        96  96  24.00  abc
        97  97  24.25  abc
        98  98  24.50  abc
        99  99  24.75  abc

        [100 rows x 3 columns]
        """)
    #expect(data["s"].description.hasSuffix("\nName: s, Length: 100, dtype: str"))
    #expect(data[0..<0].description == "Empty DataFrame\nColumns: [i, x, s]\nIndex: []")
    let wide = try DataFrame(columns: (0..<30).map { Column(name: "c\($0)", [$0]) })
    #expect(wide.description.contains("c9  ...  c20") && wide.description.hasSuffix("[1 rows x 30 columns]"))
  }
}
