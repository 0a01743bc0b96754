import ProgramStop

// The one way in which this package stops a program, in the words of this module.

/// Ends the program because its source code asks for what does not exist.
func stop(_ message: String) -> Never { ProgramStop.stop(message) }

/// Ends the program with a message unless the condition holds.
func require(_ condition: Bool, _ message: @autoclosure () -> String) {
  if !condition { stop(message()) }
}
