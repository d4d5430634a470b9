import WeftGraph

// Concrete overloads, not generic ones over protocols: long expressions type-check in milliseconds.

extension Node where Scalar: NumericScalar {
  /// Where elements are equal, with broadcasting.
  public static func .== (a: Node, b: Node) -> Node<Bool> { apply(Equal(), [a, b]) }
  public static func .== (a: Node, b: Scalar) -> Node<Bool> { a .== a.number(b, "Equal/y") }
  public static func .== (a: Scalar, b: Node) -> Node<Bool> { b.number(a, "Equal/x") .== b }

  /// Where elements differ, with broadcasting.
  public static func .!= (a: Node, b: Node) -> Node<Bool> { apply(NotEqual(), [a, b]) }
  public static func .!= (a: Node, b: Scalar) -> Node<Bool> { a .!= a.number(b, "NotEqual/y") }
  public static func .!= (a: Scalar, b: Node) -> Node<Bool> { b.number(a, "NotEqual/x") .!= b }

  /// Where the left element is less than the right one, with broadcasting.
  public static func .< (a: Node, b: Node) -> Node<Bool> { apply(Less(), [a, b]) }
  public static func .< (a: Node, b: Scalar) -> Node<Bool> { a .< a.number(b, "Less/y") }
  public static func .< (a: Scalar, b: Node) -> Node<Bool> { b.number(a, "Less/x") .< b }

  /// Where the left element is at most the right one, with broadcasting.
  public static func .<= (a: Node, b: Node) -> Node<Bool> { apply(LessEqual(), [a, b]) }
  public static func .<= (a: Node, b: Scalar) -> Node<Bool> { a .<= a.number(b, "LessEqual/y") }
  public static func .<= (a: Scalar, b: Node) -> Node<Bool> { b.number(a, "LessEqual/x") .<= b }

  /// Where the left element is greater than the right one, with broadcasting.
  public static func .> (a: Node, b: Node) -> Node<Bool> { apply(Greater(), [a, b]) }
  public static func .> (a: Node, b: Scalar) -> Node<Bool> { a .> a.number(b, "Greater/y") }
  public static func .> (a: Scalar, b: Node) -> Node<Bool> { b.number(a, "Greater/x") .> b }

  /// Where the left element is at least the right one, with broadcasting.
  public static func .>= (a: Node, b: Node) -> Node<Bool> { apply(GreaterEqual(), [a, b]) }
  public static func .>= (a: Node, b: Scalar) -> Node<Bool> { a .>= a.number(b, "GreaterEqual/y") }
  public static func .>= (a: Scalar, b: Node) -> Node<Bool> { b.number(a, "GreaterEqual/x") .>= b }
}

extension Variable where Scalar: NumericScalar {
  public static func .== (a: Variable, b: Variable) -> Node<Bool> { a.node .== b.node }
  public static func .== (a: Variable, b: Node<Scalar>) -> Node<Bool> { a.node .== b }
  public static func .== (a: Node<Scalar>, b: Variable) -> Node<Bool> { a .== b.node }
  public static func .== (a: Variable, b: Scalar) -> Node<Bool> { a.node .== b }
  public static func .== (a: Scalar, b: Variable) -> Node<Bool> { a .== b.node }

  public static func .!= (a: Variable, b: Variable) -> Node<Bool> { a.node .!= b.node }
  public static func .!= (a: Variable, b: Node<Scalar>) -> Node<Bool> { a.node .!= b }
  public static func .!= (a: Node<Scalar>, b: Variable) -> Node<Bool> { a .!= b.node }
  public static func .!= (a: Variable, b: Scalar) -> Node<Bool> { a.node .!= b }
  public static func .!= (a: Scalar, b: Variable) -> Node<Bool> { a .!= b.node }

  public static func .< (a: Variable, b: Variable) -> Node<Bool> { a.node .< b.node }
  public static func .< (a: Variable, b: Node<Scalar>) -> Node<Bool> { a.node .< b }
  public static func .< (a: Node<Scalar>, b: Variable) -> Node<Bool> { a .< b.node }
  public static func .< (a: Variable, b: Scalar) -> Node<Bool> { a.node .< b }
  public static func .< (a: Scalar, b: Variable) -> Node<Bool> { a .< b.node }

  public static func .<= (a: Variable, b: Variable) -> Node<Bool> { a.node .<= b.node }
  public static func .<= (a: Variable, b: Node<Scalar>) -> Node<Bool> { a.node .<= b }
  public static func .<= (a: Node<Scalar>, b: Variable) -> Node<Bool> { a .<= b.node }
  public static func .<= (a: Variable, b: Scalar) -> Node<Bool> { a.node .<= b }
  public static func .<= (a: Scalar, b: Variable) -> Node<Bool> { a .<= b.node }

  public static func .> (a: Variable, b: Variable) -> Node<Bool> { a.node .> b.node }
  public static func .> (a: Variable, b: Node<Scalar>) -> Node<Bool> { a.node .> b }
  public static func .> (a: Node<Scalar>, b: Variable) -> Node<Bool> { a .> b.node }
  public static func .> (a: Variable, b: Scalar) -> Node<Bool> { a.node .> b }
  public static func .> (a: Scalar, b: Variable) -> Node<Bool> { a .> b.node }

  public static func .>= (a: Variable, b: Variable) -> Node<Bool> { a.node .>= b.node }
  public static func .>= (a: Variable, b: Node<Scalar>) -> Node<Bool> { a.node .>= b }
  public static func .>= (a: Node<Scalar>, b: Variable) -> Node<Bool> { a .>= b.node }
  public static func .>= (a: Variable, b: Scalar) -> Node<Bool> { a.node .>= b }
  public static func .>= (a: Scalar, b: Variable) -> Node<Bool> { a .>= b.node }
}
