import DataFrames
import Patsy
import Testing

/// Methods of columns and functions of numpy and pandas inside factors, with Python's values.
@Suite struct ColumnMethods {
  private static let data = Result {
    try DataFrame([
      "x": [1.0, 2, 4, .nan, 0.5, 3], "k": [3, -2, 0, 5, -7, 4], "g": ["u", "v", "u", "v", "u", "v"],
      "t": ["one two", "b", "C d", "b", "one two", "x y"], "f": [true, false, true, true, false, false],
      "o": [true, nil, false, true, false, nil] as [Bool?],
      "d": ["2020-01-31", "2021-12-01", "2020-02-29", "2019-03-05 23:10", "2000-06-15", "1999-11-07"],
    ])
  }

  static let numbers: [(String, [Double])] = [
    ("x.groupby(g).transform('mean')", [5.5 / 3, 2.5, 5.5 / 3, 2.5, 5.5 / 3, 2.5]),
    ("k.groupby([g, f]).transform('sum')", [3, 2, 3, 5, -7, 2]),
    ("k.groupby(g).cumcount()", [0, 0, 1, 1, 2, 2]), ("k.groupby(g).cumsum()", [3, -2, 3, 3, -4, 7]),
    ("k.rolling(2).sum()", [.nan, 1, -2, 5, -2, -3]), ("k.expanding().max()", [3, 3, 3, 5, 5, 5]),
    ("k.shift(1)", [.nan, 3, -2, 0, 5, -7]), ("k.diff()", [.nan, -5, 2, 5, -12, 11]),
    ("k.rank()", [4, 2, 3, 6, 1, 5]), ("x.fillna(x.mean())", [1, 2, 4, 2.1, 0.5, 3]),
    ("x.ffill()", [1, 2, 4, 4, 0.5, 3]), ("k.clip(-1, 3)", [3, -1, 0, 3, -1, 3]),
    ("k // 2", [1, -1, 0, 2, -4, 2]), ("k % 3", [0, 1, 0, 2, 2, 1]),
    ("I(k // np.inf)", [0, -1, 0, 0, -1, 0]), ("I(k // 2.5)", [1, -1, 0, 2, -3, 1]),
    ("I(-7 % 3 + k)", [5, 0, 2, 7, -5, 6]), ("abs(k)", [3, 2, 0, 5, 7, 4]),
    ("k.between(0, 4) * 1", [1, 0, 1, 0, 0, 1]),
    ("t.str.len()", [7, 1, 3, 1, 7, 3]), ("t.str.count('o')", [2, 0, 0, 0, 2, 0]),
    ("np.where(k > 0, k, -1)", [3, -1, -1, 5, -1, 4]),
    ("np.select([k < 0, k < 4], [1, 2], 9)", [2, 1, 2, 9, 1, 9]),
    ("np.digitize(k, [-5, 0, 4])", [2, 1, 2, 3, 0, 3]), ("np.round(k / 4)", [1, -0, 0, 1, -2, 1]),
    ("I(k - k.std() * 0 - np.std(k) * 0)", [3, -2, 0, 5, -7, 4]),
    ("k.map({3: 1, -2: 2}).fillna(0)", [1, 2, 0, 0, 0, 0]),
    ("I(round(2.675, 2) + 0 * k)", [2.67, 2.67, 2.67, 2.67, 2.67, 2.67]),
    ("I(2 ** 3 ** 2 + 0 * k)", [512, 512, 512, 512, 512, 512]),
    ("pd.cut(k, [-10, 0, 3, 9], labels=False)", [1, 0, 0, 2, 0, 2]), ("f.astype(int)", [1, 0, 1, 1, 0, 0]),
    ("pd.to_datetime(d).dt.month", [1, 12, 2, 3, 6, 11]),
    ("pd.to_datetime(d).dt.dayofweek", [4, 2, 5, 1, 3, 6]),
    ("pd.to_datetime(d).dt.dayofyear", [31, 335, 60, 64, 167, 311]),
    ("pd.to_datetime(d).dt.hour", [0, 0, 0, 23, 0, 0]),
    ("k.ewm(alpha=0.5).mean()", [3, -1 / 3.0, -1 / 7.0, 39 / 15.0, -73 / 31.0, 55 / 63.0]),
    ("pd.factorize(t)[0]", [0, 1, 2, 1, 0, 3]), ("k.index", [0, 1, 2, 3, 4, 5]),
    ("np.gradient(k)", [-5, -1.5, 3.5, -3.5, -0.5, 11]), ("np.roll(k, 2)", [-7, 4, 3, -2, 0, 5]),
    ("np.dot(k, 2)", [6, -4, 0, 10, -14, 8]), ("np.isclose(k, 5) * 1", [0, 0, 0, 1, 0, 0]),
    ("g.map(t.value_counts()).isna() * 1", [1, 1, 1, 1, 1, 1]),
    ("t.map(t.value_counts())", [2, 2, 1, 2, 2, 1]),
    ("f.astype(int).rank(method='min')", [4, 1, 4, 4, 1, 1]),
    ("f.astype(int).rank(method='dense')", [2, 1, 2, 2, 1, 1]),
    ("f.astype(int).rank(method='first', ascending=False)", [1, 4, 2, 3, 5, 6]),
    ("I(k & 1)", [1, 0, 0, 1, 1, 0]), ("k.transform(np.abs)", [3, 2, 0, 5, 7, 4]),
    ("k.cummax()", [3, 3, 3, 5, 5, 5]), ("np.sign(k)", [1, -1, 0, 1, -1, 1]),
  ]

