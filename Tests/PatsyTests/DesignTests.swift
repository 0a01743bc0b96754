import DataFrames
import Foundation
import LinearAlgebra
import Patsy
import Testing

/// Designs as objects: parts, subsets, chunks, missing values, sources of rows.
@Suite struct DesignTests {
  let frame = DesignTests.makeFrame()

  static func makeFrame() -> DataFrame {
    (try? DataFrame([
      "y": [1.0, 2, 3, 4, 5, 6], "x": [1.0, 2, .nan, 4, 5, 6], "a": ["u", "v", "w", "u", nil, "w"],
      "b": ["p", "q", "p", "q", "p", "q"],
    ])) ?? DataFrame()
  }

  @Test func slicesAndNames() throws {
    let info = try dmatrix("a + x + a:x", frame).designInfo
    #expect(info.termNames == ["Intercept", "a", "x", "a:x"])
    #expect(info.columnNames == ["Intercept", "a[T.v]", "a[T.w]", "x", "a[T.v]:x", "a[T.w]:x"])
    #expect(try info.slice("a") == 1..<3)
    #expect(try info.slice("a[T.w]") == 2..<3)
    #expect(try info.slice(Term([EvalFactor("x"), EvalFactor("a")])) == 4..<6)
    #expect(info.columnNameIndexes["x"] == 3)
    #expect(info.describe() == "1 + a + x + a:x")
    #expect(message { try info.slice("nope") } == "unknown column specified 'nope'")
    #expect(info.factorInfos?[try EvalFactor("a")]?.categories == ["u", "v", "w"])
    #expect(info.factorInfos?[try EvalFactor("x")]?.numColumns == 1)
  }

  @Test func subsetsKeepTheCoding() throws {
    let info = try dmatrix("a + x", frame).designInfo
    let subset = try info.subset("0 + x + a")
    #expect(subset.columnNames == ["x", "a[T.v]", "a[T.w]"])
    let built = try buildDesignMatrices([try info.subset(["a"])], ["a": ["w", "u"]])[0]
    #expect((0..<2).map(built.matrix.row) == [[0, 1], [0, 0]])
    #expect(message { try info.subset("y ~ x") } == "right-hand-side-only formula required")
    #expect(throws: PatsyError.self) { try info.subset("0 + nope") }
    #expect(try DesignInfo(["p", "q"]).subset(["q"]).columnNames == ["q"])
  }

  @Test func missingValues() throws {
    let (y, x) = try dmatrices("y ~ x + a", frame)
    #expect(y.keptRows == [0, 1, 3, 5])
    #expect(x.keptRows == y.keptRows)
    #expect(y.matrix.column(0) == [1, 2, 4, 6])
    let error = #expect(throws: PatsyError.self) { try dmatrices("y ~ b + x", frame, NAAction: .raise) }
    #expect(error?.description == "factor contains missing values\n    y ~ b + x\n            ^")
    let kept = NAAction { missing, rows in
      (0..<rows).filter { row in row != 0 && !missing.contains { $0.mask?[row] == true } }
    }
    #expect(try dmatrix("x", frame, NAAction: kept).keptRows == [1, 3, 4, 5])
    let passing = try dmatrix("0 + x", frame, NAAction: NAAction(NATypes: []))
    #expect(passing.rowCount == 6 && passing.matrix[2, 0].isNaN)
    #expect(try !dmatrix("b", frame).hasDroppedRows)
  }

