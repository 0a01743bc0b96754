/// What stands under a picture's title: the model with its random part, and what is to be minded of the fit.
struct PictureCaption {
  private let results: MixedLMResults

  init(_ results: MixedLMResults) { self.results = results }

  /// The model's line, the given notes, then what is doubtful about the fit.
  func lines(_ notes: [String] = []) -> [String] { [model] + notes + doubts }

  /// The model in a line: formula, random part, method, number of rows.
  var model: String {
    let model = results.model
    let fixed =
      model.formula ?? "\(model.endogNames) ~ \(model.exogNames.joined(separator: " + "))"
    let random = randomPart
    return
      "\(fixed)\(random.isEmpty ? "" : "; random: \(random)"); \(results.method), "
      + DisplayText.count(results.nobs, "row")
  }

  /// The covariance blocks that the formula does not show: those of groups, dictionaries and components.
  private var randomPart: String {
    let specification = results.specification
    if specification.isRestored, let formula = results.model.formula,
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

extension MixedLMResults {
  /// Whether the variance of an effect of a block is estimated, or held, at zero.
  func isZeroVariance(block: Int, effect: Int) -> Bool {
    let covariance = relativeCovariances[block]
    return effect < covariance.rows && !(covariance[effect, effect] > 0)
  }

  /// Effects without variance, as `effect of factor`.
  var zeroVariances: [String] {
    specification.blocks.indices.flatMap { position -> [String] in
      let block = specification.blocks[position]
      return block.names.indices.filter { isZeroVariance(block: position, effect: $0) }.map {
        block.isComponent ? block.group : "\(DisplayText.name(block.names[$0])) of \(block.group)"
      }
    }
  }
}
