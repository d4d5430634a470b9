import WeftDevice
import WeftOps

/// Joins steps that are one launch on a GPU.
func combine(
  _ steps: inout [PlannedStep], _ plan: ExecutionPlan, _ context: CUDAContext,
  _ options: CUDAOptions
) throws(GraphError) {
}
