extension Column {
  /// A column of texts, all of which stand for true or false, as truth values; others as they are.
  func withTruths(_ trueValues: [String], _ falseValues: [String]) -> Column {
    guard !trueValues.isEmpty || !falseValues.isEmpty, case .string(let texts) = storage else { return self }
    func says(_ text: String) -> Bool? {
      if trueValues.contains(text) { return true }
      if falseValues.contains(text) { return false }
      return ["true": true, "false": false][text.lowercased()]
    }
    let meanings = texts.pool.map(says)
    let hasMeaning = texts.codes.allSatisfy { $0 < 0 || meanings[Int($0)] != nil }
    guard hasMeaning, texts.codes.contains(where: { $0 >= 0 }) else { return self }
    return Column(
      name: name, storage: Bool.columnStorage(texts.codes.map { $0 < 0 ? nil : meanings[Int($0)] }))
  }
}
