import Foundation

/// Seconds of a whole call against one size, both on logarithmic axes.
struct CostChart {
  let series: Workload.Series
  /// Name of a system and its points.
  let lines: [(system: String, points: [(size: Double, seconds: Double)])]

  /// The members of the series among some records.
  init(series: Workload.Series, records: [Record]) {
    self.series = series
    var points: [String: [Int: Double]] = [:]
    for record in records where record.error == nil {
      guard let member = Workload.seriesMember(record.workload), member.series == series,
        let seconds = record.cpuSeconds?["call"], seconds > 0
      else { continue }
      points[record.system, default: [:]][member.size] = seconds
    }
    lines = ["ours", "lme4", "mixedlm", "glmm", "gpboost", "glmmTMB", "statsmodels"].compactMap { system in
      guard let found = points[system], found.count > 1 else { return nil }
      return (system, found.sorted { $0.key < $1.key }.map { (Double($0.key), $0.value) })
    }
  }

  private static let frame = (left: 90.0, top: 44.0, width: 480.0, height: 340.0)

  /// The picture.
  func svg() -> String {
    let sizes = lines.flatMap { $0.points.map { log10($0.size) } }
    let costs = lines.flatMap { $0.points.map { log10($0.seconds) } }
    let x = (low: (sizes.min() ?? 0) - 0.1, high: (sizes.max() ?? 1) + 0.1)
    let y = (low: ((costs.min() ?? 0) - 0.1).rounded(.down), high: ((costs.max() ?? 1) + 0.1).rounded(.up))
    let frame = Self.frame
    func place(_ size: Double, _ seconds: Double) -> (Double, Double) {
      (
        frame.left + (log10(size) - x.low) / (x.high - x.low) * frame.width,
        frame.top + (y.high - log10(seconds)) / (y.high - y.low) * frame.height
      )
    }
    let bottom = frame.top + frame.height
    var canvas = Canvas(width: 700, height: 460)
    let title = "Processor seconds of a whole fit"
    canvas.text(title, 24, 26, anchor: "start", style: "title")
    for exponent in Int(y.low)...Int(y.high) {
      let py = place(1, pow(10, Double(exponent))).1
      canvas.line(frame.left, py, frame.left + frame.width, py, "grid")
      canvas.text(Self.power(exponent), frame.left - 8, py + 4.5, anchor: "end")
    }
    for size in series.sizes {
      let px = place(Double(size), 1).0
      guard px >= frame.left, px <= frame.left + frame.width else { continue }
      canvas.line(px, frame.top, px, bottom, "grid")
      canvas.text(Self.grouped(size), px, bottom + 18)
    }
    canvas.rectangle(frame.left, frame.top, frame.width, frame.height, "frame")
    canvas.text(series.label, frame.left + frame.width / 2, bottom + 44)
    canvas.text("seconds", 24, frame.top + frame.height / 2, turned: true)
    var labelled: [Double] = []
    for line in lines {
      let points = line.points.map { place($0.size, $0.seconds) }
      canvas.path(points, line.system == "ours" ? "ours" : "other")
      guard let end = points.last else { continue }
      // names of lines that end close to one another are moved down
      var py = end.1 + 4.5
      while let near = labelled.first(where: { abs($0 - py) < 14.9 }) { py = near + 15 }
      labelled.append(py)
      let name = line.system == "ours" ? "this package" : line.system
      canvas.text(name, frame.left + frame.width + 8, py, anchor: "start")
    }
    return canvas.document(title: "\(title) against \(series.label)")
  }

  /// A power of ten as a plain number.
  private static func power(_ exponent: Int) -> String {
    exponent >= 0
      ? grouped(Int(pow(10, Double(exponent)))) : "0." + String(repeating: "0", count: -exponent - 1) + "1"
  }

  /// A whole number with commas.
  private static func grouped(_ n: Int) -> String {
    var digits = String(n)
    var groups: [String] = []
    while digits.count > 3 {
      groups.insert(String(digits.suffix(3)), at: 0)
      digits.removeLast(3)
    }
    return ([digits] + groups).joined(separator: ",")
  }
}
