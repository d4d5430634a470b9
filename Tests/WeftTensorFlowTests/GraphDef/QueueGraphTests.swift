import Testing
import Weft
import WeftTensorFlow

@Suite struct QueueGraphTests {
  @Test func queuesComeBackToTheLetter() throws {
    let graph = Graph(seed: 3)
    let rows: Node<Float> = graph.placeholder(shape: [nil, 2], name: "rows")
    let numbers: Node<Int64> = graph.placeholder(shape: [nil], name: "numbers")
    let queue = graph.fifoQueue(
      Float.self, Int64.self, capacity: 9, shapes: [[2], []], name: "input")
    let put = queue.enqueueMany(rows, numbers, name: "put")
    let (x, _) = queue.dequeueMany(2, name: "take")
    _ = (queue.dequeueUpTo(3), queue.dequeue(), queue.isClosed(), queue.close())
    let size = graph.after([x.operation]) { queue.size(name: "size") }
    let ragged = graph.paddingFIFOQueue(Int32.self, shapes: [[nil, 3]])
    _ = ragged.dequeueMany(2)
    _ = graph.randomShuffleQueue(Int32.self, minimum: 4, shapes: [[]], seed: 5).dequeue()
    let again = Graph()
    let nodes = try GraphImport(bytes: try GraphExport(graph).bytes()).add(to: again)
    #expect(again.text == graph.text)

    let session = try Session(again)
    let feeds: Feeds = [
      try nodes.node("rows", as: Float.self): [[1, 2], [3, 4], [5, 6]] as Tensor<Float>,
      try nodes.node("numbers", as: Int64.self): [7, 8, 9] as Tensor<Int64>,
    ]
    try session.run(try nodes.operation(put.name), feeding: feeds)
    let (left, taken) = try session.run(
      try nodes.node(size.name, as: Int32.self), try nodes.node(x.name, as: Float.self))
    #expect(left.scalars == [1] && taken.scalars == [1, 2, 3, 4])
  }

  /// A step as programs of version 1 have it, in one run and without control dependencies.
  @Test func aStepMayFillAndEmptyAQueueInOneRun() throws {
    let text = """
      node { name: "x" op: "Placeholder" attr { key: "dtype" value { type: DT_FLOAT } }
        attr { key: "shape" value { shape { dim { size: -1 } } } } }
      node { name: "n" op: "Const" attr { key: "dtype" value { type: DT_INT32 } }
        attr { key: "value" value { tensor { dtype: DT_INT32 tensor_shape { } int_val: 2 } } } }
      node { name: "queue" op: "FIFOQueueV2"
        attr { key: "component_types" value { list { type: DT_FLOAT } } }
        attr { key: "shapes" value { list { shape { } } } }
        attr { key: "capacity" value { i: 100 } } }
      node { name: "put" op: "QueueEnqueueManyV2" input: "queue" input: "x"
        attr { key: "Tcomponents" value { list { type: DT_FLOAT } } } }
      node { name: "many" op: "QueueDequeueManyV2" input: "queue" input: "n"
        attr { key: "component_types" value { list { type: DT_FLOAT } } } }
      node { name: "one" op: "QueueDequeueV2" input: "queue"
        attr { key: "component_types" value { list { type: DT_FLOAT } } } }
      node { name: "size" op: "QueueSizeV2" input: "queue" }
      """
    let graph = Graph()
    let nodes = try GraphImport(bytes: Array(text.utf8)).add(
      to: graph, outputs: ["size", "one", "put", "many", "x"])
    let many: Node<Float> = try nodes.node("many")
    #expect(many.shape == [2])
    let (one, size): (Node<Float>, Node<Int32>) = (try nodes.node("one"), try nodes.node("size"))
    let (x, put): (Node<Float>, GraphOperation) = (try nodes.node("x"), try nodes.operation("put"))
    let session = try Session(graph, configuration: SessionConfiguration(queueWaitLimit: .zero))
    for step in 0..<3 {
      let first = Float(step * 4)
      let value = Tensor<Float>([first, first + 1, first + 2, first + 3])
      let (count, single, pair, _) = try session.run(size, one, many, put, feeding: [x: value])
      // Elements in the order of the file's operations: two, then one; one stays in each step.
      let start = Float(step * 3)
      #expect(pair.scalars == [start, start + 1] && single.scalars == [start + 2])
      #expect(count.scalars == [Int32(step + 1)])
    }
  }
}
