import DataFrames

extension RandomOperations {
  /// Categories, dates and spans.
  func levelsAndTimes() throws -> DataFrame? {
    func levels(_ name: String) -> [ColumnValue] { entry[name].items.compactMap(\.level) }
    let (cat, d) = (data["cat"].cat, data["d"])
    switch entry.op {
    case "cat codes": return try value(cat.codes).setColumnNames([""])
    case "cat set": return try single(cat.setCategories(levels("levels")))
    case "cat reorder": return try single(cat.reorderCategories(levels("levels"), ordered: true))
    case "cat rename":
      return try single(cat.renameCategories([.string(entry["from"].text): .string(entry["to"].text)]))
    case "cat add": return try single(cat.addCategories(levels("levels")))
    case "cat remove": return try single(cat.removeCategories(levels("levels")))
    case "cat unused": return try single(cat.removeUnusedCategories())
    case "cat min":
      let ordered = cat.asOrdered()
      return try value([ordered.argmin().flatMap { ordered[$0] }])
    case "dt": return try single(part(entry["part"].text, of: d.dt))
    case "month_name": return try single(d.dt.monthName())
    case "strftime": return try single(d.dt.strftime("%d.%m.%Y %H:%M"))
    case "floor": return try single(d.dt.floor(entry["frequency"].text))
    case "days": return try single(data["span"].dt.days)
    case "total_seconds": return try single(data["span"].dt.totalSeconds())
    case "plus": return try single(d.add(Timedelta(hours: entry["hours"].number)))
    case "elapsed": return try single(d.sub(d.dt.min() ?? "2020-01-01").dt.days)
    case "by month": return try data.groupby(d.dt.month)["n"].sum()[["n"]]
    case "to_datetime":
      let form = entry["format"].text
      return try single(d.dt.strftime(form).toDatetime(format: form))
    default: return nil
    }
  }

  private func part(_ name: String, of times: DatetimeProperties) throws -> Column {
    switch name {
    case "year": times.year
    case "month": times.month
    case "day": times.day
    case "hour": times.hour
    case "minute": times.minute
    case "dayofweek": times.dayofweek
    case "dayofyear": times.dayofyear
    case "quarter": times.quarter
    case "days_in_month": times.daysInMonth
    case "is_month_start": Column(name: "d", times.isMonthStart)
    case "is_month_end": Column(name: "d", times.isMonthEnd)
    default: throw UnknownOperation(name: name)
    }
  }

  /// Texts of frames, and frames of texts.
  func files() throws -> DataFrame? {
    switch entry.op {
    case "to_csv":
      return try value(
        data.csvText(
          sep: entry["sep"].text.unicodeScalars.first ?? ",", naRep: entry["na_rep"].text,
          floatFormat: entry["float_format"].optionalText, columns: entry["columns"].texts,
          header: entry["header"].flag, index: entry["index"].flag,
          decimal: entry["decimal"].text.unicodeScalars.first ?? ".",
          dateFormat: entry["date_format"].optionalText))
    case "csv":
      let found = try DataFrame(csvText: entry["text"].text)
      return try found.drop(columns: ["b", "flag"].filter(found.contains))
    case "json":
      return try DataFrame(jsonText: entry["text"].text, orient: JSONOrient(rawValue: entry["orient"].text))
    case "json lines": return try DataFrame(jsonText: entry["text"].text, lines: true)
    case "repr": return try value(data[["g", "n", "flag", "y", "cat"]].description)
    case "to_string": return try value(data[["y", "t", "n"]].toString())
    case "to_string bare": return try value(data[["t", "y", "n"]].toString(index: false))
    case "series repr": return try value(column.description)
    case "to_html": return try value(data[["n", "t", "flag"]].toHtml())
    default: return nil
    }
  }
}
