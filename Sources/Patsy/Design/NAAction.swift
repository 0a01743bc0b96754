import DataFrames

/// What counts as a missing value, and what happens to rows that have one.
///
/// Python: patsy.NAAction
public struct NAAction: Sendable {
  /// What happens to rows with a missing value.
  public enum OnNA: String, Sendable {
    /// The rows are left out of all matrices.
    case drop
    /// An error.
    case raise
  }

  /// Kinds of missing values; data here do not tell them apart, so that either makes a missing value one.
  public enum NAType: String, Sendable {
    /// Python's `None`: missing in categorical data.
    case none = "None"
    /// nan: missing in all data.
    case nan = "NaN"
  }

  /// The rows in which one factor is missing.
  public struct FactorMissing: Sendable {
    /// Whether each row's value is missing; nil when none is.
    public let mask: [Bool]?
    /// Where the factor stands in the formula.
    public let origin: Origin?
  }

  /// What happens to rows with a missing value.
  ///
  /// Python: NAAction.on_NA
  public let onNA: OnNA
  /// What counts as missing.
  ///
  /// Python: NAAction.NA_types
  public let NATypes: [NAType]
  private let handler: (@Sendable (_ missing: [FactorMissing], _ rows: Int) throws -> [Int])?

  /// The rule that drops, or refuses, rows with values of the given kinds.
  ///
  /// Python: NAAction.__init__
  public init(onNA: OnNA = .drop, NATypes: [NAType] = [.none, .nan]) {
    self.onNA = onNA
    self.NATypes = NATypes
    handler = nil
  }

  /// A rule of one's own: from each factor's missing rows to the positions of the rows to keep, ascending.
  public init(handler: @escaping @Sendable (_ missing: [FactorMissing], _ rows: Int) throws -> [Int]) {
    onNA = .drop
    NATypes = [.none, .nan]
    self.handler = handler
  }

  /// Rows with a missing value are left out.
  public static let drop = NAAction(onNA: .drop)
  /// A missing value is an error.
  public static let raise = NAAction(onNA: .raise)

  /// The message about missing values that are not allowed.
  package static let missingValues = "factor contains missing values"

  /// Whether a level of categorical data counts as missing: the texts that Python reads as nan do.
  ///
  /// Python: NAAction.is_categorical_NA
  public func isCategoricalNA(_ level: ColumnValue?) -> Bool {
    guard let level else { return !NATypes.isEmpty }
    guard NATypes.contains(.nan) else { return false }
    switch level {
    case .string(let text): return PythonNumber.double(text)?.isNaN ?? false
    case .double(let value): return value.isNaN
    default: return false
    }
  }

  /// Marks the rows of numeric data with a missing value; nil when there is none.
  ///
  /// Python: NAAction.is_numerical_NA
  func numericalNA(_ storage: [Double], rows: Int) -> [Bool]? {
    guard NATypes.contains(.nan), rows > 0, storage.containsNaN else { return nil }
    var mask = [Bool](repeating: false, count: rows)
    for (index, value) in storage.enumerated() where value.isNaN { mask[index % rows] = true }
    return mask
  }

  /// The positions of the rows to keep; nil for all.
  ///
  /// Python: NAAction.handle_NA
  func keptRows(_ missing: [FactorMissing], rows: Int) throws -> [Int]? {
    if let handler {
      let kept = try handler(missing, rows)
      guard zip(kept, kept.dropFirst()).allSatisfy({ $0 < $1 }), (kept.first ?? 0) >= 0,
        (kept.last ?? -1) < rows
      else { throw PatsyError("the missing-value rule returned rows that are not ascending positions") }
      return kept
    }
    let masks = missing.filter { $0.mask != nil }
    guard let first = masks.first else { return nil }
    if onNA == .raise { throw PatsyError(Self.missingValues, origin: first.origin) }
    var dropped = first.mask ?? []
    for other in masks.dropFirst() {
      guard let mask = other.mask else { continue }
      for row in dropped.indices where mask[row] { dropped[row] = true }
    }
    return dropped.indices.filter { !dropped[$0] }
  }
}
