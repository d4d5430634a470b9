import Weft
import WeftTesting

/// One or more cases for every operation: what is run on every device. A file for each family.
package enum CaseTable {
  package static let all: [OpCase] =
    unary + binary + gradientPointwise + otherPointwise + reductions + scans + products + losses
    + layers + convolutions + pooled + normalizations + shapes + arrays + blocks + linearAlgebra
    + fused + fusedReductions + control + updates
    + scattered + optimizers + sparseOptimizers + resizing + random + controlFlow
    + runTimeOperands

  /// Operations that no case builds, with the reason.
  package static let without: [String: String] = [
    "Placeholder": "every case is fed through it",
    "Const": "every constant operand is one",
    "VariableV2": "every updated operand is one",
    "NoOp": "computes nothing",
    "WeftAllAxes": "follows from types, so that no device sees it",
    "WeftGroupSize": "follows from types, so that no device sees it",
    "Rank": "follows from types, so that no device sees it",
    "Size": "follows from types, so that no device sees it",
    "ShapeN": "follows from types, so that no device sees it",
    "Unique": "the shape depends on data: runs on the host between two stages",
    "ListDiff": "the shape depends on data: runs on the host between two stages",
    "Where": "the shape depends on data: runs on the host between two stages",
    "DynamicPartition": "the shape depends on data: runs on the host between two stages",
    "Range": "the shape depends on data: runs on the host between two stages",
    "WeftSwappedAxes": "follows from types, so that no device sees it",
    "WeftShapePart": "follows from types, so that no device sees it",
    "EnsureShape": "a view, so that no device sees it",
    "IsVariableInitialized": "asks the session: runs on the host between two stages",
    "NonMaxSuppressionV3": "the shape depends on data: runs on the host between two stages",
    "FIFOQueueV2": "works on a queue: runs on the host between two stages",
    "PaddingFIFOQueueV2": "works on a queue: runs on the host between two stages",
    "RandomShuffleQueueV2": "works on a queue: runs on the host between two stages",
    "QueueEnqueueV2": "works on a queue: runs on the host between two stages",
    "QueueEnqueueManyV2": "works on a queue: runs on the host between two stages",
    "QueueDequeueV2": "works on a queue: runs on the host between two stages",
    "QueueDequeueManyV2": "works on a queue: runs on the host between two stages",
    "QueueDequeueUpToV2": "works on a queue: runs on the host between two stages",
    "QueueSizeV2": "works on a queue: runs on the host between two stages",
    "QueueIsClosedV2": "works on a queue: runs on the host between two stages",
    "QueueCloseV2": "works on a queue: runs on the host between two stages",
    "WeftHistoryRead": "a part of the gradients of loops, which cases check",
    "WeftRecorded": "a part of the gradients of branches and loops; no device sees it",
    "TensorArrayGradV3": "a part of the gradients of tensor arrays, which cases check",
  ]

  /// Operations of which no case compares a gradient: they have none to compare. What they give are
  /// whole numbers, truth values, random numbers or updated variables, or steps of slope 0. Or they are
  /// for `float32` alone, and what TensorFlow gives judges them.
  package static let withoutGradient: Set<String> = [
    "ArgMax", "ArgMin", "InTopKV2", "All", "Any", "IsFinite", "IsInf", "IsNan", "Sign",
    "Equal", "NotEqual", "Less", "LessEqual", "Greater", "GreaterEqual",
    "LogicalAnd", "LogicalOr", "LogicalNot", "TruncateDiv", "FloorDiv",
    "OneHot", "LinSpace", "ConcatOffset", "InvertPermutation", "Assert",
    "ScatterUpdate", "ScatterAdd", "ScatterSub", "ScatterMul", "ScatterDiv", "ScatterMin",
    "ScatterMax", "Shape", "Assign", "AssignAdd", "AssignSub", "BroadcastGradientArgs",
    "BroadcastArgs",
    "WeftKeptShape",
    "WeftOrthonormalize", "WeftFusedPointwise", "WeftPointwiseUpdate", "WeftMatMulDescent",
    "WeftMatMulAccumulate", "WeftMatMulEpilogue", "WeftMaxPoolReluGrad",
    "WeftConv2DEpilogue", "WeftFusedReduction",
    "WeftFusedUpdate",
    "ApplyAdaMax", "ApplyProximalAdagrad", "SparseApplyProximalAdagrad", "ApplyAdagradV2",
    "ApplyAddSign", "SparseApplyProximalGradientDescent",
    "SparseApplyAdadelta", "SparseApplyAdagrad", "SparseApplyAdagradV2", "SparseApplyMomentum",
    "SparseApplyRMSProp", "SparseApplyFtrl", "SparseApplyFtrlV2", "ResizeBilinear",
    "ResizeBilinearGrad",
    "ApplyAdadelta", "ApplyAdagrad", "ApplyAdam", "ApplyCenteredRMSProp", "ApplyFtrl",
    "ApplyFtrlV2", "ApplyGradientDescent", "ApplyMomentum", "ApplyProximalGradientDescent",
    "ApplyRMSProp",
    "RandomUniform", "RandomUniformInt", "RandomStandardNormal", "TruncatedNormal", "RandomShuffle",
    "RandomGamma", "Multinomial", "StatelessRandomUniform", "StatelessRandomNormal",
    "StatelessTruncatedNormal", "UniformCandidateSampler", "LogUniformCandidateSampler",
    "StackV2", "StackPushV2", "StackPopV2", "StackCloseV2",
  ]

  /// Sizes at which kernels change their ways: none, one, fewer than a vector, odd rows, many
  /// blocks.
  static let sizes: [[Int]] = [[0], [], [7], [13, 5], [70_001]]
}

