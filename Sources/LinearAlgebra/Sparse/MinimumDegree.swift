import Foundation

/// Approximate minimum degree ordering of a symmetric pattern.
///
/// P. Amestoy, T. Davis, I. Duff: "An approximate minimum degree ordering algorithm", SIAM J. Matrix Anal. Appl. 17
/// (1996). Elimination is followed on a quotient graph: an eliminated node becomes an *element*, whose list is the
/// clique it leaves behind; the list of a remaining *variable* holds the elements it touches, then variables. Elements
/// are absorbed by newer ones that cover them, indistinguishable variables are merged and eliminated together, and
/// the degree kept for a variable is an upper bound that costs one pass to update.
struct MinimumDegree {
  typealias Indices = UnsafeMutablePointer<Int32>

  let n: Int
  /// The lists, with room to write new elements behind them.
  let graph: Indices
  let capacity: Int
  var used = 0
  /// Where each node's list starts, its length, and how many elements lead it.
  let start: UnsafeMutablePointer<Int>
  let length: Indices
  let elementCount: Indices
  /// Original nodes that a variable stands for: 0 once it is absorbed, negated while it is in the new element.
  let weight: Indices
  /// A bound on a variable's external degree, or the weight of an element's list.
  let degree: Indices
  /// What absorbed a node, or -1.
  let owner: Indices
  /// Doubly linked lists of variables by degree; `next` also chains variables of equal hash.
  let head: Indices
  let next: Indices
  let previous: Indices
  let hashHead: Indices
  /// Stamps: 0 marks an absorbed element. Sixty-four bits never wrap.
  let mark: UnsafeMutablePointer<Int>
  var stamp = 2
  var widest = 0
  var leastDegree = 0
  var remaining: Int
  var pivots: [Int32] = []
  var deferred: [Int32] = []
  /// Work of the pivots so far, from the bounds of their degrees; put-off nodes count as a full block that all others
  /// touch.
  var flops = 0.0

  static let isElement: Int32 = -2
  static let isAbsorbed: Int32 = -1

  /// The nodes in elimination order, and about how many multiplications and additions the factor takes in it.
  static func order(_ pattern: SymmetricPattern) -> (nodes: [Int32], flops: Double) {
    var state = MinimumDegree(pattern)
    defer { state.deallocate() }
    state.classify()
    while state.remaining > 0 { state.eliminate() }
    return (state.ordering(), state.flops)
  }

  init(_ pattern: SymmetricPattern) {
    func indices(_ count: Int, _ value: Int32) -> Indices {
      let pointer = Indices.allocate(capacity: count)
      pointer.initialize(repeating: value, count: count)
      return pointer
    }
    let order = pattern.count
    n = order
    remaining = order
    length = indices(order, 0)
    elementCount = indices(order, 0)
    weight = indices(order, 1)
    degree = indices(order, 0)
    owner = indices(order, -1)
    head = indices(order + 1, -1)
    next = indices(order, -1)
    previous = indices(order, -1)
    hashHead = indices(order, -1)
    mark = .allocate(capacity: order)
    mark.initialize(repeating: 1, count: order)
    start = .allocate(capacity: order + 1)
    start.initialize(repeating: 0, count: order + 1)

    // Each entry off the diagonal is an edge, listed at both ends.
    func forEachEdge(_ body: (Int, Int) -> Void) {
      for j in 0..<order {
        for e in pattern.columnStarts[j]..<pattern.columnStarts[j + 1] {
          let i = Int(pattern.rowIndices[e])
          if i != j { body(i, j) }
        }
      }
    }
    forEachEdge { [length] i, j in
      length[i] += 1
      length[j] += 1
    }
    var total = 0
    for i in 0..<order {
      start[i] = total
      total += Int(length[i])
      length[i] = 0
    }
    capacity = total + total / 5 + 2 * order + 1
    graph = .allocate(capacity: capacity)
    used = total
    forEachEdge { [graph, start, length] i, j in
      graph[start[i] + Int(length[i])] = Int32(j)
      length[i] += 1
      graph[start[j] + Int(length[j])] = Int32(i)
      length[j] += 1
    }
    pivots.reserveCapacity(order)
  }

