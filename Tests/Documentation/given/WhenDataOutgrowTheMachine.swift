import GRDB
import SQLiteSource

let pigs = try DataFrame(csv: "dietox.csv")
try? FileManager.default.removeItem(atPath: "pigs.db")
let made = try DatabaseQueue(path: "pigs.db")
try await made.write { database in
  try database.execute(sql: "CREATE TABLE dietox (Pig INTEGER, Time INTEGER, Weight DOUBLE)")
  for row in 0..<pigs.rowCount {
    let values: [(any DatabaseValueConvertible)?] = ["Pig", "Time", "Weight"].map { pigs[$0][row]?.number }
    try database.execute(sql: "INSERT INTO dietox VALUES (?, ?, ?)", arguments: StatementArguments(values))
  }
}
try made.close()
