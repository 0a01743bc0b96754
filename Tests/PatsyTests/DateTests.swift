import DataFrames
import Foundation
import Patsy
import Testing

/// Moments and spans of time in formulas, with the values of patsy 1.0.3 over pandas 3.1.1.
@Suite struct DateTests {
  private static let data = Result {
    try DataFrame([
      "d": ["2020-01-01", "2020-01-11", "2020-01-01", "2020-02-01", "2020-01-05", "2020-03-01"],
      "m": ["2020-01-01", nil, "2020-01-01", "2020-02-01", "2020-01-05", "2020-03-01"] as [String?],
      "k": [1, 2, 3, 4, 5, 6], "g": ["a", "a", "b", "b", "c", "c"],
      "e": [
        "2020-01-01 12:30:00", "2020-01-11 00:00:01", "1969-12-31 23:59:59", "2020-02-01 23:00:00",
        "2020-01-05 00:00:00", "2020-03-01 00:00:00",
      ],
    ])
  }

  private static let elapsed: [Double] = [0, 10, 0, 31, 4, 60]

  static let cases: [(String, [Double])] = [
    ("I((pd.to_datetime(d) - pd.to_datetime('2020-01-01')).dt.days)", elapsed),
    ("I((pd.to_datetime(d) - pd.to_datetime(d).min()).dt.days)", elapsed),
    ("I((pd.to_datetime(d) - pd.to_datetime(d).max()).dt.days)", elapsed.map { $0 - 60 }),
    ("I((pd.to_datetime(d) - pd.to_datetime(d).min()) / np.timedelta64(1,'D'))", elapsed),
    ("I((pd.to_datetime(d) - pd.Timestamp('2020-01-01')).dt.total_seconds())", elapsed.map { $0 * 86400 }),
    ("I((pd.to_datetime(d) - np.datetime64('2020-01-01')).dt.total_seconds() / 86400)", elapsed),
    ("I(pd.to_datetime(d).astype('int64') / 86400e9)", [18.262, 18.272, 18.262, 18.293, 18.266, 18.322]),
    ("I(d.astype('datetime64[ns]').astype('int64') / 86400e9)", elapsed.map { 18262 + $0 }),
    ("I((pd.to_datetime(d) - pd.Timestamp(2020, 1, 1)) / pd.Timedelta('1D'))", elapsed),
    ("I((pd.to_datetime(d) - pd.Timestamp('2020-01-01')) / pd.Timedelta(days=10))", elapsed.map { $0 / 10 }),
    ("I((pd.to_datetime(d) - pd.Timestamp('2020-01-01')) / pd.Timedelta(1, unit='D'))", elapsed),
    ("I((pd.to_datetime(d) - pd.Timestamp('2019-12-31')) // pd.Timedelta(days=7))", [0, 1, 0, 4, 0, 8]),
    ("I((pd.Timestamp('2020-01-03') - pd.to_datetime(d)).dt.days)", elapsed.map { 2 - $0 }),
    ("I((pd.to_datetime(d) - '2020-01-03').dt.days)", elapsed.map { $0 - 2 }),
    ("I((pd.to_datetime(m) - pd.to_datetime(m).min()).dt.days)", [0, .nan, 0, 31, 4, 60]),
    ("I((pd.to_datetime(e) - pd.Timestamp('2020-01-03')).dt.days)", [-2, 8, -18265, 29, 2, 58]),
    ("I((pd.to_datetime(e) - pd.Timestamp('2020-01-03')).dt.seconds)", [45000, 1, 86399, 82800, 0, 0]),
    (
      "I((pd.to_datetime(d) + pd.Timedelta(days=3) - pd.Timestamp('2020-01-01')).dt.days)",
      elapsed.map { $0 + 3 }
    ),
    (
      "I((pd.to_datetime(d) + pd.to_timedelta(k, unit='D') - pd.Timestamp('2020-01-01')).dt.days)",
      [1, 12, 3, 35, 9, 66]
    ),
    ("I((pd.to_datetime(d) - pd.to_datetime(d).mean()).dt.days)", [-18, -8, -18, 13, -14, 42]),
    (
      "I((pd.to_datetime(d) - pd.to_datetime(d).groupby(g).transform('min')).dt.days)", [0, 10, 0, 31, 0, 56]
    ),
    ("I((pd.to_datetime(d) - pd.to_datetime(d).iloc[0]).dt.days)", elapsed),
    ("I((pd.to_datetime(d) - pd.to_datetime(d)[1]).dt.days)", elapsed.map { $0 - 10 }),
    ("I(pd.to_datetime(d).sub(pd.Timestamp('2020-01-01')).dt.days)", elapsed),
    ("pd.to_datetime(d).diff().dt.days", [.nan, 10, -10, 31, -27, 56]),
    ("np.log1p((pd.to_datetime(d) - pd.to_datetime(d).min()).dt.days)", elapsed.map { log1p($0) }),
    (
      "I(abs(pd.to_datetime(d) - pd.Timestamp('2020-01-03')) / np.timedelta64(1,'h'))",
      [48, 192, 48, 696, 48, 1392]
    ),
    ("I((pd.to_datetime(d).values - np.datetime64('2020-01-01')) / np.timedelta64(1,'D'))", elapsed),
    ("I((pd.to_datetime(d) - pd.Timestamp('2020-01-01')).astype('int64'))", elapsed.map { $0 * 86400e6 }),
    ("np.where(pd.to_datetime(d) > '2020-01-03', 1, 0)", [0, 1, 0, 1, 1, 1]),
    ("I((pd.to_datetime(d) >= pd.Timestamp('2020-01-05')) * 1)", [0, 1, 0, 1, 1, 1]),
    ("I(((pd.to_datetime(d) - pd.to_datetime(d).min()) > pd.Timedelta('5 days')) * 1)", [0, 1, 0, 1, 0, 1]),
    ("pd.to_datetime(d).dt.isocalendar().week", [1, 2, 1, 5, 1, 9]),
    ("I(pd.to_datetime(e).dt.year + pd.to_datetime(e).dt.second)", [2020, 2021, 2028, 2020, 2020, 2020]),
    ("I(k + (pd.Timestamp('2020-03-01') - pd.Timestamp('2020-02-01')).days)", [30, 31, 32, 33, 34, 35]),
  ]

