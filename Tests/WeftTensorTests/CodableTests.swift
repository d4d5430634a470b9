import Foundation
import Testing
import WeftTensor

@Suite struct CodableTests {
  func roundTrip<Value: Codable>(_ value: Value) throws -> Value {
    try JSONDecoder().decode(Value.self, from: JSONEncoder().encode(value))
  }

  @Test func everyBitSurvives() throws {
    let tensor = try Tensor<Float>(
      shape: [3, 2], scalars: [1, -0.0, .infinity, .leastNonzeroMagnitude, .nan, 3])
    let again = try roundTrip(tensor)
    #expect(again.shape == [3, 2])
    #expect(again.scalars.map(\.bitPattern) == tensor.scalars.map(\.bitPattern))
    for count in 0..<10 {
      let bytes = Tensor<UInt8>((0..<count).map { UInt8(255 - $0 * 17) })
      #expect(try roundTrip(AnyTensor(bytes)) == AnyTensor(bytes))
    }
    #expect(try roundTrip(Tensor<Bool>([true, false])) == [true, false])
  }

  @Test func shapesSurvive() throws {
    for shape in [TensorShape.unknown, [], [nil, 784], [2, 3]] as [TensorShape] {
      #expect(try roundTrip(["shape": shape]) == ["shape": shape])
    }
  }

  @Test(arguments: [
    #"{"dtype":1,"shape":[2],"bytes":"AAAA"}"#, #"{"dtype":1,"shape":[-1],"bytes":""}"#,
    #"{"dtype":99,"shape":[0],"bytes":""}"#, #"{"dtype":4,"shape":[1],"bytes":"A==="}"#,
    #"{"dtype":4,"shape":[1],"bytes":"AB=="}"#, #"{"dtype":10,"shape":[1],"bytes":"Ag=="}"#,
    #"{"dtype":4,"shape":[9223372036854775807,9223372036854775807],"bytes":"AA=="}"#,
    #"{"dtype":4,"shape":[1],"bytes":"é==="}"#, #"{"dtype":4,"shape":[3],"bytes":"A=AA"}"#,
    #"{"shape":[1]}"#, "[]",
  ])
  func hostileInputThrows(json: String) {
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(AnyTensor.self, from: Data(json.utf8))
    }
  }

  @Test func anotherTypeAndNegativeDimensionsThrow() throws {
    let integers = try JSONEncoder().encode(Tensor<Int32>([1]))
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(Tensor<Float>.self, from: integers)
    }
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(TensorShape.self, from: Data("[3,-1]".utf8))
    }
  }
}
