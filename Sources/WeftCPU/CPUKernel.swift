@_exported import WeftDevice
import CWeftKernels

/// An operation with a kernel for the CPU. Built-in and custom operations conform alike:
///
/// ```swift
/// extension Cube: CPUKernelProviding {
///   public func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel {
///     let count = request.outputs[0].count
///     return { arguments in
///       let x = arguments.input(0, as: Float.self)
///       let y = arguments.output(0, as: Float.self)
///       for i in 0..<count { y[i] = x[i] * x[i] * x[i] }
///     }
///   }
/// }
/// ```
/// Pointwise operations need none: theirs is made from the formula.
public protocol CPUKernelProviding: OpDefinition {
  /// Chooses and prepares a kernel for complete shapes, once; it is launched in every run.
  ///
  /// Throws ``OpFailure`` if there is no kernel for these types.
  func planCPUKernel(_ request: KernelRequest) throws(OpFailure) -> CPUKernel
}

/// A prepared kernel. It may run on several threads at once, each with its own arguments.
///
/// Throws ``OpFailure`` for what depends on data: an index out of range, a division by zero.
public typealias CPUKernel = @Sendable (KernelArguments) throws(OpFailure) -> Void

/// What a kernel is planned for.
public struct KernelRequest: Sendable {
  /// The operands: types, and for constants the values.
  public let inputs: [Operand]
  /// The results.
  public let outputs: [ExecutionPlan.Value]

  /// A request.
  public init(inputs: [Operand], outputs: [ExecutionPlan.Value]) {
    self.inputs = inputs
    self.outputs = outputs
  }

  /// An operand of a kernel.
  public struct Operand: Sendable {
    /// The type and shape.
    public let value: ExecutionPlan.Value
    /// The value where it is known while planning, as axes and sizes are.
    public let constant: AnyTensor?

    /// The element type.
    public var dtype: DType { value.dtype }
    /// The dimensions.
    public var shape: [Int] { value.shape }
    /// The number of elements.
    public var count: Int { value.count }

    /// An operand.
    public init(value: ExecutionPlan.Value, constant: AnyTensor?) {
      self.value = value
      self.constant = constant
    }
  }

  /// The value of an integer operand that is known while planning.
  public func integers(_ index: Int) throws(OpFailure) -> [Int] {
    guard let constant = inputs[index].constant else {
      throw OpFailure("operand \(index) must be known when the kernel is planned")
    }
    return constant.integers
  }
}

/// What a kernel is launched with.
public struct KernelArguments {
  let slots: UnsafePointer<UnsafeMutableRawPointer>
  let inputs: UnsafePointer<Int>
  let outputs: UnsafePointer<Int>
  let streams: RandomStreams
  let stream: Int
  let threads: OpaquePointer?
  /// The run's lists.
  public let store: RunStore
  /// What the compiler has merged into the operation in place of an operand.
  var formula: Formula?

  /// A formula of the C executor with its operands.
  struct Formula {
    let program: OpaquePointer
    let inputs: UnsafePointer<UnsafeRawPointer?>?
  }

  /// The elements of an operand.
  public func input<S>(_ index: Int, as _: S.Type) -> UnsafePointer<S> {
    UnsafePointer(slots[inputs[index]].assumingMemoryBound(to: S.self))
  }

  /// The elements of an operand that is a variable to be updated in place.
  public func variable<S>(_ index: Int, as _: S.Type) -> UnsafeMutablePointer<S> {
    slots[inputs[index]].assumingMemoryBound(to: S.self)
  }

  /// The elements of a result.
  public func output<S>(_ index: Int, as _: S.Type) -> UnsafeMutablePointer<S> {
    slots[outputs[index]].assumingMemoryBound(to: S.self)
  }

  /// The bytes of an operand.
  public func input(_ index: Int) -> UnsafeMutableRawPointer { slots[inputs[index]] }

  /// The bytes of a result.
  public func output(_ index: Int) -> UnsafeMutableRawPointer { slots[outputs[index]] }

  /// The thread pool, for C kernels that take one.
  public var pool: OpaquePointer? { threads }

  /// Takes blocks from the operation's random stream.
  public func reserveRandomBlocks(_ count: UInt64) -> RandomPosition {
    streams.reserve(stream, blocks: count)
  }
}
