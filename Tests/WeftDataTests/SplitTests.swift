import Testing
import WeftTensor

@testable import WeftData

@Suite struct SplitTests {
  func contents(_ images: LabelledImages) -> Set<[UInt8]> {
    Set((0..<images.count).map { images[$0].scalars })
  }

  @Test func partsShareNoImageAndKeepTheClassesInProportion() throws {
    // 300 images of 3 classes; every tenth repeats the one three before, which has its label.
    let images = try sampleImages(300) { $0 % 10 == 9 ? $0 - 3 : $0 }
    #expect(images.duplicateGroups().count == 270)
    #expect(images.removingDuplicates().count == 270)
    let parts = try images.split(train: 200, validation: 40, test: 60, seed: 1)
    #expect([parts.train.count, parts.validation.count, parts.test.count] == [200, 40, 60])
    let sets = [contents(parts.train), contents(parts.validation), contents(parts.test)]
    #expect(sets[0].isDisjoint(with: sets[1]))
    #expect(sets[0].isDisjoint(with: sets[2]))
    #expect(sets[1].isDisjoint(with: sets[2]))
    #expect(sets[1].count == 40 && sets[2].count == 60)
    #expect(parts.test.classCounts == [20, 20, 20])
    #expect(parts.validation.classCounts.allSatisfy { (13...14).contains($0) })
    #expect(parts.train.classCounts.allSatisfy { (65...68).contains($0) })
    for part in [parts.train, parts.validation, parts.test] {
      for index in 0..<part.count {
        let original = Int(part[index].scalars[0]) + Int(part[index].scalars[5]) << 8
        #expect(Int(part.labels[index]) == original % 3)
      }
    }
  }

  @Test func theSeedDecides() throws {
    let images = try sampleImages(60)
    func train(_ seed: UInt64) throws -> LabelledImages {
      try images.split(train: 30, validation: 10, test: 10, seed: seed).train
    }
    #expect(try train(1) == train(1))
    #expect(try train(1) != train(2))
  }

  @Test func impossibleSplitsAreErrors() throws {
    let images = try sampleImages(10)
    #expect(throws: DataError("10 images cannot be split into 8 + 2 + 1")) {
      try images.split(train: 8, validation: 2, test: 1, seed: 1)
    }
    #expect(throws: DataError.self) {
      try images.split(train: .max, validation: .max, test: 1, seed: 1)
    }
    #expect(throws: DataError.self) {
      try images.split(train: -1, validation: 2, test: 1, seed: 1)
    }
    let same = try sampleImages(10) { _ in 7 }
    let error = #expect(throws: DataError.self) {
      try same.split(train: 5, validation: 5, test: 0, seed: 1)
    }
    #expect(error?.message.contains("the validation part can have 0 images, not 5") == true)
    #expect(try same.split(train: 10, validation: 0, test: 0, seed: 1).train.count == 10)
    #expect(try sampleImages(0).split(train: 0, validation: 0, test: 0, seed: 1).train.count == 0)
  }

  @Test(.enabled(if: Shared.hasNotMNIST, "needs the real letters in shared/data/notmnist"))
  func realLetters() throws {
    let images = try Shared.notMNIST()
    #expect(images.duplicateGroups().count == 9804)
    #expect(images.classCounts == [Int](repeating: 1000, count: 10))
    let parts = try images.split(train: 8000, validation: 1000, test: 1000, seed: 1)
    #expect(parts.train.count == 8000)
    let (validation, test) = (contents(parts.validation), contents(parts.test))
    #expect(validation.count == 1000 && test.count == 1000)
    #expect(validation.isDisjoint(with: test))
    #expect(contents(parts.train).isDisjoint(with: validation.union(test)))
    #expect(parts.test.classCounts.allSatisfy { (98...102).contains($0) })
  }
}
