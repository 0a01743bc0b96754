import DataFrames
import Foundation
import Testing

@Suite struct DateTests {
  @Test func agreesWithPandas() throws {
    let differences = try PandasCases("dates").differences { entry, data in
      let moments = try data["d"].toDatetime(format: entry["format"].text)
      var dated = data
      dated["d"] = moments
      switch entry.op {
      case "sort": return try dated.sortValues(by: ["d", "n"], ascending: [false, true])[["n"]]
      case "first of group":
        var first = try dated.groupby("g")["d"].min()
        first["d"] = first["d"].dt.strftime("%j %H")
        return first
      case "since": return dated[moments >= entry["limit"].text][["n"]]
      case "by day": return try dated.groupby(moments.dt.normalize())["n"].sum()[["n"]]
      default: return try DataFrame(["d": Self.answer(entry, moments, data["e"].toDatetime())])
      }
    }
    #expect(differences.isEmpty, "\(differences.count): \(differences.prefix(12).joined(separator: "\n"))")
  }

  private static func answer(
    _ entry: PandasCases.Case, _ d: Column, _ e: Column
  ) throws -> any ColumnConvertible {
    switch entry.op {
    case "parse": return d.dt.strftime("%Y-%m-%d %H:%M:%S.%f")
    case "year": return d.dt.year
    case "month": return d.dt.month
    case "day": return d.dt.day
    case "hour": return d.dt.hour
    case "minute": return d.dt.minute
    case "second": return d.dt.second
    case "microsecond": return d.dt.microsecond
    case "dayofweek": return d.dt.dayofweek
    case "dayofyear": return d.dt.dayofyear
    case "quarter": return d.dt.quarter
    case "week": return d.dt.week.astype(.double)
    case "days_in_month": return d.dt.daysInMonth
    case "is_month_start": return d.dt.isMonthStart
    case "is_month_end": return d.dt.isMonthEnd
    case "month_name": return d.dt.monthName()
    case "day_name": return d.dt.dayName()
    case "floor": return try d.dt.floor(entry["frequency"].text).astype(.string)
    case "days": return (e - d).dt.days
    case "seconds": return (e - d).dt.seconds
    case "total_seconds": return (e - d).dt.totalSeconds()
    default: throw DataFrameError(.unknownName, entry.op)
    }
  }

  @Test(arguments: [
    ("2020-03-31", "2020-03-31"), ("2020-03-31T12:30:00Z", "2020-03-31 12:30:00"),
    ("2020/3/31", "2020-03-31"),
    ("3/31/2020", "2020-03-31"), ("31/3/2020", "2020-03-31"), ("20200331", "2020-03-31"),
    ("31 March 2020", "2020-03-31"), ("Mar 31, 2020", "2020-03-31"),
    ("2020-03-31 1:02:03.5", "2020-03-31 01:02:03.500000"),
    ("2020-03", "2020-03-01"), ("2020", "2020-01-01"), ("2020-02-30", nil), ("yesterday", nil), ("", nil),
    ("31-12", nil), ("2020-01-01 25:00", nil), ("é", nil), ("1/2/2020", "2020-01-02"),
  ])
  func readsTexts(text: String, date: String?) throws {
    #expect(try Column([text, nil]).toDatetime(errors: .coerce).strings[0] == date)
  }