  @Test(arguments: numbers) func numeric(code: String, expected: [Double]) throws {
    let found = try EvalFactor(code).column(over: Self.data.get()).doubles
    #expect(difference([found ?? []], [expected]) < 1e-12)
  }

  static let texts: [(String, [String])] = [
    ("t.str.upper()", ["ONE TWO", "B", "C D", "B", "ONE TWO", "X Y"]),
    ("t.str[0]", ["o", "b", "C", "b", "o", "x"]),
    ("t.str.split(' ').str[0]", ["one", "b", "C", "b", "one", "x"]),
    ("t.str[:2]", ["on", "b", "C ", "b", "on", "x "]),
    ("g + '_' + f.astype(str)", ["u_True", "v_False", "u_True", "v_True", "u_False", "v_False"]),
    ("t.str.title()", ["One Two", "B", "C D", "B", "One Two", "X Y"]),
    ("k.astype(str)", ["3", "-2", "0", "5", "-7", "4"]),
    ("x.astype(str)", ["1.0", "2.0", "4.0", "", "0.5", "3.0"]),
    ("g.map({'u': 'p', 'v': 'q'})", ["p", "q", "p", "q", "p", "q"]),
    ("np.where(k > 0, 'hi', 'lo')", ["hi", "lo", "lo", "hi", "lo", "hi"]),
    ("g.str.cat(g, sep='-')", ["u-u", "v-v", "u-u", "v-v", "u-u", "v-v"]),
    ("t.str.replace('o', '0')", ["0ne tw0", "b", "C d", "b", "0ne tw0", "x y"]),
    ("g.shift(1)", ["", "u", "v", "u", "v", "u"]),
    ("t.str.pad(3)", ["one two", "  b", "C d", "  b", "one two", "x y"]),
    ("t.str.extract('([a-z]+)', expand=False)", ["one", "b", "d", "b", "one", "x"]),
    ("t.str.replace('[a-z] ', '-', regex=True)", ["on-two", "b", "C d", "b", "on-two", "-y"]),
    ("2 * g", ["uu", "vv", "uu", "vv", "uu", "vv"]),
    ("pd.to_datetime(d).dt.day_name().str[:3]", ["Fri", "Wed", "Sat", "Tue", "Thu", "Sun"]),
    ("I(o & f)", ["True", "False", "False", "True", "False", "False"]),
    ("I(f | o)", ["True", "False", "True", "True", "False", "False"]),
    ("I(f & x)", ["True", "False", "True", "False", "False", "False"]),
    ("I((k > 0) & 1)", ["True", "False", "False", "True", "False", "True"]),
    ("o.astype(bool)", ["True", "True", "False", "True", "False", "True"]),
    ("g.apply(str.upper)", ["U", "V", "U", "V", "U", "V"]),
  ]

  @Test(arguments: texts) func textual(code: String, expected: [String]) throws {
    #expect(try EvalFactor(code).column(over: Self.data.get()).strings.map { $0 ?? "" } == expected)
  }

  static let levels: [(String, [String])] = [
    ("pd.cut(k, [-10, 0, 9])", ["Interval(-10, 0, closed='right')", "Interval(0, 9, closed='right')"]),
    ("pd.cut(k, 2)", ["Interval(-7.012, -1.0, closed='right')", "Interval(-1.0, 5.0, closed='right')"]),
    ("pd.qcut(k, 2, labels=['lo', 'hi'])", ["lo", "hi"]), ("k > 0", ["False", "True"]),
    ("C(k)", ["-7", "-2", "0", "3", "4", "5"]),
    ("C(x)", ["0.5", "1.0", "2.0", "3.0", "4.0"]), ("C(t)", ["C d", "b", "one two", "x y"]),
    ("C(g, levels=['v', 'u'])", ["v", "u"]), ("C(k.groupby(g).transform('max'))", ["3", "5"]),
    ("C(g, levels=sorted(set(g), reverse=True))", ["v", "u"]),
    ("I(pd.Categorical(t).codes > 0)", ["False", "True"]),
    ("k.astype(object)", ["-7", "-2", "0", "3", "4", "5"]),
  ]

