#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Numpy's universal functions by name.
enum NumpyUfuncs {
  private typealias Make = ElementwiseFunctions

  static let table: [String: FormulaFunction] = {
    var table: [String: FormulaFunction] = [:]
    for function in unary + tests + binary + logical { table[function.name] = function }
    for (alias, name) in aliases { table[alias] = table[name] }
    return table
  }()

  private static let aliases = [
    "abs": "absolute", "arcsin": "asin", "arccos": "acos", "arctan": "atan", "arcsinh": "asinh",
    "arccosh": "acosh", "arctanh": "atanh", "arctan2": "atan2", "degrees": "rad2deg", "radians": "deg2rad",
    "fix": "trunc", "pow": "power", "divide": "true_divide", "mod": "remainder", "bitwise_not": "invert",
  ]

  private static let unary: [FormulaFunction] = [
    Make.unary("log") { log($0) }, Make.unary("log2") { log2($0) }, Make.unary("log10") { log10($0) },
    Make.unary("log1p") { log1p($0) }, Make.unary("exp") { exp($0) }, Make.unary("exp2") { exp2($0) },
    Make.unary("expm1") { expm1($0) }, Make.unary("sqrt") { $0.squareRoot() },
    Make.unary("sinc") { $0 == 0 ? 1 : sin(.pi * $0) / (.pi * $0) },
    Make.unary("cbrt") { cbrt($0) }, Make.unary("sin") { sin($0) }, Make.unary("cos") { cos($0) },
    Make.unary("tan") { tan($0) }, Make.unary("asin") { asin($0) }, Make.unary("acos") { acos($0) },
    Make.unary("atan") { atan($0) }, Make.unary("sinh") { sinh($0) }, Make.unary("cosh") { cosh($0) },
    Make.unary("tanh") { tanh($0) }, Make.unary("asinh") { asinh($0) }, Make.unary("acosh") { acosh($0) },
    Make.unary("atanh") { atanh($0) }, Make.unary("deg2rad") { $0 * (.pi / 180) },
    Make.unary("rad2deg") { $0 * (180 / .pi) }, Make.unary("fabs") { $0.magnitude },
    Make.unary("absolute", integer: { $0 < 0 ? 0 &- $0 : $0 }, { $0.magnitude }),
    Make.unary("square", integer: { $0 &* $0 }, { $0 * $0 }),
    Make.unary("negative", integer: { 0 &- $0 }, { -$0 }), Make.unary("positive", integer: { $0 }, { $0 }),
    Make.unary("reciprocal", integer: { $0 == 0 ? .min : 1 / $0 }, { 1 / $0 }),
    Make.unary("sign", integer: { $0.signum() }, { $0 > 0 ? 1 : $0 < 0 ? -1 : $0 }),
    Make.unary("floor", integer: { $0 }, { $0.rounded(.down) }),
    Make.unary("ceil", integer: { $0 }, { $0.rounded(.up) }),
    Make.unary("trunc", integer: { $0 }, { $0.rounded(.towardZero) }),
    Make.unary("rint") { $0.rounded(.toNearestOrEven) },
    FormulaFunction("invert", isElementwise: true) { arguments in
      try Arithmetic.apply(.invert, arguments.bound(to: ["x"], in: "invert")["x"] ?? .none)
    },
  ]

  private static let tests: [FormulaFunction] = [
    Make.test("isnan") { $0.isNaN }, Make.test("isinf") { $0.isInfinite },
    Make.test("isfinite") { $0.isFinite }, Make.test("signbit") { $0.sign == .minus },
    Make.test("logical_not") { $0 == 0 },
  ]

  private static let binary: [FormulaFunction] = [
    Make.arithmetic(.add, name: "add"), Make.arithmetic(.subtract, name: "subtract"),
    Make.arithmetic(.multiply, name: "multiply"), Make.arithmetic(.divide, name: "true_divide"),
    Make.arithmetic(.floorDivide, name: "floor_divide"), Make.arithmetic(.remainder, name: "remainder"),
    Make.arithmetic(.power, name: "power"), Make.binary("float_power") { pow($0, $1) },
    Make.arithmetic(.and, name: "bitwise_and"), Make.arithmetic(.or, name: "bitwise_or"),
    Make.arithmetic(.xor, name: "bitwise_xor"), Make.arithmetic(.shiftLeft, name: "left_shift"),
    Make.arithmetic(.shiftRight, name: "right_shift"),
    Make.binary("fmod", integer: { $1 == 0 || $1 == -1 ? 0 : $0 % $1 }) { fmod($0, $1) },
    Make.binary("atan2") { atan2($0, $1) }, Make.binary("hypot") { hypot($0, $1) },
    Make.binary("copysign") { copysign($0, $1) },
    Make.binary("logaddexp2") { max($0, $1) + log2(1 + exp2(-($0 - $1).magnitude)) },
    Make.binary("logaddexp") { max($0, $1) + log1p(exp(-($0 - $1).magnitude)) },
    Make.binary("heaviside") { $0 < 0 ? 0 : $0 > 0 ? 1 : $0.isNaN ? $0 : $1 },
    Make.binary("maximum", integer: { max($0, $1) }, { $0.isNaN || $1.isNaN ? .nan : max($0, $1) }),
    Make.binary("minimum", integer: { min($0, $1) }, { $0.isNaN || $1.isNaN ? .nan : min($0, $1) }),
    Make.binary("fmax", integer: { max($0, $1) }, { fmax($0, $1) }),
    Make.binary("fmin", integer: { min($0, $1) }, { fmin($0, $1) }),
  ]

  private static let logical: [FormulaFunction] = [
    Make.logical("logical_and") { $0 && $1 }, Make.logical("logical_or") { $0 || $1 },
    Make.logical("logical_xor") { $0 != $1 }, Make.comparison(.greater, name: "greater"),
    Make.comparison(.greaterOrEqual, name: "greater_equal"), Make.comparison(.less, name: "less"),
    Make.comparison(.lessOrEqual, name: "less_equal"), Make.comparison(.equal, name: "equal"),
    Make.comparison(.notEqual, name: "not_equal"),
  ]
}
