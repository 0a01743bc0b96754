// The frame that the calls are about: students of classrooms of schools of provinces, each with several tests.
func wave(_ i: Int, _ length: Double, _ phase: Double = 0) -> Double { sin(Double(i) * length + phase) }
let rows = 0..<480
let students = rows.map { $0 / 4 }
let columns: KeyValuePairs<String, any ColumnConvertible> = [
  "student_id": students, "student": students.map { $0 % 20 }, "test": rows.map { $0 % 7 },
  "classroom": students.map { $0 / 5 % 4 }, "class_id": students.map { $0 / 5 % 4 },
  "school": students.map { $0 / 20 }, "school_id": students.map { $0 / 20 },
  "province": students.map { ["north", "south", "west"][$0 / 40] },
  "sex": students.map { $0 % 3 == 0 ? "f" : "m" }, "group": students.map { $0 % 2 == 0 ? "a" : "b" },
  "age": rows.map { 12 + wave($0, 2.1) }, "pretest": rows.map { 50 + 10 * wave($0, 3.7) },
  "study_hours": rows.map { 8 + 4 * wave($0, 1.3) }, "prior_gpa": rows.map { 3 + 0.5 * wave($0, 4.9) },
  "score": rows.map {
    60 + 5 * wave($0 / 80, 2.3) + 3 * wave($0 / 4, 5.1) + 4 * wave($0 % 7, 1.9) + 6 * wave($0, 7.7)
  },
  "test_score": rows.map {
    60 + 6 * wave($0 / 80, 1.1) + 4 * wave($0 / 20, 2.9) + 3 * wave($0 / 4, 5.1) + 5 * wave($0, 8.3)
  },
]
var data = try DataFrame(columns)
