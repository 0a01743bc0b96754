/// Approximate minimum degree ordering of a symmetric pattern.
///
/// P. Amestoy, T. Davis, I. Duff: "An approximate minimum degree ordering algorithm", SIAM J. Matrix Anal. Appl. 17
/// (1996). Elimination is followed on a quotient graph: an eliminated node becomes an *element*, whose list is the
/// clique it leaves behind; the list of a remaining *variable* holds the elements it touches, then variables. Elements
/// are absorbed by newer ones that cover them, indistinguishable variables are merged and eliminated together, and
/// the degree kept for a variable is an upper bound that costs one pass to update.
struct MinimumDegree {
  private typealias Indices = UnsafeMutablePointer<Int32>

  private let n: Int
  /// The lists, with room to write new elements behind them.
  private let graph: Indices
  private let capacity: Int
  private var used = 0
  /// Where each node's list starts, its length, and how many elements lead it.
  private let start: UnsafeMutablePointer<Int>
  private let length: Indices
  private let elementCount: Indices
  /// Original nodes that a variable stands for: 0 once it is absorbed, negated while it is in the new element.
  private let weight: Indices
  /// A bound on a variable's external degree, or the weight of an element's list.
  private let degree: Indices
  /// What absorbed a node, or -1.
  private let owner: Indices
  /// Doubly linked lists of variables by degree; `next` also chains variables of equal hash.
  private let head: Indices
  private let next: Indices
  private let previous: Indices
  private let hashHead: Indices
  /// Stamps: 0 marks an absorbed element. Sixty-four bits never wrap.
  private let mark: UnsafeMutablePointer<Int>
  private var stamp = 2
  private var widest = 0
  private var leastDegree = 0
  private var remaining: Int
  private var pivots: [Int32] = []
  private var deferred: [Int32] = []

  private static let isElement: Int32 = -2
  private static let isAbsorbed: Int32 = -1

  /// The nodes in elimination order.
  static func order(_ pattern: SymmetricPattern) -> [Int32] {
    var state = MinimumDegree(pattern)
    defer { state.deallocate() }
    state.classify()
    while state.remaining > 0 { state.eliminate() }
    return state.ordering()
  }

