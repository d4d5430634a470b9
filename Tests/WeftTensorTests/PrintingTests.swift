import Foundation
import Testing
import WeftTensor

@Suite struct PrintingTests {
  @Test func columnsAreAligned() {
    let matrix: Tensor<Float> = [[1, 2.5], [-3, 4]]
    #expect("\(matrix)" == "[[ 1.   2.5]\n [-3.   4. ]]")
    #expect("\(Tensor<Int32>([1, -20, 300]))" == "[  1 -20 300]")
    #expect("\(Tensor<Bool>([true, true, false]))" == "[ True  True False]")
  }

  @Test func scalarsAndEmptyTensorsHaveNoColumns() throws {
    #expect("\(Tensor<Float>(0.1))" == "0.1")
    #expect("\(Tensor<Double>(1e16))" == "1e+16")
    #expect("\(Tensor<Bool>(true))" == "True")
    #expect("\(try Tensor<Float>.zeros([0, 3]))" == "[]")
  }

  @Test func farApartMagnitudesAreScientific() {
    #expect("\(Tensor<Double>([1e-10, 1]))" == "[1.e-10 1.e+00]")
    #expect("\(Tensor<Float>([.nan, 1.5, -.infinity]))" == "[ nan  1.5 -inf]")
  }

  @Test func largeTensorsShowTheirEdges() throws {
    let large = try Tensor<Int64>(shape: [7, 200], scalars: (0..<1400).map { Int64($0) })
    #expect(
      "\(large)" == """
        [[   0    1    2 ...  197  198  199]
         [ 200  201  202 ...  397  398  399]
         [ 400  401  402 ...  597  598  599]
         ...
         [ 800  801  802 ...  997  998  999]
         [1000 1001 1002 ... 1197 1198 1199]
         [1200 1201 1202 ... 1397 1398 1399]]
        """)
  }

  @Test func debugDescriptionsSayShapeAndType() {
    let tensor: Tensor<UInt8> = [[1], [2]]
    #expect(tensor.debugDescription == "Tensor(shape: [2, 1], dtype: uint8)\n[[1]\n [2]]")
    #expect(AnyTensor(tensor).debugDescription == tensor.debugDescription)
  }

  @Test func brainFloatsPrintAsTheirValue() {
    #expect("\(Tensor<BFloat16>([BFloat16(1.5), BFloat16(-2)]))" == "[ 1.5 -2. ]")
  }

  @Test(.enabled(if: NumPy.printsAsToday, "needs python3 with NumPy 2.3 or later"))
  func everyTensorPrintsAsInNumPy() throws {
    var numbers = TestNumbers(state: 7)
    var tensors: [String: AnyTensor] = [:]
    func add(_ tensor: AnyTensor) { tensors["t\(tensors.count)"] = tensor }
    let shapes = [
      [], [1], [2], [5], [40], [3, 4], [2, 3, 4], [2, 1, 2, 3], [1001], [2, 600],
      [11, 10, 12], [3, 0], [1, 1001, 1], [1200, 2],
    ]
    for round in 0..<50 {
      for shape in shapes where round < 4 || shape.reduce(1, *) < 50 {
        let count = shape.reduce(1, *)
        add(
          AnyTensor(
            try Tensor(
              shape: shape,
              scalars: (0..<count).map { _ in
                Float(numbers.below(2001) - 1000) / 64
              })))
        add(
          AnyTensor(
            try Tensor(
              shape: shape,
              scalars: (0..<count).map { _ in
                Double(numbers.below(1_000_001)) / 1_000_003
              })))
        add(
          AnyTensor(
            try Tensor(
              shape: shape,
              scalars: (0..<count).map { _ in
                Float(bitPattern: UInt32(truncatingIfNeeded: numbers.bits()))
              })))
        add(
          AnyTensor(
            try Tensor(
              shape: shape,
              scalars: (0..<count).map { _ in
                Double(bitPattern: numbers.bits())
              })))
        add(
          AnyTensor(
            try Tensor(
              shape: shape,
              scalars: (0..<count).map { _ in
                Float16(bitPattern: UInt16(truncatingIfNeeded: numbers.bits()))
              })))
        add(
          AnyTensor(
            try Tensor(
              shape: shape,
              scalars: (0..<count).map { _ in
                Float(numbers.below(1_000_000)) * 1e-6 + 0.001
              })))
        add(
          AnyTensor(
            try Tensor(
              shape: shape,
              scalars: (0..<count).map { _ in
                Int64(bitPattern: numbers.bits() >> UInt64(numbers.below(64)))
              })))
        add(
          AnyTensor(
            try Tensor(
              shape: shape,
              scalars: (0..<count).map { _ in
                UInt8(truncatingIfNeeded: numbers.bits())
              })))
        add(
          AnyTensor(
            try Tensor(
              shape: shape,
              scalars: (0..<count).map { _ in
                numbers.below(2) == 1
              })))
      }
    }
    let special: [Double] = [
      0, -0.0, .nan, .infinity, -.infinity, .leastNonzeroMagnitude, 0.0001, 0.00009999,
      99_999_999, 1e8, 0.1, 1e16, 1e15, 0.5, 1.000000005, 2.5e-9, 123456.7, 0.99999999999,
    ]
    for a in special {
      add(AnyTensor(Tensor<Double>(a)))
      add(AnyTensor(Tensor<Float>(Float(a))))
      add(AnyTensor(Tensor<Float16>(Float16(a))))
      for b in special {
        add(AnyTensor(Tensor<Double>([a, b])))
        add(AnyTensor(Tensor<Float>([Float(a), Float(b)])))
      }
    }
    try withTemporaryFolder { folder in
      try NPZ.write(tensors, to: folder + "/arrays.npz")
      try NumPy.run(
        """
        import sys, json, numpy
        arrays = numpy.load(sys.argv[1])
        numpy.seterr(all='ignore')
        json.dump({k: str(arrays[k]) for k in arrays}, open(sys.argv[2], 'w'))
        """, folder + "/arrays.npz", folder + "/texts.json")
      let data = try Data(contentsOf: URL(fileURLWithPath: folder + "/texts.json"))
      let expected = try JSONDecoder().decode([String: String].self, from: data)
      #expect(expected.count == tensors.count)
      for (name, tensor) in tensors where "\(tensor)" != expected[name] {
        Issue.record("\(tensor.dtype) \(tensor.shape):\n\(tensor)\nNumPy:\n\(expected[name] ?? "")")
      }
    }
  }
}
