extension MinimumDegree {
  /// Gathers the variables adjacent to pivot k, directly or through its elements, which k absorbs.
  mutating func formElement(_ k: Int) -> Range<Int> {
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
  func measureOverlaps(_ members: Range<Int>) {
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
  mutating func updateDegrees(_ k: Int, _ members: Range<Int>) {
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
  mutating func mergeIndistinguishable(_ members: Range<Int>) {
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
  mutating func fileMembers(_ k: Int, _ members: Range<Int>) -> Int {
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
}