  private init(_ pattern: SymmetricPattern) {
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

  private func deallocate() {
    for pointer in [graph, length, elementCount, weight, degree, owner, head, next, previous, hashHead] {
      pointer.deallocate()
    }
    start.deallocate()
    mark.deallocate()
  }

  /// Orders isolated nodes at once, puts off nodes of very high degree, and files the others by degree.
  private mutating func classify() {
    // The customary threshold: such rows would make every update slow, and end up last anyway.
    let dense = max(16, Int(10 * Double(n).squareRoot()))
    for i in 0..<n {
      let d = Int(length[i])
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
    deferred.sort { (degree[Int($0)], $0) < (degree[Int($1)], $1) }
  }

  @inline(__always)
  private func file(_ i: Int, _ d: Int) {
    let first = head[d]
    if first >= 0 { previous[Int(first)] = Int32(i) }
    next[i] = first
    previous[i] = -1
    head[d] = Int32(i)
  }

  private mutating func eliminate() {
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
  }

  /// Moves the live lists together at the front of the graph.
  private mutating func compact() {
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

  /// Gathers the variables adjacent to pivot k, directly or through its elements, which k absorbs.
  private mutating func formElement(_ k: Int) -> Range<Int> {
    let (graph, weight, next, previous) = (graph, weight, next, previous)
    let elements = Int(elementCount[k])
    var p = start[k]
    let first = elements == 0 ? p : used
    var last = first
    var total = 0
    weight[k] = -weight[k]
    for step in 0...elements {
      var e = k
      var q = p
      var count = Int(length[k]) - elements
      if step < elements {
        e = Int(graph[p])
        p += 1
        q = start[e]
        count = Int(length[e])
      }
      for position in q..<q + count {
        let i = Int(graph[position])
        let w = weight[i]
        if w <= 0 { continue }
        total += Int(w)
        weight[i] = -w
        graph[last] = Int32(i)
        last += 1
        let (after, before) = (next[i], previous[i])
        if after >= 0 { previous[Int(after)] = before }
        if before >= 0 { next[Int(before)] = after } else { head[Int(degree[i])] = after }
      }
      if e != k {
        owner[e] = Int32(k)
        mark[e] = 0
      }
    }
    degree[k] = Int32(total)
    start[k] = first
    length[k] = Int32(last - first)
    elementCount[k] = MinimumDegree.isElement
    return first..<last
  }

  /// Leaves in `mark[e] - stamp` the weight of element e outside the new element, for all e next to it.
  private func measureOverlaps(_ members: Range<Int>) {
    let (graph, mark, stamp) = (graph, mark, stamp)
    for position in members {
      let i = Int(graph[position])
      let elements = Int(elementCount[i])
      if elements <= 0 { continue }
      let w = -Int(weight[i])
      for p in start[i]..<start[i] + elements {
        let e = Int(graph[p])
        let seen = mark[e]
        if seen >= stamp {
          mark[e] = seen - w
        } else if seen != 0 {
          mark[e] = Int(degree[e]) + stamp - w
        }
      }
    }
  }

  /// Rewrites each member's list, bounds its degree, and hashes it; members left without neighbours outside join
  /// the pivot.
  private mutating func updateDegrees(_ k: Int, _ members: Range<Int>) {
    let (graph, mark, weight, stamp) = (graph, mark, weight, stamp)
    for position in members {
      let i = Int(graph[position])
      let begin = start[i]
      let middle = begin + Int(elementCount[i])
      let end = begin + Int(length[i])
      var to = begin
      var d = 0
      var hash = 0
      for p in begin..<middle {
        let e = Int(graph[p])
        let seen = mark[e]
        if seen == 0 { continue }
        let outside = seen - stamp
        if outside > 0 {
          d += outside
          graph[to] = Int32(e)
          to += 1
          hash &+= e
        } else {
          // Wholly inside the new element: aggressive absorption.
          owner[e] = Int32(k)
          mark[e] = 0
        }
      }
      let variables = to
      elementCount[i] = Int32(to - begin + 1)
      for p in middle..<end {
        let j = Int(graph[p])
        let w = weight[j]
        if w <= 0 { continue }
        d += Int(w)
        graph[to] = Int32(j)
        to += 1
        hash &+= j
      }
      if d == 0 {
        let w = -weight[i]
        owner[i] = Int32(k)
        degree[k] -= w
        weight[k] -= w
        remaining -= Int(w)
        weight[i] = 0
        elementCount[i] = MinimumDegree.isAbsorbed
      } else {
        degree[i] = min(degree[i], Int32(truncatingIfNeeded: d))
        // The new element leads the list; at least one entry was dropped, so there is room.
        graph[to] = graph[variables]
        graph[variables] = graph[begin]
        graph[begin] = Int32(k)
        length[i] = Int32(to - begin + 1)
        let bucket = hash % n
        next[i] = hashHead[bucket]
        hashHead[bucket] = Int32(i)
        previous[i] = Int32(bucket)
      }
    }
    widest = max(widest, Int(degree[k]))
    self.stamp += widest + 1
  }

  /// Merges members whose lists are equal.
  private mutating func mergeIndistinguishable(_ members: Range<Int>) {
    let (graph, mark, next) = (graph, mark, next)
    for position in members {
      let member = Int(graph[position])
      if weight[member] >= 0 { continue }
      let bucket = Int(previous[member])
      var i = Int(hashHead[bucket])
      hashHead[bucket] = -1
      while i >= 0, next[i] >= 0 {
        let count = length[i]
        let elements = elementCount[i]
        for p in start[i] + 1..<start[i] + Int(count) { mark[Int(graph[p])] = stamp }
        var last = i
        var j = Int(next[i])
        while j >= 0 {
          var equal = length[j] == count && elementCount[j] == elements
          if equal {
            for p in start[j] + 1..<start[j] + Int(count) where mark[Int(graph[p])] != stamp {
              equal = false
              break
            }
          }
          if equal {
            owner[j] = Int32(i)
            weight[i] += weight[j]
            weight[j] = 0
            elementCount[j] = MinimumDegree.isAbsorbed
          } else {
            last = j
          }
          j = Int(next[j])
          if equal { next[last] = Int32(j) }
        }
        i = Int(next[i])
        stamp += 1
      }
    }
  }

  /// Files the surviving members under their new degree and closes the element's list; returns its end.
  private mutating func fileMembers(_ k: Int, _ members: Range<Int>) -> Int {
    var to = members.lowerBound
    let total = Int(degree[k])
    for position in members {
      let i = Int(graph[position])
      let w = -Int(weight[i])
      if w <= 0 { continue }
      weight[i] = Int32(w)
      let d = max(0, min(Int(degree[i]) + total - w, remaining - w))
      degree[i] = Int32(d)
      file(i, d)
      leastDegree = min(leastDegree, d)
      graph[to] = Int32(i)
      to += 1
    }
    weight[k] = -weight[k]
    length[k] = Int32(to - members.lowerBound)
    if length[k] == 0 { mark[k] = 0 }
    return to
  }

  /// Every node after the pivot with which it was eliminated; put-off nodes last.
  private func ordering() -> [Int32] {
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