  @Test(arguments: cases) func measuresTime(code: String, expected: [Double]) throws {
    let found = try EvalFactor(code).column(over: Self.data.get()).doubles
    #expect(difference([found ?? []], [expected]) < 1e-12)
  }

  /// New data have their own first day, as in patsy, which evaluates the expression again.
  @Test func recomputesTheFirstDay() throws {
    let design = try dmatrix("0 + I((pd.to_datetime(d) - pd.to_datetime(d).min()).dt.days)", Self.data.get())
    let new = try DataFrame(["d": ["2021-03-01", "2021-02-01"]])
    let matrix = try buildDesignMatrices([design.designInfo], new)[0]
    #expect(matrix.matrix.column(0) == [28, 0])
  }

  @Test(
    arguments: [
      ("pd.to_datetime(d) * 2", "unsupported operand"),
      ("pd.to_datetime(d) + pd.to_datetime(d)", "unsupported"),
      ("pd.to_datetime(d).astype(float)", ".dt.days"), ("pd.to_datetime(d).dt.days", "no attribute 'days'"),
      ("pd.Timestamp('once')", "unable to parse"), ("pd.Timedelta('3 moons')", "moons"),
      ("pd.to_datetime(d) > 3", "not supported"), ("np.timedelta64(1, 'Y')", "invalid unit"),
      ("pd.Timestamp(2020, 2, 30)", "no such day"), ("d - pd.Timestamp('2020-01-01') * k", "unsupported"),
    ])
  func refuses(code: String, words: String) throws {
    let error = try #require(throws: PatsyError.self) { try dmatrix("I(\(code))", Self.data.get()) }
    #expect(error.description.contains(words), "\(error)")
  }
}
