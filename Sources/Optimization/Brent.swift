import Foundation

/// Minimisation along a line without derivatives: golden-section bracketing, then R. Brent's parabolic method
/// ("Algorithms for Minimization without Derivatives", 1973), with the constants of scipy's `bracket` and `brent`.
struct Brent {
  /// Three points of which the middle one is lowest.
  private struct Bracket {
    var a: (x: Double, f: Double)
    var b: (x: Double, f: Double)
    var c: (x: Double, f: Double)
  }

  /// A minimiser near 0 and the function there; the best point met where no bracket is found.
  ///
  /// - Parameter f: nil stops the search at the best point met.
  static func minimum(tolerance: Double, _ f: (Double) -> Double?) -> (x: Double, value: Double)? {
    guard let (found, valid) = bracket(f) else { return nil }
    guard valid else {
      let best = [found.a, found.b, found.c].min { ($0.f.isNaN ? .infinity : $0.f) < $1.f } ?? found.b
      return (best.x, best.f)
    }
    return polish(found, tolerance: tolerance, f)
  }

  private static func bracket(_ f: (Double) -> Double?) -> (Bracket, valid: Bool)? {
    let golden = 1.618034
    guard let f0 = f(0), let f1 = f(1) else { return nil }
    var s = Bracket(a: (0, f0), b: (1, f1), c: (0, 0))
    if s.a.f < s.b.f { swap(&s.a, &s.b) }
    func probe(_ x: Double) -> (x: Double, f: Double)? { f(x).map { (x, $0) } }
    guard let third = probe(s.b.x + golden * (s.b.x - s.a.x)) else { return nil }
    s.c = third
    var trials = 0
    while s.c.f < s.b.f {
      guard trials <= 1000 else { return (s, false) }
      trials += 1
      let t1 = (s.b.x - s.a.x) * (s.b.f - s.c.f)
      let t2 = (s.b.x - s.c.x) * (s.b.f - s.a.f)
      let denominator = abs(t2 - t1) < 1e-21 ? 2e-21 : 2 * (t2 - t1)
      let x = s.b.x - ((s.b.x - s.c.x) * t2 - (s.b.x - s.a.x) * t1) / denominator
      let limit = s.b.x + 110 * (s.c.x - s.b.x)
      var w: (x: Double, f: Double)
      if (x - s.c.x) * (s.b.x - x) > 0 {
        guard let inner = probe(x) else { return nil }
        if inner.f < s.c.f {
          (s.a, s.b) = (s.b, inner)
          break
        }
        if inner.f > s.b.f {
          s.c = inner
          break
        }
        guard let beyond = probe(s.c.x + golden * (s.c.x - s.b.x)) else { return nil }
        w = beyond
      } else if (x - limit) * (limit - s.c.x) >= 0 {
        guard let far = probe(limit) else { return nil }
        w = far
      } else if (x - limit) * (s.c.x - x) > 0 {
        guard let outer = probe(x) else { return nil }
        w = outer
        if outer.f < s.c.f {
          (s.b, s.c) = (s.c, outer)
          guard let beyond = probe(s.c.x + golden * (s.c.x - s.b.x)) else { return nil }
          w = beyond
        }
      } else {
        guard let beyond = probe(s.c.x + golden * (s.c.x - s.b.x)) else { return nil }
        w = beyond
      }
      (s.a, s.b, s.c) = (s.b, s.c, w)
    }
    let lowest = (s.b.f < s.c.f && s.b.f <= s.a.f) || (s.b.f < s.a.f && s.b.f <= s.c.f)
    let ordered = (s.a.x < s.b.x && s.b.x < s.c.x) || (s.c.x < s.b.x && s.b.x < s.a.x)
    return (s, lowest && ordered && s.a.x.isFinite && s.c.x.isFinite)
  }

  private static func polish(
    _ bracket: Bracket, tolerance: Double, _ f: (Double) -> Double?
  ) -> (x: Double, value: Double) {
    let golden = 0.3819660
    var x = bracket.b
    var (w, v) = (x, x)
    var a = min(bracket.a.x, bracket.c.x)
    var b = max(bracket.a.x, bracket.c.x)
    var (last, step) = (0.0, 0.0)
    for _ in 0..<500 {
      let tol1 = tolerance * abs(x.x) + 1e-11
      let tol2 = 2 * tol1
      let middle = 0.5 * (a + b)
      if abs(x.x - middle) < tol2 - 0.5 * (b - a) { break }
      var parabolic = false
      if abs(last) > tol1 {
        let t1 = (x.x - w.x) * (x.f - v.f)
        let t2 = (x.x - v.x) * (x.f - w.f)
        var p = (x.x - v.x) * t2 - (x.x - w.x) * t1
        let q = 2 * (t2 - t1)
        if q > 0 { p = -p }
        let older = last
        last = step
        if p > abs(q) * (a - x.x), p < abs(q) * (b - x.x), abs(p) < abs(0.5 * q * older) {
          parabolic = true
          step = p / abs(q)
          let u = x.x + step
          if u - a < tol2 || b - u < tol2 { step = middle >= x.x ? tol1 : -tol1 }
        }
      }
      if !parabolic {
        last = x.x >= middle ? a - x.x : b - x.x
        step = golden * last
      }
      let target = abs(step) < tol1 ? (step >= 0 ? x.x + tol1 : x.x - tol1) : x.x + step
      guard let value = f(target) else { break }
      let u = (x: target, f: value)
      if u.f > x.f {
        if u.x < x.x { a = u.x } else { b = u.x }
        if u.f <= w.f || w.x == x.x {
          (v, w) = (w, u)
        } else if u.f <= v.f || v.x == x.x || v.x == w.x {
          v = u
        }
      } else {
        if u.x >= x.x { a = x.x } else { b = x.x }
        (v, w, x) = (w, x, u)
      }
    }
    return (x.x, x.f)
  }
}