  func deallocate() {
    for pointer in [graph, length, elementCount, weight, degree, owner, head, next, previous, hashHead] {
      pointer.deallocate()
    }
    start.deallocate()
    mark.deallocate()
  }

  /// The degree beyond which a node is put off, the customary one: such rows would make every update slow, and end up
  /// last anyway.
  static func greatestDegree(of order: Int) -> Int { max(16, Int(10 * Double(order).squareRoot())) }

  /// Orders isolated nodes at once, puts off nodes of very high degree, and files the others by degree.
  mutating func classify() {
    let dense = MinimumDegree.greatestDegree(of: n)
    for i in 0..<n {
      // Entries given twice must not count a node beyond its possible neighbours.
      let d = min(Int(length[i]), n - 1)
      degree[i] = Int32(d)
      if d == 0 {
        elementCount[i] = MinimumDegree.isElement
        weight[i] = 0
        mark[i] = 0
        pivots.append(Int32(i))
        remaining -= 1
      } else if d > dense {
        elementCount[i] = MinimumDegree.isAbsorbed
        weight[i] = 0
        length[i] = 0
        deferred.append(Int32(i))
        remaining -= 1
      } else {
        file(i, d)
      }
    }
    leastDegree = 0
    flops = pow(Double(deferred.count), 3) / 3
    deferred.sort { (degree[Int($0)], $0) < (degree[Int($1)], $1) }
  }

  @inline(__always)
  func file(_ i: Int, _ d: Int) {
    let first = head[d]
    if first >= 0 { previous[Int(first)] = Int32(i) }
    next[i] = first
    previous[i] = -1
    head[d] = Int32(i)
  }

  mutating func eliminate() {
    while head[leastDegree] < 0 { leastDegree += 1 }
    let k = Int(head[leastDegree])
    let after = next[k]
    if after >= 0 { previous[Int(after)] = -1 }
    head[leastDegree] = after
    if elementCount[k] > 0, used + leastDegree >= capacity { compact() }

    let inPlace = elementCount[k] == 0
    remaining -= Int(weight[k])
    let members = formElement(k)
    measureOverlaps(members)
    updateDegrees(k, members)
    mergeIndistinguishable(members)
    let end = fileMembers(k, members)
    if !inPlace { used = end }
    pivots.append(Int32(k))
    let merged = Double(weight[k])
    let row = Double(Int(degree[k]) + deferred.count) + 0.5 * merged
    flops += merged * row * row
  }

  /// Moves the live lists together at the front of the graph.
  mutating func compact() {
    // The first entry of each list changes places with its start, leaving a tag that names the list.
    for j in 0..<n where owner[j] < 0 && length[j] > 0 {
      let p = start[j]
      start[j] = Int(graph[p])
      graph[p] = -1 - Int32(j)
    }
    var to = 0
    var from = 0
    while from < used {
      let tag = graph[from]
      from += 1
      if tag >= 0 { continue }
      let j = Int(-1 - tag)
      graph[to] = Int32(start[j])
      start[j] = to
      to += 1
      for _ in 1..<max(1, Int(length[j])) {
        graph[to] = graph[from]
        to += 1
        from += 1
      }
    }
    used = to
  }

  /// Every node after the pivot with which it was eliminated; put-off nodes last.
  func ordering() -> [Int32] {
    // Chains of absorbed variables lead to a pivot; `next` now links the members of one pivot.
    for i in 0..<n { (head[i], next[i]) = (-1, -1) }
    for i in 0..<n where elementCount[i] == MinimumDegree.isAbsorbed && owner[i] >= 0 {
      var pivot = Int(owner[i])
      while elementCount[pivot] != MinimumDegree.isElement { pivot = Int(owner[pivot]) }
      owner[i] = Int32(pivot)
      next[i] = head[pivot]
      head[pivot] = Int32(i)
    }
    var result = [Int32]()
    result.reserveCapacity(n)
    for pivot in pivots {
      result.append(pivot)
      var member = head[Int(pivot)]
      while member >= 0 {
        result.append(member)
        member = next[Int(member)]
      }
    }
    return result + deferred
  }
}
