import Weft
import WeftTesting

/// Conditions, loops, and the lists that loops work on.
extension CaseTable {
  static let controlFlow: [OpCase] = conditions + loops + lists

  private static let truth = OpCase.Operand.fed(AnyTensor(Tensor(true)))
  private static let falsehood = OpCase.Operand.fed(AnyTensor(Tensor(false)))

  private static func fed(_ shape: [Int], _ seed: UInt64 = 1) -> OpCase.Operand {
    .fed(.random(shape, in: 0.5...1.5, seed: seed, as: .float64))
  }

  private static let conditions: [OpCase] = [truth, falsehood].flatMap { predicate in
    [
      OpCase(
        "If with different branches", [predicate, fed([2, 3]), fed([3, 4], 2), fed([2, 4], 3)],
        tolerance: .ulps(4)
      ) { operands in
        let (x, w) = (operands.node(1, as: Double.self), operands.node(2, as: Double.self))
        let other = operands.node(3, as: Double.self)
        let (y, z) = cond(operands.node(0, as: Bool.self)) {
          (tanh(matmul(x, w)) * other, sum(x * x))
        } else: {
          (other * 3, sum(other))
        }
        return [y, z]
      },
      OpCase(
        "If inside of another", [predicate, fed([4]), fed([4], 2)], tolerance: .ulps(4)
      ) { operands in
        let (x, y) = (operands.node(1, as: Double.self), operands.node(2, as: Double.self))
        let z = cond(operands.node(0, as: Bool.self)) {
          cond(sum(x) .> sum(y)) {
            x * y * y
          } else: {
            x * x * y
          }
        } else: {
          cond(sum(x) .> 0) {
            exp(y)
          } else: {
            x
          }
        }
        return [z, z * x]
      },
      OpCase(
        "If that updates a variable", [predicate, .variable(.random([3], as: .float64)), fed([3])],
        gradient: .skipped("an update")
      ) { operands in
        let variable = Variable<Double>(erased: operands.variables[0])
        let x = operands.node(2, as: Double.self)
        let graph = operands.graph
        let update = graph.cond(operands.node(0, as: Bool.self)) {
          let first = variable.assign(x * variable)
          return graph.after([first]) { [variable.assignAdd(identity(variable) + 1)] }
        }
        return OpCase.Built(outputs: [(variable.node * 2).output], targets: [update])
      },
      OpCase(
        "If with random numbers", [predicate, fed([5])], tolerance: .ulps(2),
        gradient: .skipped("other numbers in each run")
      ) { operands in
        let x = operands.node(1, as: Double.self)
        let y = cond(operands.node(0, as: Bool.self)) {
          dropout(x, keep: 0.5, seed: 3)
        } else: {
          x + x.graph.randomUniform([5], seed: 4)
        }
        let slope = gradients(of: y, withRespectTo: [x])[0]
        return [y, slope ?? x]
      },
    ]
  }

  private static func power(_ x: Node<Double>, _ turns: Node<Int32>) -> Node<Double> {
    let graph = x.graph
    let (_, y) = whileLoop(graph.constant(0 as Int32), onesLike(x)) { i, _ in
      i .< turns
    } body: { i, y in
      (i + 1, y * x)
    }
    return y
  }

  private static func turns(_ count: Int32) -> OpCase.Operand { .fed(AnyTensor(Tensor(count))) }

