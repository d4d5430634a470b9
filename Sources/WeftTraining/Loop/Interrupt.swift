import Glibc
import Synchronization

private let interrupted = Atomic<Bool>(false)

/// How many watches there are, and what a Ctrl-C did before the first.
private let watches = Mutex<(count: Int, former: sigaction)>((0, sigaction()))

/// Watches for Ctrl-C while it is alive: the first one is noted, a second one ends the program as ever.
final class InterruptWatch: Sendable {
  init() {
    watches.withLock { state in
      state.count += 1
      guard state.count == 1 else { return }
      interrupted.store(false, ordering: .relaxed)
      var action = sigaction()
      action.__sigaction_handler.sa_handler = { _ in interrupted.store(true, ordering: .relaxed) }
      action.sa_flags = Int32(bitPattern: UInt32(SA_RESETHAND)) | Int32(SA_RESTART)
      sigaction(SIGINT, &action, &state.former)
    }
  }

  deinit {
    watches.withLock { state in
      state.count -= 1
      if state.count == 0 { sigaction(SIGINT, &state.former, nil) }
    }
  }

  var isInterrupted: Bool { interrupted.load(ordering: .relaxed) }
}
