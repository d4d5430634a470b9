import WeftDevice
import WeftOps

extension ExecutionPlan.Step {
  /// Why there is no kernel for the step, which then runs on the host.
  var reasonForHost: String {
    let why: String? =
      switch definition {
      case is any ListDefinition: "it works on lists of the run"
      case is If, is While: "what runs next depends on data"
      case is Assert, is Print: "it speaks to the host"
      case is RandomShuffle, is RandomGamma, is Multinomial, is UniformCandidateSampler,
        is LogUniformCandidateSampler:
        "each draw depends on those before it"
      case is Cholesky, is MatrixDeterminant, is MatrixInverse, is MatrixSolve,
        is MatrixTriangularSolve, is Qr, is Svd, is SelfAdjointEigV2, is Orthonormalize:
        "the host factorises matrices"
      case is BroadcastArgs, is ConcatOffset, is KeptShape: "a few numbers about shapes"
      default: nil
      }
    return why.map { "no CUDA kernel: \($0)" } ?? "no CUDA kernel"
  }
}
