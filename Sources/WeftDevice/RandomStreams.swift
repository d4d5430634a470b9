import Synchronization
import WeftGraph

/// The random streams of a session: one for each random operation, which every run advances.
///
/// A stream is a Philox generator whose key is the operation's seed and whose counter begins at
/// seed2 in its upper half (see `RandomPosition`). Several threads may draw at once.
public final class RandomStreams: Sendable {
  private struct Stream {
    let key: UInt64
    let high: UInt64
    var drawn: UInt128 = 0
  }

  private struct State {
    var streams: [Stream] = []
    var indices: [String: Int] = [:]
  }

  private let state = Mutex(State())

  /// No streams yet.
  public init() {}

  /// The stream of an operation, made at its first mention.
  ///
  /// The seeds (0, 0) stand for new numbers in every session: they are drawn from the system.
  public func index(of name: String, seed: Int64, seed2: Int64) -> Int {
    state.withLock { state in
      if let index = state.indices[name] { return index }
      var generator = SystemRandomNumberGenerator()
      let isFree = seed == 0 && seed2 == 0
      let stream = Stream(
        key: isFree ? generator.next() : UInt64(bitPattern: seed),
        high: isFree ? generator.next() : UInt64(bitPattern: seed2))
      state.indices[name] = state.streams.count
      state.streams.append(stream)
      return state.streams.count - 1
    }
  }

  /// Takes blocks from a stream: the position of the first.
  public func reserve(_ index: Int, blocks: UInt64) -> RandomPosition {
    state.withLock { state in
      let stream = state.streams[index]
      state.streams[index].drawn &+= UInt128(blocks)
      let start = UInt128(stream.high) << 64
      return RandomPosition(key: stream.key, counter: start &+ stream.drawn)
    }
  }

  /// What operations need that hold others, or work on lists.
  public func environment(_ store: RunStore) -> RunEnvironment {
    RunEnvironment(store: store) { name, seed, seed2, blocks in
      self.reserve(self.index(of: name, seed: seed, seed2: seed2), blocks: blocks)
    }
  }

  /// The position of every stream by operation: what a resumed run needs to go on bit for bit.
  public var positions: [String: [UInt64]] {
    state.withLock { state in
      state.indices.mapValues { index in
        let stream = state.streams[index]
        return [
          stream.key, stream.high, UInt64(truncatingIfNeeded: stream.drawn >> 64),
          UInt64(truncatingIfNeeded: stream.drawn),
        ]
      }
    }
  }

  /// Sets streams to positions got from ``positions``; those not named are left alone.
  public func restore(_ positions: [String: [UInt64]]) {
    state.withLock { state in
      for (name, words) in positions where words.count == 4 {
        let stream = Stream(
          key: words[0], high: words[1], drawn: UInt128(words[2]) << 64 | UInt128(words[3]))
        if let index = state.indices[name] {
          state.streams[index] = stream
        } else {
          state.indices[name] = state.streams.count
          state.streams.append(stream)
        }
      }
    }
  }
}
