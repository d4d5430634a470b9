// The logarithm, sine and cosine of single precision whose bits TensorFlow's normal numbers have.
//
// The tables and polynomial coefficients are those of logf and sincosf in Arm Optimized Routines
// (https://github.com/ARM-software/optimized-routines), used under this licence:
//
// MIT License
//
// Copyright (c) 1999-2022, Arm Limited.
//
// Permission is hereby granted, free of charge, to any person obtaining a copy of this software and
// associated documentation files (the "Software"), to deal in the Software without restriction,
// including without limitation the rights to use, copy, modify, merge, publish, distribute,
// sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is
// furnished to do so, subject to the following conditions:
//
// The above copyright notice and this permission notice shall be included in all copies or
// substantial portions of the Software.
//
// THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT
// NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND
// NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM,
// DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT
// OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.

/// Elementary functions over the range that the Box-Muller transform needs, equal to those of
/// glibc 2.28 and later in every bit.
public enum PhiloxFunctions {
  /// 1/c and log(c) for the middle c of each of 16 intervals.
  private static let logTable: [(inverse: Double, log: Double)] = [
    (0x1.661ec79f8f3bep+0, -0x1.57bf7808caadep-2), (0x1.571ed4aaf883dp+0, -0x1.2bef0a7c06ddbp-2),
    (0x1.49539f0f010bp+0, -0x1.01eae7f513a67p-2), (0x1.3c995b0b80385p+0, -0x1.b31d8a68224e9p-3),
    (0x1.30d190c8864a5p+0, -0x1.6574f0ac07758p-3), (0x1.25e227b0b8eap+0, -0x1.1aa2bc79c81p-3),
    (0x1.1bb4a4a1a343fp+0, -0x1.a4e76ce8c0e5ep-4), (0x1.12358f08ae5bap+0, -0x1.1973c5a611cccp-4),
    (0x1.0953f419900a7p+0, -0x1.252f438e10c1ep-5), (0x1p+0, 0x0p+0),
    (0x1.e608cfd9a47acp-1, 0x1.aa5aa5df25984p-5), (0x1.ca4b31f026aap-1, 0x1.c5e53aa362eb4p-4),
    (0x1.b2036576afce6p-1, 0x1.526e57720db08p-3), (0x1.9c2d163a1aa2dp-1, 0x1.bc2860d224770p-3),
    (0x1.886e6037841edp-1, 0x1.1058bc8a07ee1p-2), (0x1.767dcf5534862p-1, 0x1.4043057b6ee09p-2),
  ]

  /// The natural logarithm of a normal positive number.
  public static func log(_ x: Float) -> Float {
    let bits = x.bitPattern
    if bits == 0x3F80_0000 { return 0 }
    let offset = bits &- 0x3F33_0000
    let entry = logTable[Int((offset >> 19) & 15)]
    let exponent = Int32(bitPattern: offset) >> 23
    let z = Double(Float(bitPattern: bits &- (offset & 0xFF80_0000)))
    let r = z * entry.inverse - 1
    let base = entry.log + Double(exponent) * 0x1.62e42fefa39efp-1
    let square = r * r
    var y = 0x1.5575b0be00b6ap-2 * r + -0x1.ffffef20a4123p-2
    y = -0x1.00ea348b88334p-2 * square + y
    y = y * square + (base + r)
    return Float(y)
  }

  /// The sine and cosine of a number in [0, 120).
  public static func sineAndCosine(_ angle: Float) -> (sine: Float, cosine: Float) {
    var x = Double(angle)
    var quadrant: Int32 = 0
    let top = (angle.bitPattern >> 20) & 0x7FF
    if top < 0x3F4 {
      if top < 0x398 { return (angle, 1) }
    } else {
      let scaled = x * 0x1.45F306DC9C883p+23
      quadrant = (Int32(scaled) &+ 0x80_0000) >> 24
      x -= Double(quadrant) * 0x1.921FB54442D18p0
    }
    let cosineSign: Double = quadrant & 2 != 0 ? -1 : 1
    let turn = quadrant & 3
    let x2 = x * x
    if turn == 1 || turn == 2 { x = -x }
    let x3 = x2 * x
    let x4 = x2 * x2
    let x5 = x3 * x2
    let x6 = x4 * x2
    let sineTail = 0x1.1107605230bc4p-7 + x2 * -0x1.994eb3774cf24p-13
    let sineHead = x + x3 * -0x1.555545995a603p-3
    let sine = Float(sineHead + x5 * sineTail)
    let tailFirst = cosineSign * -0x1.6c087e89a359dp-10
    let cosineTail = tailFirst + x2 * (cosineSign * 0x1.99343027bf8c3p-16)
    let headFirst = cosineSign + x2 * (cosineSign * -0x1.ffffffd0c621cp-2)
    let cosineHead = headFirst + x4 * (cosineSign * 0x1.55553e1068f19p-5)
    let cosine = Float(cosineHead + x6 * cosineTail)
    return quadrant & 1 != 0 ? (cosine, sine) : (sine, cosine)
  }
}
