import WeftSession

extension Saver {
  /// Restores variables and random streams from a checkpoint; gives what was done.
  ///
  /// All differences are found before anything is changed. What fits is restored in every mode; in
  /// strict mode differences are then an error, which names them all.
  ///
  /// - Parameters:
  ///   - path: the prefix of a checkpoint, one of its files, a folder or its `checkpoint` file, or a
  ///     `.safetensors` or `.npz` file.
  ///   - options: strict, what fits, other names, without optimizer slots.
  ///
  /// Throws ``CheckpointError`` if the file is not there or damaged, and in strict mode for differences;
  /// ``WeftGraph/GraphError`` if a session does not take a value.
  @discardableResult
  public func restore(
    _ session: Session, from path: String, _ options: RestoreOptions = .strict
  ) throws -> RestoreReport {
    let source = try StateSource(path)
    let variables = variables(of: session)
    let slots = options.skipsOptimizerSlots ? session.graph.optimizerSlots() : []
    var report = RestoreReport()
    var found: [(name: String, wanted: String, variable: AnyVariable)] = []
    var absent: [(wanted: String, variable: AnyVariable)] = []
    for (name, variable) in variables {
      if slots.contains(variable.reference) {
        report.skipped.append(name)
        continue
      }
      let wanted = options.rename[name] ?? name
      guard let entry = source.entries[wanted] else {
        absent.append((wanted, variable))
        continue
      }
      let shape = variable.type.shape.complete ?? []
      if entry.shape != shape {
        report.shapeDifferences.append(
          .init(name: name, here: "\(shape)", inFile: "\(entry.shape)"))
      } else if entry.type != StoredType(variable.type.dtype) {
        report.typeDifferences.append(
          .init(name: name, here: "\(variable.type.dtype)", inFile: "\(entry.type)"))
      } else {
        found.append((name, wanted, variable))
      }
    }
    let known = Set(variables.map(\.name))
    report.unknownRenames = options.rename.keys.filter { !known.contains($0) }.sorted()
    let asked = Set(variables.map { options.rename[$0.name] ?? $0.name })
    report.unused = source.entries.keys.filter { !asked.contains($0) }.sorted()
    let closest = ClosestName(
      candidates: source.entries.map { name, entry in
        .init(
          name: name, type: entry.type.description, shape: entry.shape,
          isTaken: asked.contains(name))
      })
    report.missing = absent.map { wanted, variable in
      closest.closest(
        to: wanted, type: variable.type.dtype.description,
        shape: variable.type.shape.complete ?? [])
    }

    for (name, wanted, variable) in found {
      try session.load(try source.tensor(named: wanted), into: variable)
      report.restored.append(name)
    }
    report.globalStep = try source.step()
    report.extra = try source.extra()
    if options.restoresRandomStreams, let streams = try source.streams() {
      session.randomStreams.restore(streams)
      report.hasRandomStreams = true
    }
    if options.mode == .strict, !report.isComplete {
      throw CheckpointError(.mismatch, report.description)
    }
    return report
  }

  /// Restores the latest checkpoint of a folder; nil if it has none, as before the first save.
  ///
  /// ```swift
  /// let step = try saver.restoreLatest(session, in: "run1")?.globalStep ?? 0
  /// ```
  /// Throws as ``restore(_:from:_:)`` does.
  public func restoreLatest(
    _ session: Session, in folder: String, _ options: RestoreOptions = .strict
  ) throws -> RestoreReport? {
    guard let latest = try Checkpoint.latest(in: folder) else { return nil }
    return try restore(session, from: CheckpointPath.index(latest), options)
  }

  /// Writes the values of the variables, without the random streams, into a `.safetensors` or `.npz`
  /// file, by the ending of the name.
  ///
  /// Throws ``WeftGraph/GraphError`` if a variable has no value, ``CheckpointError`` for another ending,
  /// for `bfloat16` in `.npz`, and if the file cannot be written.
  public func export(_ session: Session, to path: String) throws {
    let variables = variables(of: session)
    let tensors = try session.run(variables.map(\.variable.value))
    let named = Dictionary(
      zip(variables.map(\.name), tensors), uniquingKeysWith: { first, _ in first })
    let isNumPy = path.hasSuffix(".npz")
    guard isNumPy || path.hasSuffix(".safetensors") else {
      throw CheckpointError(
        .invalidArgument, "'\(path)' ends neither in .safetensors nor in .npz",
        notes: ["save(_:to:) writes TensorFlow's checkpoints"])
    }
    do throws(TensorError) {
      if isNumPy {
        try NPZ.write(named, to: path)
      } else {
        try Safetensors.write(named, to: path)
      }
    } catch { throw CheckpointError(.inputOutput, error.message) }
  }
}