  @Test(arguments: levels) func categorical(code: String, expected: [String]) throws {
    let info = try dmatrix("0 + " + code, Self.data.get()).designInfo
    #expect(info.factorInfos?.values.first?.categories?.map(\.description) == expected)
  }

  static let errors: [(String, String)] = [
    ("k << 1", "TypeError"), ("t.mean()", "TypeError"), ("k.nope", "AttributeError"),
    ("np.nope(k)", "AttributeError"),
    ("nope", "NameError"), ("k[99]", "KeyError"), ("I(1 / 0)", "ZeroDivisionError"),
    ("k and x", "ValueError"),
    ("t.astype(float)", "ValueError"), ("x.astype(int)", "IntCastingNaNError"),
    ("k.str.upper()", "AttributeError"),
    ("k(1)", "TypeError"), ("I(k ** -1)", "ValueError"), ("I(t > 3)", "TypeError"),
    ("{'a': 1}['b']", "KeyError"),
    ("o.astype(int)", "ValueError"), ("np.log(o)", "TypeError"), ("I(f / f)", "NotImplementedError"),
    ("k @ 2", "IndexError"), ("C(g, Helmert('u'))", "TypeError"), ("np.isnan(t)", "TypeError"),
    ("np.log(k, base=2)", "TypeError"), ("Q('zz')", "NameError"), ("g.groupby(3).mean()", "KeyError"),
  ]

  @Test(arguments: errors) func failing(code: String, kind: String) {
    let text = message { try dmatrix(code, Self.data.get()) }
    #expect(text?.hasPrefix("Error evaluating factor: \(kind): ") == true, "\(text ?? "no error")")
  }

  /// Texts of pandas and numpy for mistakes that are made often.
  static let wordings: [(String, String)] = [
    ("k > 0 & x < 5", "Cannot perform 'rand_' with a dtyped [float64] array and scalar of type [bool]"),
    ("x & 1", "Cannot perform 'and_' with a dtyped [float64] array and scalar of type [bool]"),
    ("x & k", "unsupported operand type(s) for &: 'float' and 'int'"),
    ("(1 | g)", "unsupported operand type(s) for |: 'int' and 'StringArray'"),
    ("(x | g)", "unsupported operand type(s) for |: 'float' and 'str'"),
    ("g | t", "unsupported operand type(s) for |: 'StringArray' and 'StringArray'"),
    ("I(g * x)", "can't multiply sequence by non-int of type 'float'"),
    ("I(g + x)", "can only concatenate str (not \"float\") to str"),
    ("I(-g)", "bad operand type for unary -: 'str'"), ("np.abs(g)", "bad operand type for abs(): 'str'"),
    ("I(g ** 2)", "unsupported operand type(s) for ** or pow(): 'str' and 'int'"),
    ("k << k", "unsupported operand type(s) for <<: 'Series' and 'Series'"),
    ("C(g, Sum('u', 'v'))", "Sum.__init__() takes from 1 to 2 positional arguments but 3 were given"),
    ("C(g, Diff(1))", "Diff() takes no arguments"),
  ]

  @Test(arguments: wordings) func worded(code: String, text: String) throws {
    let error = #expect(throws: PatsyError.self) { try dmatrix(code, Self.data.get()) }
    #expect(error?.message.hasSuffix(": " + text) == true, "\(error?.message ?? "")")
  }

  /// Errors outside the factors' evaluation, which carry no carets.
  static let bare: [(String, String)] = [
    ("bs(g, df=4)", "unsupported operand type(s) for -: 'str' and 'str'"),
    ("cr(g, df=3)", "unsupported operand type(s) for -: 'str' and 'str'"),
    (
      "C(g, [[1, 0], [0]])",
      "setting an array element with a sequence. The requested array has an inhomogeneous shape after 1 dimensions. "
        + "The detected shape was (2,) + inhomogeneous part."
    ),
    ("C(g, Treatment(['u']))", "specified level ['u'] not found"),
    ("pd.get_dummies(g)", "categorical data cannot be >1-dimensional"),
    ("t.str.split(' ', expand=True)", "categorical data cannot be >1-dimensional"),
  ]

  @Test(arguments: bare) func withoutCarets(code: String, text: String) throws {
    let error = #expect(throws: PatsyError.self) { try dmatrix(code, Self.data.get()) }
    #expect(error?.description == text)
  }
}
