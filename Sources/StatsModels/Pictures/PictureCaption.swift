extension MixedModelFit {
  /// What the linear predictor is called: the response, after generalised models under its link.
  var predictorName: String {
    let name = DisplayText.name(responseName)
    return responseFamily.map { family in
      family.link == .identity ? name : "\(family.link.rawValue) of \(name)"
    } ?? name
  }
}

/// What stands under a picture's title: the model with its random part, and what is to be minded of the fit.
struct PictureCaption {
  private let results: any MixedModelFit

  init(_ results: any MixedModelFit) { self.results = results }

  /// The model's line, the given notes, then what is doubtful about the fit.
  func lines(_ notes: [String] = []) -> [String] { [model] + notes + doubts }

  /// The model in a line: formula, random part, method, number of rows.
  var model: String {
    let names = results.specification.exogNames.joined(separator: " + ")
    let fixed = formula ?? "\(results.responseName) ~ \(names)"
    let random = randomPart
    let method = (results.responseFamily.map { "\($0), " } ?? "") + results.method
    return
      "\(fixed)\(random.isEmpty ? "" : "; random: \(random)"); \(method), "
      + DisplayText.count(results.nobs, "row")
  }

  private var formula: String? { results.specification.source?.arguments.formula }

  /// The covariance blocks that the formula does not show: those of groups, dictionaries and components.
  private var randomPart: String {
    let specification = results.specification
    if specification.isRestored, let formula,
      (try? BarFormula(formula))?.operands.isEmpty == false
    {
      return ""
    }
    let components = specification.source?.arguments.vcFormula
    let parts = specification.blocks.filter { $0.position == nil }.map { block -> String in
      if block.isComponent {
        let formula = components?[block.group].map { " = \($0)" } ?? ""
        return "\(block.group)\(formula) in \(specification.groupingName)"
      }
      let names = block.names.map { $0 == "Intercept" ? "1" : $0 }
      return "(\(names.joined(separator: " + ")) | \(block.group))"
    }
    return DisplayText.list(parts, limit: 6)
  }

  /// Fits whose pictures must not be taken at face value.
  private var doubts: [String] {
    var lines: [String] = []
    if !results.converged {
      lines.append("Not converged: the picture is of the point where the fit stopped.")
    }
    let zero = results.zeroVariances
    if !zero.isEmpty {
      lines.append("Variance estimated as zero, so that no effect shows: \(DisplayText.list(zero)).")
    }
    return lines
  }
}
