/// The closed form of four levels at a point: L of I + T'MT, and on request W'a and N = W'(M + MSM)W.
final class FourLevelSystem {
  /// T by columns.
  let root: Buffer
  /// g = W'a, k × r by rows.
  let g: UnsafeMutablePointer<FourLevels>
  /// N, lower triangle by rows.
  let own: UnsafeMutablePointer<FourLevels>
  /// H, k × k.
  private let h: UnsafeMutablePointer<FourLevels>
  private let w: UnsafeMutablePointer<FourLevels>
  private let product: UnsafeMutablePointer<FourLevels>
  private let middle: UnsafeMutablePointer<FourLevels>
  private let memory: FourLevelBuffer
  private let columns: Int
  private let width: Int

  init(width k: Int, columns r: Int) {
    root = Buffer(k * k)
    memory = FourLevelBuffer(5 * k * k + k * r)
    h = memory.pointer
    w = h + k * k
    product = w + k * k
    middle = product + k * k
    own = middle + k * k
    g = own + k * k
    (width, columns) = (k, r)
  }

  convenience init(width: Int, columns: Int, root: [Double]) {
    self.init(width: width, columns: columns)
    self.root.copy(from: root)
  }

  /// L of I + T'MT of a record, by columns with the inverses of its pivots on the diagonal.
  ///
  /// - Returns: |I + T'MT| of each level; not above zero where it is not positive definite.
  @inline(__always)
  func factor<W: BlockWidth>(_: W.Type, _ m: UnsafePointer<FourLevels>) -> FourLevels {
    let (k, t, l) = (W.fixed ?? width, root.pointer, w)
    multiplyByRoot(W.self, m)
    for b in 0..<k {
      for a in b..<k {
        var value = FourLevels(repeating: a == b ? 1 : 0)
        for c in a..<k { value += t[c + a * k] * product[c + b * k] }
        l[a + b * k] = value
      }
    }
    var determinant = FourLevels(repeating: 1)
    for b in 0..<k {
      for c in 0..<b { for a in b..<k { l[a + b * k] -= l[a + c * k] * l[b + c * k] } }
      determinant *= l[b + b * k]
      let inverse = 1 / l[b + b * k].squareRoot()
      for a in b + 1..<max(k, b + 1) { l[a + b * k] *= inverse }
      l[b + b * k] = inverse
    }
    return determinant
  }

  /// L⁻¹T'a of a column of the record that was factored, whose entries are `stride` apart.
  ///
  /// Its square is a'Ha, to all digits also where columns depend on each other within a level: H itself then has entries of the
  /// size of S, which cancel.
  @inline(__always)
  func half<W: BlockWidth>(
    _: W.Type, _ a: UnsafePointer<FourLevels>, stride: Int, to target: UnsafeMutablePointer<FourLevels>
  ) {
    let (k, t, l) = (W.fixed ?? width, root.pointer, w)
    for b in 0..<k {
      var value = FourLevels.zero
      for c in b..<k { value += t[c + b * k] * a[c * stride] }
      for c in 0..<b { value -= l[b + c * k] * target[c] }
      target[b] = value * l[b + b * k]
    }
  }

  /// H = T(I + T'MT)⁻¹T' of the record that was factored.
  @inline(__always)
  private func form<W: BlockWidth>(_: W.Type) {
    let (k, t, l, half) = (W.fixed ?? width, root.pointer, w, middle)
    for b in 0..<k {
      for a in 0..<k {
        var value = FourLevels(repeating: a >= b ? t[a + b * k] : 0)
        for c in 0..<b { value -= l[b + c * k] * half[c + a * k] }
        half[b + a * k] = value * l[b + b * k]
      }
    }
    for a in 0..<k {
      for b in 0...a {
        var value = FourLevels.zero
        for c in 0..<k { value += half[c + a * k] * half[c + b * k] }
        h[a * k + b] = value
        h[b * k + a] = value
      }
    }
  }

  /// ``g`` and ``own`` of a record, its width looked up.
  func solve(_ m: UnsafePointer<FourLevels>) {
    switch width {
    case 1: solve(Width1.self, m)
    case 2: solve(Width2.self, m)
    case 3: solve(Width3.self, m)
    default: solve(AnyWidth.self, m)
    }
  }

  /// ``g`` and ``own`` of a record.
  @inline(__always)
  func solve<W: BlockWidth>(_: W.Type, _ m: UnsafePointer<FourLevels>) {
    let (k, r) = (W.fixed ?? width, columns)
    let determinant = factor(W.self, m)
    let a0 = m + LevelVectors.triangle(k)
    if k == 1 {
      w[0] = 1 / determinant
      own[0] = w[0] * m[0]
    } else if k == 2 {
      invertPair(m, determinant)
    } else {
      form(W.self)
      // T'M by rows of M, as (MT)'.
      multiplyByRoot(W.self, m)
      for a in 0..<k {
        for b in 0..<k {
          var value = FourLevels(repeating: a == b ? 1 : 0)
          for c in 0..<k { value -= h[a * k + c] * m[LevelVectors.entry(c, b)] }
          w[a + b * k] = value
        }
      }
      // (M + MT(MT)')W, then W' times that.
      for b in 0..<k {
        for a in 0..<k {
          var value = m[LevelVectors.entry(a, b)]
          for c in 0..<k { value += product[a + c * k] * product[b + c * k] }
          h[a + b * k] = value
        }
      }
      for b in 0..<k {
        for a in 0..<k {
          var value = FourLevels.zero
          for c in 0..<k { value += h[a + c * k] * w[c + b * k] }
          middle[a + b * k] = value
        }
      }
      for b in 0..<k {
        for a in b..<k {
          var value = FourLevels.zero
          for c in 0..<k { value += w[c + a * k] * middle[c + b * k] }
          own[LevelVectors.entry(a, b)] = value
        }
      }
    }
    for a in 0..<k {
      for c in 0..<r {
        var value = FourLevels.zero
        for b in 0..<k { value += w[b + a * k] * a0[b * r + c] }
        g[a * r + c] = value
      }
    }
  }

  /// W and N of two effects by minors, where nothing cancels: N = (M + |M| adj S) / |I + SM|.
  @inline(__always)
  private func invertPair(_ m: UnsafePointer<FourLevels>, _ determinant: FourLevels) {
    let t = root.pointer
    let (s11, s21, s22) = (t[0] * t[0], t[0] * t[1], t[1] * t[1] + t[3] * t[3])
    let inverse = 1 / determinant
    w[0] = (1 + s21 * m[1] + s22 * m[2]) * inverse
    w[1] = -(s21 * m[0] + s22 * m[1]) * inverse
    w[2] = -(s11 * m[1] + s21 * m[2]) * inverse
    w[3] = (1 + s11 * m[0] + s21 * m[1]) * inverse
    let minor = m[0] * m[2] - m[1] * m[1]
    own[0] = (m[0] + s22 * minor) * inverse
    own[1] = (m[1] - s21 * minor) * inverse
    own[2] = (m[2] + s11 * minor) * inverse
  }

  /// MT by columns.
  @inline(__always)
  private func multiplyByRoot<W: BlockWidth>(_: W.Type, _ m: UnsafePointer<FourLevels>) {
    let (k, t) = (W.fixed ?? width, root.pointer)
    for b in 0..<k {
      for a in 0..<k {
        var value = FourLevels.zero
        for c in b..<k { value += m[LevelVectors.entry(a, c)] * t[c + b * k] }
        product[a + b * k] = value
      }
    }
  }
}