  private static let loops: [OpCase] =
    [0, 1, 5].flatMap { (count: Int32) -> [OpCase] in
      [
        OpCase("While as a power, \(count)", [fed([3, 2]), turns(count)], tolerance: .ulps(8)) {
          [power($0.node(0, as: Double.self), $0.node(1, as: Int32.self))]
        },
        OpCase(
          "While over a matrix, \(count)",
          [fed([2, 3]), fed([3, 3], 2), fed([3], 3), turns(count)],
          tolerance: .ulps(64)
        ) { operands in
          let (x, w) = (operands.node(0, as: Double.self), operands.node(1, as: Double.self))
          let b = operands.node(2, as: Double.self)
          let (_, h, total) = whileLoop(
            operands.graph.constant(0 as Int32), x, sum(x)
          ) { i, _, _ in
            i .< operands.node(3, as: Int32.self)
          } body: { i, h, total in
            let next = tanh(matmul(h, w) + b)
            return (i + 1, next, total + sum(next * next))
          }
          return [h, total]
        },
        OpCase(
          "While differentiated twice, \(count)", [fed([3]), turns(count)], tolerance: .ulps(64)
        ) { operands in
          let x = operands.node(0, as: Double.self)
          let y = power(x, operands.node(1, as: Int32.self))
          let slope = gradients(of: y, withRespectTo: [x])[0]
          return [slope.map { $0 * x } ?? y]
        },
        OpCase("While inside of another, \(count)", [fed([3]), turns(count)], tolerance: .ulps(64))
        { operands in
          let x = operands.node(0, as: Double.self)
          let limit = operands.node(1, as: Int32.self)
          let (_, y) = whileLoop(operands.graph.constant(0 as Int32), x) { i, _ in
            i .< limit
          } body: { i, y in
            let (_, z) = whileLoop(operands.graph.constant(0 as Int32), y) { j, _ in
              j .< i
            } body: { j, z in
              (j + 1, sin(z) * x)
            }
            return (i + 1, z + y)
          }
          return [y]
        },
        OpCase(
          "While with a branch in it, \(count)", [fed([3]), turns(count)], tolerance: .ulps(64)
        ) { operands in
          let x = operands.node(0, as: Double.self)
          let (_, y) = whileLoop(operands.graph.constant(0 as Int32), x) { i, _ in
            i .< operands.node(1, as: Int32.self)
          } body: { i, y in
            let graph = operands.graph
            let rest = floorMod(i, graph.constant(2 as Int32))
            let even = equal(rest, graph.constant(0 as Int32))
            return (
              i + 1,
              cond(even) {
                y * x
              } else: {
                exp(-y) + x
              }
            )
          }
          return [y]
        },
      ]
    } + [
      OpCase(
        "While with random numbers", [fed([4]), turns(3)], tolerance: .ulps(8),
        gradient: .skipped("other numbers in each run")
      ) { operands in
        let x = operands.node(0, as: Double.self)
        let (_, y) = whileLoop(operands.graph.constant(0 as Int32), x) { i, _ in
          i .< operands.node(1, as: Int32.self)
        } body: { i, y in
          (i + 1, dropout(y, keep: 0.8, seed: 5) + x)
        }
        return [y, gradients(of: y, withRespectTo: [x])[0] ?? x]
      },
      OpCase(
        "While that updates a variable",
        [.variable(.random([3], as: .float64)), fed([3]), turns(4)],
        gradient: .skipped("an update")
      ) { operands in
        let variable = Variable<Double>(erased: operands.variables[0])
        let x = operands.node(1, as: Double.self)
        let (_, seen) = whileLoop(operands.graph.constant(0 as Int32), zerosLike(x)) { i, _ in
          i .< operands.node(2, as: Int32.self)
        } body: { i, seen in
          variable.assign(variable * x)
          return (i + 1, seen + variable)
        }
        return OpCase.Built(outputs: [seen.output, (variable.node * 2).output])
      },
      OpCase(
        "While with a growing variable", [fed([2, 3]), turns(3)], tolerance: .ulps(8)
      ) { operands in
        let x = operands.node(0, as: Double.self)
        let (_, y) = whileLoop(operands.graph.constant(0 as Int32), x) { i, _ in
          i .< operands.node(1, as: Int32.self)
        } body: { i, y in
          (i + 1, concat([y, x * 2], axis: 0))
        }
        return [sum(y * y)]
      },
      OpCase("While with a limit", [fed([3])], tolerance: .ulps(8)) { operands in
        let x = operands.node(0, as: Double.self)
        return [whileLoop(x, limit: 4, while: { sum($0) .> -1 }, body: { $0 * x })]
      },
    ]

