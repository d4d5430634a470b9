import Glibc
import WeftTensor

/// Folders of the file system.
enum Folder {
  /// The names in a folder in the order of their bytes, without hidden ones.
  static func names(in path: String) throws(DataError) -> [String] {
    guard let stream = opendir(path) else { throw DataError(File.failure("open folder", path)) }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Makes a folder and those above it.
  static func create(_ path: String) throws(DataError) {
    if isFolder(path) { return }
    if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
      try create(String(path[..<slash]))
    }
    guard mkdir(path, 0o777) == 0 || errno == EEXIST else {
      throw DataError(File.failure("create folder", path))
    }
  }

  /// Removes a file or a folder with all it holds; what is not there needs no removing.
  static func remove(_ path: String) {
    if isFolder(path), let stream = opendir(path) {
      var names: [String] = []
      while let entry = readdir(stream) {
        names.append(
          withUnsafePointer(to: &entry.pointee.d_name) {
            String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
          })
      }
      closedir(stream)
      for name in names where name != "." && name != ".." {
        var status = stat()
        let child = path + "/" + name
        // Links are removed, not followed.
        if lstat(child, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { remove(child) }
        unlink(child)
      }
      rmdir(path)
    }
    unlink(path)
  }
}
