import DataFrames
import LinearAlgebra

/// Finds out whether a factor is categorical, and its levels, from one or more chunks of data.
struct CategoricalSniffer {
  private let action: NAAction
  private let origin: Origin?
  private(set) var contrast: FormulaValue?
  private var fixedLevels: [ColumnValue]?
  private var seen: Set<ColumnValue> = []

  init(_ action: NAAction, origin: Origin?) {
    self.action = action
    self.origin = origin
  }

  /// Whether values of this kind are categorical rather than numeric.
  static func isCategorical(_ value: FormulaValue) -> Bool {
    switch value {
    case .matrix, .integer, .double: return false
    case .vector(let vector):
      if vector.holdsObjects { return true }
      switch vector.storage {
      case .double, .integer: return false
      default: return true
      }
    case .list(let items), .tuple(let items):
      if let array = try? FormulaValue.array(items), case .list = array { return true }
      guard let array = try? FormulaValue.array(items) else { return true }
      return isCategorical(array)
    default: return true
    }
  }

  /// The levels in order: as given, or sorted.
  var levels: [ColumnValue] { fixedLevels ?? seen.sorted() }

  /// Takes in a chunk; true when no further chunk can change the levels.
  mutating func sniff(_ value: FormulaValue) throws(PatsyError) -> Bool {
    var data = value
    if case .categorical(let box) = value {
      if let contrast = box.contrast { self.contrast = contrast }
      if let levels = box.levels {
        fixedLevels = try CategoricalCoding.levels(levels, origin: origin)
        return true
      }
      data = box.data
    }
    if case .vector(let vector) = data {
      switch vector.storage {
      case .categorical(let categories):
        fixedLevels = categories.levels
        return true
      case .boolean:
        seen = [false, true]
        return true
      default: break
      }
    }
    let found = try CategoricalCoding.distinctLevels(data, origin: origin)
    for level in found where !action.isCategoricalNA(level) {
      if case .boolean = level { seen.formUnion([false, true]) } else { seen.insert(level) }
    }
    return seen == [false, true] && found.allSatisfy { if case .boolean = $0 { true } else { false } }
  }
}
