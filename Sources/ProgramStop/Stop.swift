import Foundation

/// Ends the program because its source code asks for what does not exist, as an array index out of range does.
///
/// What the program printed before is written out first: a buffer that waits for more would be lost. An optimised
/// build drops the message of a failed precondition, so it is written to standard error beforehand.
package func stop(_ message: String) -> Never {
  fflush(nil)
  var isOptimised = true
  assert(
    {
      isOptimised = false
      return true
    }())
  if isOptimised { FileHandle.standardError.write(Data("Fatal error: \(message)\n".utf8)) }
  preconditionFailure(message)
}

/// Ends the program with a message unless the condition holds.
package func require(_ condition: Bool, _ message: @autoclosure () -> String) {
  if !condition { stop(message()) }
}

/// Ends the program unless a position is one of a collection.
///
/// - Parameters:
///   - what: what has the positions, as the message names it.
///   - twin: what to call for positions that come from outside the source code.
package func require(position: Int, below count: Int, of what: String, twin: String) {
  if position >= 0 && position < count { return }
  let range = count == 0 ? "it is empty" : "positions are 0 to \(count - 1)"
  stop("\(what) has no position \(position): \(range). \(twin) is nil there")
}