  @Test func learnsInChunks() throws {
    let parts = try [0..<2, 2..<4, 4..<6].map { rows in
      try DataFrame(
        columns: frame.columns.map { column in Column(name: column.name, rows.map { column[$0] }) })
    }
    var passes = 0
    let info = try incrDbuilder(
      "a + center(y) + standardize(center(y) ** 2)",
      {
        passes += 1
        return parts
      })
    #expect(passes == 3, "two for nested transforms, one for levels")
    let whole = try dmatrix("a + center(y) + standardize(center(y) ** 2)", frame)
    #expect(info.columnNames == whole.columnNames)
    let built = try buildDesignMatrices([info], frame)[0].matrix
    #expect(zip(built.storage, whole.matrix.storage).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(
      message { try incrDbuilder("y ~ a") { parts } }?.hasPrefix("encountered outcome variables") == true)
    #expect(message { try incrDbuilders("a") { parts } } == "model is missing required outcome variables")
    #expect(try incrDbuilders("y ~ a") { parts }.lhs.columnNames == ["y"])
  }

  @Test func rowsMustAgree() {
    #expect(
      message { try dmatrix("x + z", ["x": [1.0, 2], "z": [1.0, 2, 3]]) }
        == "Number of rows mismatch between x and z (2 versus 3)")
    #expect(
      message { try dmatrix("1") }?.hasPrefix("No design matrix has any non-trivial factors") == true)
    #expect(
      message { try dmatrix("y.mean()", frame) }
        == "Number of rows mismatch between data argument and y.mean() (6 versus 1)")
    #expect((try? dmatrix("1", frame))?.rowCount == 6)
  }

  @Test func sidesAreChecked() {
    #expect(
      message { try dmatrix("y ~ x", frame) }
        == "encountered outcome variables for a model that does not expect them")
    #expect(message { try dmatrices("x", frame) } == "model is missing required outcome variables")
  }

  @Test func blankedTextKeepsOrigins() throws {
    let shown = "y ~ x + (1 | g) + nope"
    let code = "y ~ x + 0*0*0*0 + nope".replacing("0*0*0*0", with: "x      ")
    let model = try ModelDesc.fromFormula(code, shown: shown)
    let error = #expect(throws: PatsyError.self) { try dmatrices(model, frame) }
    #expect(
      error?.description
        == "Error evaluating factor: NameError: name 'nope' is not defined\n    \(shown)\n"
        + "                      ^^^^")
  }

  @Test func largeFactorsStayCodes() throws {
    let ids = (0..<40_000).map { $0 % 20_000 }
    let data = try DataFrame(["id": ids, "x": ids.map(Double.init)])
    let model = try ModelDesc.fromFormula("0 + C(id)")
    let info = try DesignInfo.learn([model.rhsTermlist], over: data)[0]
    #expect(info.columnNames.count == 20_000)
    let factor = try #require(info.factors.first)
    let (values, missing) = try #require(info.factorInfos?[factor]).evaluate(data)
    guard case .categorical(let codes) = values else { throw PatsyError("expected codes") }
    #expect(codes.prefix(3) == [0, 1, 2] && codes.count == 40_000 && missing == nil)
    let coding = info.termCodings?.first?.subterms.first?.contrastMatrices[factor]
    #expect(coding?.indicators?.isFull == true)
  }

  @Test(arguments: [
    ("x", true), ("np.log(x + 1)", true), ("C(a, Treatment('v'))", true), ("x > 2", true),
    ("a.str.upper()", true),
    ("x.clip(0, 1)", true), ("x.astype(str)", true), ("np.where(x > 1, 'p', 'q')", true), ("Q('x')", true),
    ("x - x.mean()", false), ("np.mean(x)", false), ("center(x)", false), ("bs(x, df=4)", false),
    ("x.shift(1)", false), ("x[::-1]", false), ("x.cumsum()", false), ("unknown(x)", false),
    ("max(x)", false),
    ("pd.cut(x, 3)", false),
  ])
  func elementwise(code: String, expected: Bool) throws {
    #expect(try EvalFactor(code).isElementwise(over: frame) == expected)
  }

  @Test func oneFactorAsAColumn() throws {
    #expect(try EvalFactor("np.square(y)").column(over: frame).doubles?.suffix(2) == [25, 36])
    #expect(try EvalFactor("a").column(over: frame).type == .string)
    let coded = try EvalFactor("C(a, levels=['w', 'v', 'u'])").column(over: frame)
    guard case .categorical(let categories) = coded.storage else { throw PatsyError("expected categories") }
    #expect(categories.levels == ["w", "v", "u"] && categories.codes == [2, 1, 0, 2, -1, 0])
    #expect(try EvalFactor("np.log(Q('my x') + b)").variableNames == ["np", "my x", "Q", "b"])
  }
}

extension DesignTests {
  @Test(arguments: [
    "a + standardize(y) + a:center(y)", "bs(y, df=4) + C(b, Sum)", "C(a, levels=['w', 'v', 'u']) * y",
    "cr(y, df=3) + np.log(center(y) + 9)", "C(y > 2, Treatment(True))", "1",
  ])
  func savedDesignsCodeNewData(formula: String) throws {
    let design = try dmatrix(formula, frame)
    let saved = try JSONEncoder().encode(design.designInfo)
    let info = try JSONDecoder().decode(DesignInfo.self, from: saved)
    #expect(info.columnNames == design.columnNames)
    #expect(info.termNames == design.designInfo.termNames)
    #expect(try buildDesignMatrices([info], frame)[0].matrix == design.matrix)
  }

  @Test func namesAloneAreSaved() throws {
    let info = try JSONDecoder().decode(DesignInfo.self, from: JSONEncoder().encode(DesignInfo(["p", "q"])))
    #expect(info.columnNames == ["p", "q"] && info.termCodings == nil)
  }
}
