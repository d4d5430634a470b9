/// Where the channels of an image tensor lie.
public enum DataFormat: String, Hashable, Sendable, CaseIterable {
  /// Batch, height, width, channels: the last axis.
  case channelsLast = "NHWC"
  /// Batch, channels, height, width: axis 1.
  case channelsFirst = "NCHW"

  /// The axis of the channels in a tensor of that rank.
  public func channelAxis(rank: Int) -> Int { self == .channelsLast ? rank - 1 : 1 }
}
