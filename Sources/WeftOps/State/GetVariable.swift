import WeftGraph

extension Graph {
  /// A variable with an initial value: the usual way to make one.
  ///
  /// ```swift
  /// let w = graph.variable(.truncatedNormal([784, 10]), name: "w")
  /// let b = graph.variable(.zeros([10]), name: "b")
  /// ```
  /// Errors: an initialiser without a shape. Every call makes a new variable; a name that is taken
  /// becomes `name_1`. To share one, use ``getVariable(_:shape:_:trainable:fileID:line:)``.
  public func variable(
    _ initializer: Initializer<Float>, name: String? = nil, trainable: Bool = true,
    fileID: String = #fileID, line: Int = #line
  ) -> Variable<Float> {
    variable(
      initializer, named: name ?? "Variable", trainable: trainable,
      at: SourceLocation(fileID, line))
  }

  /// The same for another element type: `graph.variable(Double.self, .zeros([10]))`.
  public func variable<S: TensorScalar>(
    _: S.Type, _ initializer: Initializer<S>, name: String? = nil, trainable: Bool = true,
    fileID: String = #fileID, line: Int = #line
  ) -> Variable<S> {
    variable(
      initializer, named: name ?? "Variable", trainable: trainable,
      at: SourceLocation(fileID, line))
  }

  /// Inside of a branch or a loop too, a variable and its initial value belong to the graph around it.
  private func variable<S: TensorScalar>(
    _ initializer: Initializer<S>, named name: String, trainable: Bool, sharedName: String? = nil,
    at location: SourceLocation
  ) -> Variable<S> {
    outsideOfRegions {
      newVariable(
        initializer, named: name, trainable: trainable, sharedName: sharedName, at: location)
    }
  }

  private func newVariable<S: TensorScalar>(
    _ initializer: Initializer<S>, named name: String, trainable: Bool, sharedName: String?,
    at location: SourceLocation
  ) -> Variable<S> {
    if initializer.shape == nil {
      report(
        GraphError(
          .invalidShape, "the initialiser says no shape", subject: "variable '\(name)'",
          location: location, notes: ["give it one, as in .zeros([10])"]))
    }
    let place = Initializer<S>.Place(
      graph: self, shape: initializer.shape ?? [], name: "\(name)/Initializer",
      location: location)
    return makeVariable(
      initializer.node(at: place), name: name, trainable: trainable, sharedName: sharedName,
      at: location)
  }

  /// The variable of that name in the present variable scope: made, or found, as the scope says.
  ///
  /// ```swift
  /// graph.variableScope("layer1") { graph.getVariable("kernel", shape: [784, 10]) }
  /// graph.variableScope("layer1", reuse: .always) { graph.getVariable("kernel", shape: [784, 10]) }
  /// ```
  /// - Parameters:
  ///   - shape: the shape; the initialiser's own where nil.
  ///   - initializer: how the variable begins; by default Glorot's uniform distribution.
  ///
  /// Errors, reported with all others when a session begins: a variable that exists where the scope
  /// makes new ones; none where it takes existing ones; another shape or element type than before.
  public func getVariable(
    _ name: String, shape: [Int]? = nil, _ initializer: Initializer<Float> = .glorotUniform(),
    trainable: Bool = true, fileID: String = #fileID, line: Int = #line
  ) -> Variable<Float> {
    shared(name, shape, initializer, trainable, SourceLocation(fileID, line))
  }

  /// The same for another element type.
  public func getVariable<S: TensorScalar>(
    _: S.Type, _ name: String, shape: [Int]? = nil, _ initializer: Initializer<S>,
    trainable: Bool = true, fileID: String = #fileID, line: Int = #line
  ) -> Variable<S> {
    shared(name, shape, initializer, trainable, SourceLocation(fileID, line))
  }

  private func shared<S: TensorScalar>(
    _ name: String, _ shape: [Int]?, _ initializer: Initializer<S>, _ trainable: Bool,
    _ location: SourceLocation
  ) -> Variable<S> {
    let scope = variableScopeState
    let path = scope.path.isEmpty ? name : "\(scope.path)/\(name)"
    let sized = Initializer<S>(shape: shape ?? initializer.shape) { initializer.node(at: $0) }
    let existing = sharedVariable(named: path)
    switch (existing, scope.reuse) {
    case (let known?, .always), (let known?, .automatic):
      let wanted = TensorType(S.dtype, sized.shape.map { TensorShape($0) } ?? known.type.shape)
      if known.type == wanted { return Variable(erased: known) }
      report(
        GraphError(
          .duplicateVariable, "is \(known.type), and is asked for as \(wanted)",
          subject: "variable '\(path)'", location: location, notes: [made(known)]))
      if known.type.dtype == S.dtype { return Variable(erased: known) }
    case (let known?, .never):
      report(
        GraphError(
          .duplicateVariable, "exists already", subject: "variable '\(path)'",
          location: location,
          notes: [
            made(known),
            "to share it: graph.variableScope(\"\(scope.path)\", reuse: .automatic) { ... }",
            "to have another: open a variable scope of another name",
          ]))
    case (nil, .always):
      var notes = ["to make it: leave out reuse: .always, or use reuse: .automatic"]
      if let near = closest(to: path) { notes.insert("there is '\(near)'", at: 0) }
      report(
        GraphError(
          .missingVariable, "does not exist", subject: "variable '\(path)'", location: location,
          notes: notes))
    case (nil, .never), (nil, .automatic): break
    }
    return outsideOfRegions {
      atTopLevel(keepingDevice: true) {
        variable(
          sized, named: path, trainable: trainable, sharedName: existing == nil ? path : nil,
          at: location)
      }
    }
  }

  private func made(_ variable: AnyVariable) -> String {
    "it was made" + (variable.location.map { " at \($0)" } ?? " before")
  }

  /// The name of a shared variable that differs least.
  private func closest(to name: String) -> String? {
    sharedVariableNames.map { (name: $0, distance: editDistance($0, name)) }
      .filter { $0.distance <= max(2, name.count / 2) }
      .min { ($0.distance, $0.name) < ($1.distance, $1.name) }?.name
  }
}

/// How many letters must be put in, taken out or changed to make one text the other (Levenshtein).
public func editDistance(_ a: String, _ b: String) -> Int {
  let (x, y) = (Array(a), Array(b))
  var row = Array(0...y.count)
  for (i, letter) in x.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, other) in y.enumerated() {
      let changed = diagonal + (letter == other ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(changed, diagonal + 1, row[j] + 1)
    }
  }
  return row[y.count]
}
