import Testing
import Weft

/// The vectorised functions against the double-precision library, over a sample of all floats;
/// `make accuracy` goes through every one.
@Suite struct AccuracyTests {
  @Test(arguments: Accuracy.functions)
  func isWithinTwoUnitsInTheLastPlace(_ function: Accuracy.Function) throws {
    let worst = try Accuracy.worst(function, first: 5, stride: 16_411)
    #expect(worst.ulps <= 2, "\(function): \(worst)")
  }

  @Test func theMeasureSeesAnError() {
    #expect(Accuracy.distance(1, 1) == 0)
    #expect(Accuracy.distance(Float(1).nextUp, 1) == 1)
    #expect(Accuracy.distance(.nan, 1) == .infinity)
    #expect(Accuracy.distance(1, .nan) == .infinity)
    #expect(Accuracy.distance(.infinity, 1) == .infinity)
    #expect(Accuracy.distance(.infinity, .infinity) == 0)
  }
}
