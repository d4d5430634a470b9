import Glibc

/// Where NVIDIA's libraries are looked for.
///
/// In this order: what is named here (from the environment: `WEFT_CUDA_PATH`, folders or files
/// separated by colons), the loader's own path, `CUDA_HOME` and `CUDA_PATH`, common folders, and the
/// folders of NVIDIA's Python wheels: those of `VIRTUAL_ENV` and of the system's Pythons.
public struct CUDASearch: Hashable, Sendable {
  /// Folders, or files of the libraries, that are looked at first.
  public var paths: [String]
  /// Whether only ``paths`` are looked at.
  public var isExclusive: Bool

  /// A search; by default what the environment says.
  public init(paths: [String]? = nil, isExclusive: Bool = false) {
    self.paths = paths ?? Self.environment("WEFT_CUDA_PATH").map(Self.split) ?? []
    self.isExclusive = isExclusive
  }

  /// What may be opened for a library, in order: full paths that exist, and names for the loader.
  ///
  /// - Parameters:
  ///   - stem: as `libnvrtc`.
  ///   - wheel: the folders below `nvidia` in which Python wheels keep it.
  func candidates(_ stem: String, wheel: [String] = []) -> [String] {
    var result = paths.filter { Self.lastPart($0).hasPrefix(stem + ".so") && Self.exists($0) }
    result += paths.flatMap { Self.libraries(stem, in: [$0, $0 + "/lib64", $0 + "/lib"]) }
    if isExclusive { return result }
    result += ["1", "13", "12", "2"].map { "\(stem).so.\($0)" } + ["\(stem).so"]
    var folders: [String] = []
    for variable in ["CUDA_HOME", "CUDA_PATH"] {
      if let root = Self.environment(variable) {
        folders += ["\(root)/lib64", "\(root)/targets/x86_64-linux/lib"]
      }
    }
    folders += ["/usr/local/cuda/lib64", "/opt/cuda/lib64", "/usr/lib/x86_64-linux-gnu"]
    folders += ["/usr/lib64", "/usr/lib/wsl/lib", "/usr/local/nvidia/lib64"]
    if let root = Self.environment("CONDA_PREFIX") { folders.append("\(root)/lib") }
    for site in Self.sitePackages() { folders += wheel.map { "\(site)/nvidia/\($0)/lib" } }
    return result + Self.libraries(stem, in: folders)
  }

  /// The files of a library in folders, the shortest name first: `libnvrtc.so.13` before
  /// `libnvrtc.so.13.0.88`.
  static func libraries(_ stem: String, in folders: [String]) -> [String] {
    folders.flatMap { folder in
      entries(of: folder).filter { $0.hasPrefix(stem + ".so") && !$0.contains(".alt.") }
        .sorted { ($0.count, $0) < ($1.count, $1) }.map { "\(folder)/\($0)" }
    }
  }

  private static func sitePackages() -> [String] {
    var roots = ["/usr/local/lib", "/usr/lib", "/opt/conda/lib"]
    for variable in ["VIRTUAL_ENV", "CONDA_PREFIX"] {
      if let root = environment(variable) { roots.insert("\(root)/lib", at: 0) }
    }
    if let home = environment("HOME") { roots.append("\(home)/.local/lib") }
    return roots.flatMap { root in
      entries(of: root).filter { $0.hasPrefix("python3") }.sorted().flatMap {
        ["\(root)/\($0)/site-packages", "\(root)/\($0)/dist-packages"]
      }
    }.filter(exists)
  }

  static func environment(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }

  static func split(_ list: String) -> [String] { list.split(separator: ":").map(String.init) }

  private static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  private static func lastPart(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  private static func entries(of folder: String) -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      names.append(
        withUnsafePointer(to: &entry.pointee.d_name) {
          $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        })
    }
    return names
  }
}
