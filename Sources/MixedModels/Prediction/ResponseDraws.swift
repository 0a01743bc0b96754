import Distributions
package import LinearAlgebra

/// Models of responses drawn from the first of them, over the rows of the data or, where these are many to a cell, in the
/// space of the cells' sums.
package struct ResponseDraws: Sendable {
  private let models: [MixedModel]
  private let estimate: Estimate
  private let compressed: CompressedDesign?
  /// X b of each row of the data.
  private let means: [Double]
  private let rows: PredictionRows

  /// - Parameters:
  ///   - models: models over the same rows.
  ///   - estimate: of the first one.
  ///   - modes: its conditional modes, of which none is used but their shapes.
  package init(_ models: [MixedModel], estimate: Estimate, modes: [Matrix]) {
    self.models = models
    self.estimate = estimate
    compressed = CompressedDesign(models)
    rows = models[0].dataRows
    var fixed = rows
    for term in fixed.effects.indices { fixed.effects[term] = nil }
    means = compressed == nil ? fixed.predictions(estimate: estimate, modes: modes) : []
  }

  /// The models with a response drawn anew, one thread each.
  package func next(_ stream: inout RandomStream) -> [Result<MixedModel, EngineError>] {
    if let compressed {
      let response = compressed.draw(from: 0, estimate: estimate, stream: &stream)
      return models.enumerated().map { position, model in
        var options = model.options
        options.threads = 1
        do throws(EngineError) {
          return .success(try compressed.model(position, response: response, options: options))
        } catch { return .failure(error) }
      }
    }
    let response = models[0].simulate(rows, means: means, estimate: estimate, stream: &stream)
    return models.map { model in
      do throws(EngineError) { return .success(try model.replacingResponse(response, threads: 1)) } catch {
        return .failure(error)
      }
    }
  }
}
