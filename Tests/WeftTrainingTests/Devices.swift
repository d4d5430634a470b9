import Weft

/// Both devices answer every question alike.
let devices: [any Device] = [ReferenceDevice(), CPUDevice(threads: 2)]
