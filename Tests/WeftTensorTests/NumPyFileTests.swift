import Foundation
import Testing

@testable import WeftTensor

@Suite struct NumPyFileTests {
  static let samples: [String: AnyTensor] = [
    "float32": AnyTensor([[1.5, -2, 3], [Tensor(.infinity), 5, 1e-45]] as Tensor<Float>),
    "float64": AnyTensor(Tensor<Double>(3.25)),
    "float16": AnyTensor(Tensor<Float16>([1.5, -2])),
    "int32": AnyTensor([[[-1], [2]]] as Tensor<Int32>),
    "int64": AnyTensor(Tensor<Int64>([.min, .max])),
    "uint8": AnyTensor(Tensor<UInt8>((0...255).map { UInt8($0) })),
    "bool": AnyTensor(Tensor<Bool>([true, false, true])),
    "empty": AnyTensor(dtype: .float32, shape: [3, 0], storage: TensorStorage(byteCount: 0)),
    "ünïcode/name": AnyTensor(Tensor<Float>([7])),
  ]

  @Test func npyRoundTrip() throws {
    for tensor in Self.samples.values {
      #expect(try AnyTensor(npy: tensor.npyBytes()) == tensor)
    }
    #expect(throws: TensorError("NumPy has no bfloat16: cast the tensor to float32 first")) {
      try AnyTensor(Tensor<BFloat16>([BFloat16(1)])).npyBytes()
    }
  }

  @Test(arguments: [false, true], [false, true])
  func npzRoundTrip(compressed: Bool, wide: Bool) throws {
    try withTemporaryFolder { folder in
      let path = folder + "/arrays.npz"
      try NPZ.write(Self.samples, to: path, compressed: compressed, alwaysWide: wide)
      #expect(try NPZ.read(contentsOf: path) == Self.samples)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["arrays.npz"])
    }
  }

  @Test(.enabled(if: NumPy.isAvailable, "needs python3 with NumPy"), arguments: [false, true])
  func numPyReadsWhatWeWrite(wide: Bool) throws {
    try withTemporaryFolder { folder in
      for compressed in [false, true] {
        try NPZ.write(
          Self.samples, to: folder + "/\(compressed).npz", compressed: compressed, alwaysWide: wide)
      }
      try Self.samples["int64"]?.writeNPY(to: folder + "/single.npy")
      let report = try NumPy.run(
        """
        import sys, numpy as np, zipfile
        for kind in ('False', 'True'):
            path = sys.argv[1] + '/' + kind.lower() + '.npz'
            assert zipfile.ZipFile(path).testzip() is None
            a = np.load(path)
            assert sorted(a) == sorted(['float32', 'float64', 'float16', 'int32', 'int64', 'uint8',
                                        'bool', 'empty', 'ünïcode/name']), sorted(a)
            for n in a:
                if n in ('empty', 'ünïcode/name'): assert a[n].dtype == np.float32
                else: assert a[n].dtype == np.dtype(n), n
            f = np.float32
            assert (a['float32'] == np.array([[1.5, -2, 3], [np.inf, 5, 1e-45]], f)).all()
            assert a['float64'].shape == () and a['float64'] == 3.25
            assert (a['float16'] == [1.5, -2]).all()
            assert a['int32'].tolist() == [[[-1], [2]]]
            assert a['int64'].tolist() == [-2**63, 2**63 - 1]
            assert a['uint8'].tolist() == list(range(256))
            assert a['bool'].tolist() == [True, False, True]
            assert a['empty'].shape == (3, 0)
        assert np.load(sys.argv[1] + '/single.npy').tolist() == [-2**63, 2**63 - 1]
        print('good', end='')
        """, folder)
      #expect(report == "good")
    }
  }

  @Test(.enabled(if: NumPy.isAvailable, "needs python3 with NumPy"))
  func weReadWhatNumPyWrites() throws {
    try withTemporaryFolder { folder in
      try NumPy.run(
        """
        import sys, numpy as np
        base = np.arange(24).reshape(2, 3, 4)
        arrays = {}
        for kind in ('f2', 'f4', 'f8', 'i1', 'i2', 'i4', 'i8', 'u1', 'u2', 'u4', 'u8'):
            for order in '<>':
                for layout in 'CF':
                    arrays[f'{kind}{"big" if order == ">" else "little"}{layout}'] = np.array(
                        base, dtype=order + kind, order=layout)
        arrays['boolC'] = base % 3 == 0
        np.savez(sys.argv[1] + '/stored.npz', **arrays)
        np.savez_compressed(sys.argv[1] + '/deflated.npz', **arrays)
        for version in ((1, 0), (2, 0), (3, 0)):
            with open(f'{sys.argv[1]}/v{version[0]}.npy', 'wb') as file:
                np.lib.format.write_array(file, np.array([[1, 2, 3]], 'f4'), version=version)
        np.save(sys.argv[1] + '/records.npy', np.zeros(2, [('a', 'f4'), ('b', 'i4')]))
        np.save(sys.argv[1] + '/complex.npy', np.zeros(2, 'c8'))
        np.save(sys.argv[1] + '/text.npy', np.array(['a']))
        np.save(sys.argv[1] + '/huge.npy', np.array([2**63], 'u8'))
        """, folder)
      for file in ["stored", "deflated"] {
        let arrays = try NPZ.read(contentsOf: folder + "/\(file).npz")
        #expect(arrays.count == 45)
        for (name, array) in arrays where name != "boolC" {
          #expect(array.shape == [2, 3, 4], "\(name)")
          #expect(array.doubles == (0..<24).map { Double($0) }, "\(name)")
        }
        #expect(arrays["f2bigF"]?.dtype == .float16)
        #expect(arrays["i1littleC"]?.dtype == .int32)
        #expect(arrays["u2bigC"]?.dtype == .int32)
        #expect(arrays["u4littleF"]?.dtype == .int64)
        #expect(arrays["u1littleF"]?.dtype == .uint8)
        #expect(arrays["boolC"]?.doubles == (0..<24).map { $0 % 3 == 0 ? 1 : 0 })
      }
      for version in 1...3 {
        #expect(
          try Tensor<Float>(npyContentsOf: folder + "/v\(version).npy") == [[1, 2, 3]])
      }
      #expect(throws: TensorError.self) { try Tensor<Int32>(npyContentsOf: folder + "/v1.npy") }
      for (file, word) in [
        ("records", "records"), ("complex", "'<c8'"), ("text", "'<U1'"),
        ("huge", "9223372036854775808"),
      ] {
        let error = #expect(throws: TensorError.self) {
          try AnyTensor(npyContentsOf: folder + "/\(file).npy")
        }
        #expect(error?.message.contains(word) == true)
        #expect(error?.message.contains("\(file).npy") == true)
      }
    }
  }

  @Test(arguments: [
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), ",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (-2,)}",
    "{'descr': '<f4', 'fortran_order': 1, 'shape': (2,)}",
    "{'descr': '<f4', 'shape': (2,)}",
    "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2,)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), 'more': True}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (3,)}",
    "{'descr': '<f3', 'fortran_order': False, 'shape': (2,)}",
    "{'descr': '|f4', 'fortran_order': False, 'shape': (2,)}",
    "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,)}",
    "", "{}", "[]", "{'descr",
  ])
  func wrongHeadersThrow(header: String) {
    var bytes: [UInt8] = NPYHeader.magic + [1, 0, UInt8(header.utf8.count), 0]
    bytes += Array(header.utf8) + [UInt8](repeating: 0, count: 8)
    #expect(throws: TensorError.self) { try AnyTensor(npy: bytes) }
  }

  @Test func tolerantOfSpacingAndOrder() throws {
    let header = " { \"shape\":( 2L , ) , 'fortran_order':True,'descr':'=f4'}\n"
    var bytes: [UInt8] = NPYHeader.magic + [1, 0, UInt8(header.utf8.count), 0]
    bytes += Array(header.utf8) + [0, 0, 128, 63, 0, 0, 0, 64]
    #expect(try AnyTensor(npy: bytes) == AnyTensor(Tensor<Float>([1, 2])))
    bytes.append(0)
    #expect(throws: TensorError("an array of shape [2] needs 8 bytes; there are 9")) {
      try AnyTensor(npy: bytes)
    }
  }
}
