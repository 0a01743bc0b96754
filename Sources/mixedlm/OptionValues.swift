import ArgumentParser

/// What `--format` takes where the result is a table.
enum TableFormat: String, ExpressibleByArgument, CaseIterable {
  case csv, json
}
