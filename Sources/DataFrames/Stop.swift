import Foundation

/// Ends the program because its source code asks for what does not exist, as an array index out of range
/// does.
///
/// What has been printed goes out first. An optimised build drops the message of a failed precondition, so it is
/// written to standard error.
func stop(_ message: String) -> Never {
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
func require(_ condition: Bool, _ message: @autoclosure () -> String) {
  if !condition { stop(message()) }
}
