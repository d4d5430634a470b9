import WeftCompiler

/// Steps of a plan for a device that run elsewhere.
struct DeviceSteps {
  let device: String
  let steps: [StepPlacement]
}

extension Session {
  /// The device that a request names; nil if the session does not have it.
  func index(of request: DeviceRequest) -> Int? {
    let wanted = Self.normalized(request.name)
    return devices.firstIndex { Self.normalized($0.name) == wanted }
  }

  /// Where operations run; nil if there is one device only.
  var deviceChoice: DeviceChoice? {
    if devices.count == 1 { return nil }
    let names = devices.map { Self.normalized($0.name) }
    let devices = devices
    return DeviceChoice(
      names: devices.map(\.name), standard: 0,
      grouping: { members in
        devices[members[0]].grouping(with: members.dropFirst().map { devices[$0] })
      }
    ) { request in
      // A device that is not there was refused before, unless another may serve.
      names.firstIndex(of: Self.normalized(request.name)) ?? 0
    }
  }

  /// The device that a variable lies on: that of its own operation.
  func device(of variable: AnyVariable) -> any Device {
    guard devices.count > 1, let request = variable.reference.operation.device else {
      return device
    }
    return devices[index(of: request) ?? 0]
  }

  /// Throws if an operation asks for a device that the session does not have.
  func checkDevices(_ question: Question) throws(GraphError) {
    if configuration.allowSoftPlacement { return }
    var seen: Set<GraphOperation> = []
    var seenLists: Set<UInt> = []
    var here: Set<DeviceRequest> = []
    var stack = question.fetches.map(\.operation) + question.targets
    while let operation = stack.popLast() {
      guard seen.insert(operation).inserted else { continue }
      stack += operation.inputs.map(\.operation)
      if let list = operation.controlListID, seenLists.insert(list).inserted {
        stack += operation.controlInputs
      }
      guard let request = operation.device, !request.isSoft, !here.contains(request) else {
        continue
      }
      if index(of: request) != nil {
        here.insert(request)
        continue
      }
      let names = devices.map { "'\(Self.normalized($0.name))'" }
      throw GraphError(
        .unavailableDevice,
        "asks for '\(request.name)', and this session has \(names.joined(separator: ", "))",
        subject: operation.subject, location: operation.origin.location,
        notes: [configuration.deviceNote].compactMap { $0 } + [
          "let it run elsewhere with graph.device(\"\(request.name)\", soft: true)",
          "or for all operations with SessionConfiguration(allowSoftPlacement: true)",
        ])
    }
  }

  /// Throws if a step runs elsewhere although its operation asks for the device and no other.
  func checkPlacement(_ elsewhere: [DeviceSteps]) throws(GraphError) {
    if configuration.allowSoftPlacement || elsewhere.allSatisfy(\.steps.isEmpty) { return }
    var errors: [GraphError] = []
    for part in elsewhere where !part.steps.isEmpty {
      let reasons = Dictionary(part.steps.map { ($0.name, $0) }, uniquingKeysWith: { a, _ in a })
      for operation in graph.operations {
        guard let request = operation.device, !request.isSoft,
          let step = reasons[operation.name],
          Self.normalized(request.name) == Self.normalized(part.device)
        else { continue }
        errors.append(
          GraphError(
            .unsupported, "asks for '\(part.device)', which cannot run it: \(step.reason)",
            subject: operation.subject, location: operation.origin.location,
            notes: [
              "let it run on /cpu:0, with its operands copied there, by "
                + "graph.device(\"\(part.device)\", soft: true)"
            ]))
      }
    }
    if let error = GraphError.combining(errors) { throw error }
  }

  /// `/cpu:0` from `/device:CPU:0`, `/job:localhost/replica:0/task:0/cpu:0` and `cpu:0`.
  package static func normalized(_ name: String) -> String {
    let last = name.lowercased().split(separator: "/").last.map(String.init) ?? ""
    return "/" + (last.hasPrefix("device:") ? String(last.dropFirst(7)) : last)
  }
}