extension OpCase {
  /// The same without the gradient, which smaller cases check.
  func withoutGradient(_ reason: String) -> OpCase {
    var result = self
    if case .checked = gradient { result.gradient = .skipped(reason) }
    return result
  }
}

extension [Int] {
  /// The number of elements of a shape.
  var elements: Int { reduce(1, *) }
}

/// Cases of an operation on one operand over all sizes, and on special values.
func cases(
  _ definition: some OpDefinition, in range: ClosedRange<Double> = -2...2, ulps: UInt64 = 2,
  absolute: Double = 0, gradient: OpCase.Gradient = .checked,
  dtypes: [DType] = [.float32, .float64],
  special: Bool = true
) -> [OpCase] {
  let tolerance = Tolerance(ulps: ulps, absolute: absolute)
  var result: [OpCase] = []
  for dtype in dtypes {
    for shape in CaseTable.sizes {
      let operand: AnyTensor =
        dtype == .bool
        ? .truths(shape) : .random(shape, in: range, seed: 11 + UInt64(shape.count), as: dtype)
      var opCase = OpCase(
        definition, [.fed(operand)], tolerance: tolerance, gradient: gradient)
      if shape.elements > 1000 || shape.elements == 0 || !dtype.isFloating {
        opCase = opCase.withoutGradient("the size")
      }
      result.append(opCase)
    }
    if special, dtype.isFloating {
      result.append(
        OpCase(
          definition, [.fed(.special([37], as: dtype))], name: "\(dtype) special values",
          tolerance: tolerance, gradient: gradient
        ).withoutGradient("special values"))
    }
  }
  return result
}

/// Cases of an operation on two operands: equal shapes, each way of broadcasting, special values.
func cases(
  pair definition: some OpDefinition, left: ClosedRange<Double> = -2...2,
  right: ClosedRange<Double> = -2...2, ulps: UInt64 = 2, gradient: OpCase.Gradient = .checked,
  dtypes: [DType] = [.float32, .float64], special: Bool = true, broadcasts: Bool = true
) -> [OpCase] {
  var pairs: [([Int], [Int])] = CaseTable.sizes.map { ($0, $0) }
  if broadcasts {
    pairs += [
      ([13, 5], [5]), ([13, 1], [5]), ([], [2, 7]), ([4, 1, 3], [2, 1]), ([0, 5], [1, 5]),
      ([257, 300], [300]),
    ]
  }
  var result: [OpCase] = []
  for dtype in dtypes {
    for (x, y) in pairs {
      func operand(_ shape: [Int], _ range: ClosedRange<Double>, _ seed: UInt64) -> OpCase.Operand {
        .fed(
          dtype == .bool
            ? .truths(shape, seed: seed)
            : .random(shape, in: range, seed: seed, as: dtype))
      }
      var opCase = OpCase(
        definition, [operand(x, left, 21), operand(y, right, 22)], tolerance: .ulps(ulps),
        gradient: gradient)
      let largest = max(x.elements, y.elements)
      if largest > 1000 || min(x.elements, y.elements) == 0 || !dtype.isFloating {
        opCase = opCase.withoutGradient("the size")
      }
      result.append(opCase)
    }
    if special, dtype.isFloating {
      let operands: [OpCase.Operand] = [
        .fed(.special([18, 1], as: dtype)), .fed(.special([18], as: dtype)),
      ]
      result.append(
        OpCase(
          definition, operands, name: "\(dtype) special values", tolerance: .ulps(ulps),
          gradient: gradient
        ).withoutGradient("special values"))
    }
  }
  return result
}