  @Test func datesAreColumns() throws {
    var data = try DataFrame(["d": ["2020-01-30", "2020-02-01", nil], "x": [1, 2, 3]])
    data["d"] = try data["d"].toDatetime()
    let d = data["d"]
    #expect(d.type == .datetime && d[1] == "2020-02-01" && d.hasMissing && d.dt.min() == "2020-01-30")
    #expect((d > "2020-01-31").values == [false, true, false] && (d == "2020-01-30").trueCount == 1)
    let waits = d - d.dt.min()!
    #expect(
      waits.type == .timedelta && waits.strings == ["0 days", "2 days", nil]
        && waits.dt.days.values == [0.0, 2.0, nil])
    #expect(
      (waits / Timedelta(days: 1)).values == [0.0, 2.0, nil] && (waits > Timedelta(hours: 30)).trueCount == 1)
    #expect((d + Timedelta(days: 1.5)).strings == ["2020-01-31 12:00:00", "2020-02-02 12:00:00", nil])
    #expect((waits * 2 + waits).strings[1] == "6 days")
    #expect(try d.dt.days(since: "2020-01-01").values == [29.0, 31.0, nil])
    #expect(d.diff().dt.days.values == [nil, 2.0, nil] && d.fillna("2021-05-05").strings[2] == "2021-05-05")
    #expect(data.csvText(index: false) == "d,x\n2020-01-30,1\n2020-02-01,2\n,3\n")
    #expect(data.description.contains("2020-02-01") && "\(d)".contains("datetime64[us]"))
    #expect(try data.groupby("d").sum()["x"].integers == [1, 2] && data.dropna().rowCount == 2)
    #expect(try data.merge(data, on: "d")["x_y"].integers == [1, 2, 3])
    #expect(
      DataFrame.concat([data, data])["d"].type == .datetime && d.unique() == ["2020-01-30", "2020-02-01"])
    #expect(try Column([1, 2]).toDatetime(unit: "D").strings == ["1970-01-02", "1970-01-03"])
    #expect(d.dt.mean() == "2020-01-31" && waits.dt.mean() == "1 days")
    #expect(Column([Date(timeIntervalSince1970: 0)]).strings == ["1970-01-01"])
    #expect(try Column(["1 days 02:00:00"]).toTimedelta().dt.totalSeconds().doubles == [93_600])
    #expect(
      try DataFrame(csvText: "d,x\n2020-01-30,1\n", options: CSVOptions(types: ["d": .datetime]))["d"].type
        == .datetime)
  }

  /// Values of pandas.
  @Test(arguments: [
    ("%U", ["00", "53", "01", "52", "08"]), ("%W", ["00", "52", "00", "53", "09"]),
    ("%V", ["01", "52", "53", "01", "09"]), ("%G", ["2020", "2023", "2020", "2019", "2024"]),
    ("%u%w", ["33", "70", "70", "11", "44"]), ("%e", [" 1", "31", " 3", "31", "29"]),
    ("%-d/%-m", ["1/1", "31/12", "3/1", "31/12", "29/2"]),
    ("%-H:%_M", ["5: 6", "23:59", "0: 0", "12: 0", "0:30"]),
    ("%s", ["1577855167", "1704067199", "1609632000", "1546257600", "1709166600"]),
    (
      "%c|%F %T|%D",
      [
        "Wed Jan  1 05:06:07 2020|2020-01-01 05:06:07|01/01/20",
        "Sun Dec 31 23:59:59 2023|2023-12-31 23:59:59|12/31/23",
        "Sun Jan  3 00:00:00 2021|2021-01-03 00:00:00|01/03/21",
        "Mon Dec 31 12:00:00 2018|2018-12-31 12:00:00|12/31/18",
        "Thu Feb 29 00:30:00 2024|2024-02-29 00:30:00|02/29/24",
      ]
    ), ("%Q%%", ["%Q%", "%Q%", "%Q%", "%Q%", "%Q%"]),
  ])
  func writesTexts(format: String, texts: [String]) throws {
    let d = try Column([
      "2020-01-01 05:06:07", "2023-12-31 23:59:59.5", "2021-01-03", "2018-12-31 12:00", "2024-02-29 00:30",
    ]).toDatetime()
    #expect(d.dt.strftime(format).strings == texts)
  }

  @Test func numbersAndOrdersOfFields() throws {
    let days = ["2024-01-05", "2024-12-31"]
    for numbers in [Column([20_240_105, 20_241_231]), Column([20_240_105.0, 20_241_231.0])] {
      #expect(try numbers.toDatetime(format: "%Y%m%d").strings == days)
    }
    var options = CSVOptions()
    options.parseDates = ["d"]
    let read = try DataFrame(csvText: "d\n20240105\n20241231\n", options: options)
    #expect(read["d"].type == .datetime && read["d"].strings == days)
    #expect(try Column([1_577_855_167_000_000_000]).toDatetime().strings == ["2020-01-01 05:06:07"])
    // The first date with a choice settles the order for all.
    #expect(try Column(["13/02/2024", "01/02/2024"]).toDatetime().strings == ["2024-02-13", "2024-02-01"])
    let american = Column(["01/02/2024", "13/02/2024"])
    #expect(try american.toDatetime(errors: .coerce).strings == ["2024-01-02", nil])
    #expect(try american.toDatetime(dayfirst: true).strings == ["2024-02-01", "2024-02-13"])
    let error = try #require(throws: DataFrameError.self) { try american.toDatetime() }
    #expect(error.message.contains("row 1") && error.message.contains("the month being first"))
  }

  /// Clocks, and the same in universal time; nil where the offsets differ.
  @Test(arguments: [
    (["2020-01-01T10:00:00+02:00", "2020-06-01 09:00+0200"], "10:00 09:00", "08:00 07:00"),
    (["2020-01-01T10:00:00+02:00", "2020-06-01T10:00:00+01:00"], nil, "08:00 09:00"),
    (["2020-01-01 10:00 UTC", "2020-01-01T10:00Z"], "10:00 10:00", "10:00 10:00"),
    (["2020-01-01T10:00:00Z", "2020-01-01"], "10:00 00:00", "10:00 00:00"),
    (["31/01/2020 10:00 -03:30", "05/01/2020 0:30:00.5-03:30"], "10:00 00:30", "13:30 04:00"),
    (["2020-01-01T00:30:00-05", "2020-01-01 10:00 GMT"], nil, "05:30 10:00"),
  ])
  func readsOffsets(texts: [String], clocks: String?, universal: String) throws {
    func times(_ column: Column) -> String {
      column.dt.strftime("%H:%M").strings.compactMap { $0 }.joined(separator: " ")
    }
    #expect(try times(Column(texts).toDatetime(utc: true)) == universal)
    guard let clocks else {
      let error = try #require(throws: DataFrameError.self) { try Column(texts).toDatetime(errors: .coerce) }
      #expect(error.message.contains("row 1") && error.message.contains("utc: true"))
      return
    }
    #expect(try times(Column(texts).toDatetime()) == clocks)
  }

  @Test(arguments: [
    ("01.02.2020 10:00 +0200", "%d.%m.%Y %H:%M %z", "2020-02-01 08:00:00"),
    ("01.02.2020 10:00 Z", "%d.%m.%Y %H:%M %z", "2020-02-01 10:00:00"),
    ("01.02.2020 10:00 UTC", "%d.%m.%Y %H:%M %Z", "2020-02-01 10:00:00"),
    ("Mon Jan 06 10:11:12 2020", "%c", "2020-01-06 10:11:12"), ("2020 366", "%Y %j", "2020-12-31"),
    ("2021 366", "%Y %j", nil), ("01.02.2020 +02", "%d.%m.%Y %z", nil),
  ])
  func readsByFormat(text: String, format: String, date: String?) throws {
    #expect(try Column([text]).toDatetime(format: format, errors: .coerce, utc: true).strings == [date])
  }

  @Test(arguments: ["%d.%m.%Q", "%F", "%d%"])
  func namesDirectives(format: String) throws {
    let error = try #require(throws: DataFrameError.self) {
      try Column(["x"]).toDatetime(format: format, errors: .coerce)
    }
    #expect(error.message.contains("cannot be read") && error.message.contains("%Y"))
  }

  @Test(arguments: [
    ("25:00:00", "1 days 01:00:00"), ("100:30:15.25", "4 days 04:30:15.250000"),
    ("-25:00:00", "-2 days +23:00:00"),
    ("1 days 25:00:00", "2 days 01:00:00"), ("00:61:00", "0 days 01:01:00"), ("00:00:75", "0 days 00:01:15"),
  ])
  func readsSpans(text: String, span: String) throws {
    #expect(try Column([text]).toTimedelta().strings == [span])
  }

  @Test func runningValuesAndBins() throws {
    let d = try Column(name: "d", ["2020-03-01", "2020-01-01", nil, "2020-05-01"]).toDatetime()
    let spans = d - d.dt.min()!
    #expect(d.cummax().strings == ["2020-03-01", "2020-03-01", nil, "2020-05-01"])
    #expect(d.cummin().strings == ["2020-03-01", "2020-01-01", nil, "2020-01-01"])
    #expect(spans.cumsum().strings == ["60 days", "60 days", nil, "181 days"])
    let groups = try DataFrame(["d": d, "g": ["a", "b", "a", "b"]]).groupby("g")["d"]
    #expect(try groups.cummax().strings == ["2020-03-01", "2020-01-01", nil, "2020-05-01"])
    #expect(throws: DataFrameError.self) { try groups.cumsum() }
    let cases: [(Column, [String?])] = [
      (
        try d.cut(bins: 2),
        [
          "(2019-12-31 21:05:45.600000, 2020-03-01 12:00:00]",
          "(2019-12-31 21:05:45.600000, 2020-03-01 12:00:00]",
          nil, "(2020-03-01 12:00:00, 2020-05-01 00:00:00]",
        ]
      ),
      (
        try d.cut(bins: ["2020-01-01", "2020-02-01", "2020-06-01"]),
        [
          "(2020-02-01 00:00:00, 2020-06-01 00:00:00]", nil, nil,
          "(2020-02-01 00:00:00, 2020-06-01 00:00:00]",
        ]
      ),
      (
        try spans.qcut(2),
        [
          "(-1 days +23:59:59.999999, 60 days 00:00:00]", "(-1 days +23:59:59.999999, 60 days 00:00:00]", nil,
          "(60 days 00:00:00, 121 days 00:00:00]",
        ]
      ), (try d.cut(bins: 2, labels: ["early", "late"]), ["early", "early", nil, "late"]),
    ]
    for (found, expected) in cases { #expect(found.strings == expected) }
    let wrong: [() throws -> Column] = [
      { try d.cut(bins: ["2020-01-01", "x"]) }, { try d.cut(bins: [1.0, 2]) },
      { try Column([1]).cut(bins: ["1", "2"]) },
    ]
    for body in wrong { #expect(throws: DataFrameError.self) { try body() } }
  }

  @Test func describesDates() throws {
    let d = try Column(name: "d", ["2020-03-01", "2020-01-01", nil, "2020-05-01"]).toDatetime()
    let data = try DataFrame([
      "d": d, "wait": d - d.dt.min()!, "x": [1, 2, 3, 4], "g": ["a", "b", "b", nil],
    ])
    let found = data.describe()
    #expect(Array(found.rowLabels) == ["count", "mean", "min", "25%", "50%", "75%", "max", "std"])
    #expect(
      found["d"].strings == [
        "3", "2020-03-01 08:00:00", "2020-01-01 00:00:00", "2020-01-31 00:00:00", "2020-03-01 00:00:00",
        "2020-03-31 12:00:00", "2020-05-01 00:00:00", nil,
      ])
    #expect(found["wait"].strings[1...2] == ["60 days 08:00:00", "0 days 00:00:00"])
    #expect(found["wait"].strings[7] == "60 days 12:00:59.503793" && found["x"].doubles?[1] == 2.5)
    #expect(data.describe(include: .all).columnNames == data.columnNames && !found.contains("g"))
    #expect(Array(data[["d"]].describe().rowLabels).last == "max")
    #expect(Array(data[["wait"]].describe().rowLabels)[2] == "std" && data.head(0).describe().rowCount == 8)
  }

  @Test func namesWhatIsWrong() throws {
    let d = try Column(name: "d", ["2020-01-30"]).toDatetime()
    let wrong: [() throws -> Void] = [
      { _ = try Column(["x"]).toDatetime() },
      { _ = try Column(["2020-01-30"]).toDatetime(format: "%d.%m.%Y") },
      { _ = try d.add(d) }, { _ = try d.add(1) }, { _ = try d.lt("soon") }, { _ = try d.lt(5) },
      { _ = try Column([1]).toDatetime(unit: "y") }, { _ = try d.dt.floor("fortnight") },
      { _ = try Column(["x"]).toTimedelta() }, { _ = try DataFrame(["d": d]).groupby(d)["d"].mean() },
    ]
    for action in wrong { #expect(throws: DataFrameError.self) { try action() } }
  }
}
