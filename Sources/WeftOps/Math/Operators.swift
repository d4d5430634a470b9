import WeftGraph

// Concrete overloads, not generic ones over protocols: long expressions type-check in milliseconds.

extension Node where Scalar: NumericScalar {
  /// Element-wise sum, with broadcasting.
  public static func + (a: Node, b: Node) -> Node { apply(Add(), [a, b], name: "add") }
  public static func + (a: Node, b: Scalar) -> Node { a + a.number(b, "add/y") }
  public static func + (a: Scalar, b: Node) -> Node { b.number(a, "add/x") + b }

  /// Element-wise difference, with broadcasting.
  public static func - (a: Node, b: Node) -> Node { apply(Sub(), [a, b], name: "sub") }
  public static func - (a: Node, b: Scalar) -> Node { a - a.number(b, "sub/y") }
  public static func - (a: Scalar, b: Node) -> Node { b.number(a, "sub/x") - b }

  /// Element-wise product, with broadcasting.
  public static func * (a: Node, b: Node) -> Node { apply(Mul(), [a, b], name: "mul") }
  public static func * (a: Node, b: Scalar) -> Node { a * a.number(b, "mul/y") }
  public static func * (a: Scalar, b: Node) -> Node { b.number(a, "mul/x") * b }

  /// Element-wise quotient, with broadcasting; of integers, as in Swift, the quotient towards zero.
  public static func / (a: Node, b: Node) -> Node {
    Scalar.dtype.isFloating
      ? apply(RealDiv(), [a, b], name: "truediv") : apply(TruncateDiv(), [a, b], name: "div")
  }
  public static func / (a: Node, b: Scalar) -> Node { a / a.number(b, "truediv/y") }
  public static func / (a: Scalar, b: Node) -> Node { b.number(a, "truediv/x") / b }

  /// Element-wise remainder with the sign of the left element, as in Swift, with broadcasting.
  public static func % (a: Node, b: Node) -> Node { apply(TruncateMod(), [a, b], name: "mod") }
  public static func % (a: Node, b: Scalar) -> Node { a % a.number(b, "mod/y") }

  /// Element-wise negation.
  public static prefix func - (a: Node) -> Node { apply(Neg(), [a]) }

  func number(_ value: Scalar, _ name: String) -> Node {
    graph.constant(Tensor(value), name: name, at: operation.origin.location)
  }
}

extension Variable where Scalar: NumericScalar {
  public static func + (a: Variable, b: Variable) -> Node<Scalar> { a.node + b.node }
  public static func + (a: Variable, b: Node<Scalar>) -> Node<Scalar> { a.node + b }
  public static func + (a: Node<Scalar>, b: Variable) -> Node<Scalar> { a + b.node }
  public static func + (a: Variable, b: Scalar) -> Node<Scalar> { a.node + b }
  public static func + (a: Scalar, b: Variable) -> Node<Scalar> { a + b.node }

  public static func - (a: Variable, b: Variable) -> Node<Scalar> { a.node - b.node }
  public static func - (a: Variable, b: Node<Scalar>) -> Node<Scalar> { a.node - b }
  public static func - (a: Node<Scalar>, b: Variable) -> Node<Scalar> { a - b.node }
  public static func - (a: Variable, b: Scalar) -> Node<Scalar> { a.node - b }
  public static func - (a: Scalar, b: Variable) -> Node<Scalar> { a - b.node }

  public static func * (a: Variable, b: Variable) -> Node<Scalar> { a.node * b.node }
  public static func * (a: Variable, b: Node<Scalar>) -> Node<Scalar> { a.node * b }
  public static func * (a: Node<Scalar>, b: Variable) -> Node<Scalar> { a * b.node }
  public static func * (a: Variable, b: Scalar) -> Node<Scalar> { a.node * b }
  public static func * (a: Scalar, b: Variable) -> Node<Scalar> { a * b.node }

  public static func / (a: Variable, b: Variable) -> Node<Scalar> { a.node / b.node }
  public static func / (a: Variable, b: Node<Scalar>) -> Node<Scalar> { a.node / b }
  public static func / (a: Node<Scalar>, b: Variable) -> Node<Scalar> { a / b.node }
  public static func / (a: Variable, b: Scalar) -> Node<Scalar> { a.node / b }
  public static func / (a: Scalar, b: Variable) -> Node<Scalar> { a / b.node }

  public static prefix func - (a: Variable) -> Node<Scalar> { -a.node }
}