  private static let lists: [OpCase] = [
    OpCase(
      "StackV2 StackPushV2 StackPopV2", [fed([2, 3]), fed([2, 3], 2)],
      gradient: .skipped("a stack has no gradient")
    ) { operands in
      let graph = operands.graph
      let size = graph.constant(-1 as Int32).output
      let stack = graph.add(StackV2(elementType: .float64), inputs: [size], at: nil).output(0)
      func push(_ value: Output) -> GraphOperation {
        graph.add(StackPushV2(), inputs: [stack, value], at: nil)
      }
      func pop() -> GraphOperation {
        graph.add(StackPopV2(elementType: .float64), inputs: [stack], at: nil)
      }
      let first = push(operands.outputs[0])
      let second = graph.after([first]) { push(operands.outputs[1]) }
      let third = graph.after([second]) { pop() }
      let fourth = graph.after([third]) { pop() }
      let close = graph.after([fourth]) { graph.add(StackCloseV2(), inputs: [stack], at: nil) }
      return OpCase.Built(
        outputs: [first.output(0), third.output(0), fourth.output(0)], targets: [close])
    },
    OpCase(
      "TensorArrayV3 of slices", [fed([3, 2]), fed([2], 2)], tolerance: .ulps(4)
    ) { operands in
      let graph = operands.graph
      let x = operands.node(0, as: Double.self)
      let array = graph.add(
        TensorArrayV3(dtype: .float64, clearAfterRead: false),
        inputs: [graph.constant(4 as Int32).output], at: nil)
      let places = graph.constant([2, 0, 1] as Tensor<Int32>).output
      let filled = graph.add(
        TensorArrayScatterV3(), inputs: [array.output(0), places, x.output, array.output(1)],
        at: nil)
      let written = graph.add(
        TensorArrayWriteV3(),
        inputs: [
          array.output(0), graph.constant(3 as Int32).output, operands.outputs[1],
          filled.output(0),
        ], at: nil)
      let (handle, flow) = (array.output(0), written.output(0))
      let read = graph.add(
        TensorArrayReadV3(dtype: .float64),
        inputs: [handle, graph.constant(1 as Int32).output, flow], at: nil)
      let gathered = graph.add(
        TensorArrayGatherV3(dtype: .float64),
        inputs: [handle, graph.constant([3, 1, 1] as Tensor<Int32>).output, flow], at: nil)
      let size = graph.add(TensorArraySizeV3(), inputs: [handle, flow], at: nil)
      let all = graph.add(TensorArrayConcatV3(dtype: .float64), inputs: [handle, flow], at: nil)
      let close = graph.after([all, gathered, read]) {
        graph.add(TensorArrayCloseV3(), inputs: [handle], at: nil)
      }
      let outputs =
        read.outputs + gathered.outputs + size.outputs + all.outputs
      return OpCase.Built(outputs: outputs, targets: [close])
    },
    OpCase(
      "TensorArraySplitV3 TensorArrayGradV3", [fed([5, 2])], tolerance: .ulps(4)
    ) { operands in
      let graph = operands.graph
      let x = operands.node(0, as: Double.self)
      let array = graph.add(
        TensorArrayV3(dtype: .float64, clearAfterRead: false),
        inputs: [graph.constant(2 as Int32).output], at: nil)
      let lengths = graph.constant([2, 3] as Tensor<Int64>).output
      let filled = graph.add(
        TensorArraySplitV3(), inputs: [array.output(0), x.output, lengths, array.output(1)],
        at: nil)
      let read = graph.add(
        TensorArrayReadV3(dtype: .float64, shape: [3, 2]),
        inputs: [array.output(0), graph.constant(1 as Int32).output, filled.output(0)], at: nil)
      return [Node<Double>(output: read.output(0))]
    },
    OpCase(
      "TensorArrayV3 in a loop", [fed([4, 3]), fed([3], 2)], tolerance: .ulps(16)
    ) { operands in
      let graph = operands.graph
      let (x, w) = (operands.node(0, as: Double.self), operands.node(1, as: Double.self))
      let rows = graph.constant([0, 1, 2, 3] as Tensor<Int32>)
      func array(_ graph: Graph) -> GraphOperation {
        graph.add(
          TensorArrayV3(dtype: .float64), inputs: [graph.constant(4 as Int32).output], at: nil)
      }
      let (input, output) = (array(graph), array(graph))
      let filled = graph.add(
        TensorArrayScatterV3(), inputs: [input.output(0), rows.output, x.output, input.output(1)],
        at: nil)
      let (_, _, flow) = whileLoop(
        graph.constant(0 as Int32), zerosLike(w), Node<Float>(output: output.output(1))
      ) { i, _, _ in
        i .< 4
      } body: { i, state, flow in
        let row = graph.add(
          TensorArrayReadV3(dtype: .float64),
          inputs: [input.output(0), i.output, filled.output(0)], at: nil)
        let next = tanh(Node<Double>(output: row.output(0)) * w + state)
        let written = graph.add(
          TensorArrayWriteV3(), inputs: [output.output(0), i.output, next.output, flow.output],
          at: nil)
        return (i + 1, next, Node<Float>(output: written.output(0)))
      }
      let all = graph.add(
        TensorArrayGatherV3(dtype: .float64),
        inputs: [output.output(0), rows.output, flow.output], at: nil)
      return [Node<Double>(output: all.output(0))]
    },
    OpCase(
      "TensorArrayV3 written twice", [fed([2])], gradient: .skipped("fails"),
      failure: .invalidArgument
    ) { operands in
      let graph = operands.graph
      let zero = graph.constant(0 as Int32).output
      let array = graph.add(
        TensorArrayV3(dtype: .float64), inputs: [graph.constant(1 as Int32).output], at: nil)
      func write(_ flow: Output) -> Output {
        graph.add(
          TensorArrayWriteV3(), inputs: [array.output(0), zero, operands.outputs[0], flow], at: nil
        ).output(0)
      }
      return OpCase.Built(outputs: [write(write(array.output(1)))])
    },
    OpCase(
      "TensorArrayV3 read twice", [fed([2])], gradient: .skipped("fails"),
      failure: .invalidArgument
    ) { operands in
      let graph = operands.graph
      let zero = graph.constant(0 as Int32).output
      let array = graph.add(
        TensorArrayV3(dtype: .float64), inputs: [graph.constant(1 as Int32).output], at: nil)
      let flow = graph.add(
        TensorArrayWriteV3(),
        inputs: [array.output(0), zero, operands.outputs[0], array.output(1)], at: nil
      ).output(0)
      func read() -> GraphOperation {
        graph.add(
          TensorArrayReadV3(dtype: .float64), inputs: [array.output(0), zero, flow], at: nil)
      }
      let first = read()
      let second = graph.after([first]) { read() }
      return OpCase.Built(outputs: [first.output(0), second.output(0)])
    },
  ]
}
